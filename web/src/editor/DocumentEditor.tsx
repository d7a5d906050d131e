import { Button, SegmentedControl } from "@mantine/core";
import { useDebouncedValue, useLocalStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Defect, problemOf, reach } from "@/api/problem";
import { ChangeTag, FromTo } from "@/part/Change";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./editor.module.css";
import type { Shape } from "./schema";
import { useDraft } from "./useDraft";
import type { Aim } from "./Yaml";

// Each is large, and loaded when it is first looked at.
const Yaml = lazy(() => import("./Yaml"));
const Form = lazy(() => import("./form/Form"));

const t = text.editor;

interface Props {
  kind: string;
  /** The document's name; "" for a new one, which says its own. */
  name: string;
  /** As it is there now. */
  present: string;
  revision: number;
  /** Under which name the draft of a new document is kept, where there can be several. */
  keep?: string;
  /** Drawn above the editor from what is typed. */
  preview?: (text: string) => ReactNode;
  /** Where its page is, when it was applied. */
  home: (name: string) => string;
}

/** Edits a document: what is typed is looked at by the server as tranship apply would, and its difference shown before it is applied. */
export function DocumentEditor({ kind, name, present, revision, keep, preview, home }: Props) {
  const what = keep ?? `${kind}/${name === "" ? "new" : name}`;
  const { draft, write, discard } = useDraft(what, { text: present, base: revision });
  const file = `${name === "" ? "new" : name}.yaml`;
  const { view, setView } = useView();
  const [aim, setAim] = useState<Aim>();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [settled] = useDebouncedValue(draft, 400);
  const schema = useQuery({ queryKey: ["schema"], queryFn: fetchSchema, staleTime: Infinity }).data;
  const looked = useQuery({
    queryKey: ["dry-run", what, settled.text, settled.base, revision],
    queryFn: () => ask(api.POST("/api/v1/documents", { body: { files: [{ name: file, text: settled.text }], dryRun: true, ...bases(kind, name, settled.base) } })),
    // Right after it was applied, what is settled still stands on the revision before.
    enabled: settled.base === draft.base,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 30_000,
    retry: false,
  });
  const apply = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/documents", { body: { files: [{ name: file, text: draft.text }], ...bases(kind, name, draft.base) } })),
    onSuccess: async (applied) => {
      const mine = applied.changes.find((change) => change.kind === kind) ?? applied.changes[0];
      // What is shown until the page is left stands on what was applied.
      discard({ text: draft.text, base: name === "" ? 0 : (mine?.revision ?? draft.base) });
      // What was looked at before it was applied is not looked at again: its base is out of date.
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "dry-run" });
      if (mine !== undefined) {
        notifications.show({ message: t.applied(`${mine.kind} ${mine.name}`, mine.revision) });
        await navigate({ to: home(mine.kind === kind ? mine.name : name) });
      }
    },
  });
  const problem = looked.error === null ? undefined : problemOf(looked.error);
  const defects = problem?.defects ?? [];
  const current = settled === draft && !looked.isFetching;
  const changes = looked.data?.changes ?? [];
  const differs = changes.some((change) => change.change !== "unchanged");
  const outdated = draft.base !== revision;
  const change = (next: string) => write({ ...draft, text: next });
  const goTo = (line: number, column: number) => {
    setView("yaml");
    setAim({ line, column });
  };
  return (
    <div className="stack">
      {preview?.(draft.text)}
      <div className={classes["editor"]}>
        <section className="card" aria-label={t.text}>
          <header>
            <SegmentedControl
              size="xs"
              value={view}
              onChange={(value) => setView(value === "form" ? "form" : "yaml")}
              data={[
                { value: "yaml", label: t.yaml },
                { value: "form", label: t.form },
              ]}
              aria-label={t.view}
            />
            <span className="second grow">
              {draft.text === present ? null : `${t.draft(draft.base)}. ${t.kept}`}
            </span>
            {draft.text === present && !outdated ? null : (
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => discard({ text: present, base: revision })}>
                {t.discard}
              </Button>
            )}
          </header>
          <Suspense fallback={<Loading rows={8} />}>
            {view === "yaml" ? (
              <Yaml value={draft.text} change={change} schema={schema} defects={defects} label={t.text} aim={aim} />
            ) : schema === undefined ? (
              <Loading rows={8} />
            ) : (
              <Form root={schema} value={draft.text} change={change} defects={defects} message={problem?.message ?? ""} fresh={name === ""} toYaml={goTo} />
            )}
          </Suspense>
        </section>
        <div className={`stack ${classes["aside"] ?? ""}`}>
          {outdated ? (
            <Outdated
              onTop={() => write({ ...draft, base: revision })}
              theirs={() => discard({ text: present, base: revision })}
            />
          ) : null}
          <section className="card" aria-label={t.difference}>
            <header>
              <h2 className="grow">{t.difference}</h2>
              <span className="second" role="status">
                {current ? "" : t.checking}
              </span>
            </header>
            {problem === undefined ? (
              <Difference changes={changes} />
            ) : defects.length === 0 ? (
              <div className="body">
                <Failure error={problem} retry={() => void looked.refetch()} />
              </div>
            ) : view === "form" ? (
              <p className="body ink2">{t.defectsLead}</p>
            ) : (
              <Defects list={defects} message={problem.message} goTo={goTo} />
            )}
            <footer className={classes["foot"]}>
              {apply.error === null ? null : <Failure error={apply.error} />}
              <Button variant="filled" disabled={!current || problem !== undefined || !differs || outdated} loading={apply.isPending} onClick={() => apply.mutate()}>
                {name === "" ? t.applyNew : t.apply}
              </Button>
            </footer>
          </section>
        </div>
      </div>
    </div>
  );
}

/** Form or YAML: as the address says, else as it was looked at last. */
function useView() {
  const search: { view?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [kept, keep] = useLocalStorage({ key: "tranship.editor.view", defaultValue: "yaml", getInitialValueInEffect: false });
  const view = (search.view ?? kept) === "form" ? "form" : "yaml";
  const setView = (next: "form" | "yaml") => {
    if (next !== view) {
      keep(next);
      void navigate({ to: ".", search: ((before: Record<string, unknown>) => ({ ...before, view: next })) as never, replace: true });
    }
  };
  return { view, setView } as const;
}

/** A new document says its name only in its text: there must be none of that name. */
function bases(kind: string, name: string, base: number) {
  return name === "" ? {} : { bases: { [`${kind}/${name}`]: base } };
}

async function fetchSchema(): Promise<Shape> {
  const answer = await reach("/api/v1/schema");
  if (!answer.ok) {
    throw new Error(answer.statusText);
  }
  return (await answer.json()) as Shape;
}

function Outdated({ onTop, theirs }: { onTop: () => void; theirs: () => void }) {
  return (
    <div className={`card ${classes["outdated"] ?? ""}`} role="alert">
      <span className="row">
        <span className="warn">
          <Icon name="triangle" />
        </span>
        <span className="strong">{t.conflict}</span>
      </span>
      <div className="row wrap">
        <Button onClick={onTop}>{t.onTop}</Button>
        <Button onClick={theirs}>{t.takeTheirs}</Button>
      </div>
    </div>
  );
}

function Difference({ changes }: { changes: readonly Schema["DocumentChange"][] }) {
  if (changes.every((change) => change.change === "unchanged")) {
    return <div className="body ink2">{t.same}</div>;
  }
  return changes.map((change) => (
    <div key={`${change.kind}/${change.name}`}>
      <p className={`second ${classes["what"] ?? ""}`}>
        {change.base === 0 ? t.isNew(`${change.kind} ${change.name}`) : t.changes(`${change.kind} ${change.name}`, change.revision)}, {t.differs(change.fields?.length ?? 0)}
      </p>
      <ul className={classes["fields"]} tabIndex={0} aria-label={t.differs(change.fields?.length ?? 0)}>
        {(change.fields ?? []).map((field) => (
          <li key={field.path}>
            <ChangeTag kind={field.change} />
            <code className={classes["path"]}>{field.path}</code>
            <FromTo before={said(field.before)} after={said(field.after)} />
          </li>
        ))}
      </ul>
    </div>
  ));
}

function said(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === "string" ? (value === "" ? '""' : value) : JSON.stringify(value);
}

function Defects({ list, message, goTo }: { list: readonly Defect[]; message: string; goTo: (line: number, column: number) => void }) {
  return (
    <div className={classes["defects"]} role="alert">
      <p>
        <span className="bad strong">{t.defects(list.length)}</span> <span className="ink2">{message}</span>
      </p>
      <p className="second">{t.defectsLead}</p>
      <ul>
        {list.map((defect, i) => (
          <li key={i}>
            <span className="bad">
              <Icon name="octagon" />
            </span>
            <div className="stack tight grow">
              {defect.line === undefined || defect.line === 0 ? null : (
                <button type="button" className={classes["go"]} onClick={() => goTo(defect.line ?? 1, defect.column ?? 1)} title={t.goThere}>
                  {t.at(defect.file ?? "", defect.line, defect.column ?? 1)}
                </button>
              )}
              <span className="strong">
                {defect.path === undefined ? null : <code>{defect.path}</code>} {defect.message}
              </span>
              {defect.hint === undefined ? null : <span className="ink2">{defect.hint}</span>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
