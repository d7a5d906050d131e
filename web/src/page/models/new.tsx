import { Autocomplete, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { draftsOf } from "@/editor/useDraft";
import { usePage } from "@/frame/page";
import { kindIcon, kindWord } from "@/page/library/kind";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { Editing } from "./edit";
import { type ModelSpec, strategyWords } from "./model";
import classes from "./models.module.css";
import { type Start, startQuery, startsQuery } from "./query";

const t = text.models;
const route = getRouteApi("/models/new");
const empty = "empty";

/** What a new model begins with, as the address says it. */
interface Chosen {
  start: string;
  name?: string;
  component?: string;
}

/** A model that is not there yet: first what it begins with, then its text. */
export function NewModel() {
  usePage({ title: t.newTitle, crumbs: [{ word: t.title, to: "/models" }, { word: t.newTitle }] });
  const { start, name, component } = route.useSearch();
  const chosen: Chosen | undefined = start === undefined ? undefined : { start, ...(name === undefined ? {} : { name }), ...(component === undefined ? {} : { component }) };
  return (
    <div className="stack">
      <h1>{t.newTitle}</h1>
      {chosen === undefined ? <Choice /> : chosen.start === empty ? <Editing name="" present={emptyModel} revision={0} keep={draftName(chosen)} /> : <Filled chosen={chosen} />}
    </div>
  );
}

/** A ready-made model, filled in, to be changed. */
function Filled({ chosen }: { chosen: Chosen }) {
  const { data, error, refetch } = useQuery(startQuery(chosen.start, chosen.name ?? "", chosen.component ?? ""));
  const other = (
    <Link to="/models/new" search={{}}>
      {t.chooseOther}
    </Link>
  );
  if (error !== null) {
    return <Failure error={error} retry={() => void refetch()} action={other} />;
  }
  if (data === undefined) {
    return <Loading rows={10} />;
  }
  return (
    <>
      <div className="row wrap between">
        <p className="ink2 grow">
          <span className="strong">{data.title}.</span> {data.says}
        </p>
        {other}
      </div>
      <Editing name="" present={data.yaml} revision={0} keep={draftName(chosen)} />
    </>
  );
}

const draftPrefix = "Model/new";

/** Each beginning has a draft of its own, so that choosing another loses nothing. */
function draftName(chosen: Chosen): string {
  return chosen.start === empty ? draftPrefix : `${draftPrefix}?${JSON.stringify([chosen.start, chosen.name ?? "", chosen.component ?? ""])}`;
}

function chosenOf(draft: string): Chosen | undefined {
  if (draft === draftPrefix) {
    return { start: empty };
  }
  try {
    const [start, name, component] = JSON.parse(draft.slice(draftPrefix.length + 1)) as string[];
    return start === undefined ? undefined : { start, ...(name ? { name } : {}), ...(component ? { component } : {}) };
  } catch {
    return undefined;
  }
}

/** What a new model can begin with: what was begun before, the ready-made ones, and an empty one. */
function Choice() {
  const [component, setComponent] = useState("");
  const [name, setName] = useState("");
  const starts = useQuery(startsQuery);
  const components = useQuery({
    queryKey: ["documents", "Component", "names"],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Component" }, query: { limit: 1000 } } })),
    select: (found) => found.items.map((d) => d.name),
  });
  const given = { ...(name.trim() === "" ? {} : { name: name.trim() }), ...(component.trim() === "" ? {} : { component: component.trim() }) };
  return (
    <>
      <p className="ink2">{t.choose}</p>
      <Drafts />
      <div className={classes["fields"]}>
        <Autocomplete label={t.forComponent} description={t.forComponentHint} data={components.data ?? []} limit={20} value={component} onChange={setComponent} />
        <TextInput inputWrapperOrder={["label", "description", "input", "error"]} label={t.nameOf} description={t.nameHint} placeholder={component.trim()} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      </div>
      {starts.error !== null ? (
        <Failure error={starts.error} retry={() => void starts.refetch()} />
      ) : starts.data === undefined ? (
        <Loading rows={8} />
      ) : (
        <ul className={classes["starts"]}>
          {starts.data.items.map((one) => (
            <Card key={one.name} start={one} given={given} />
          ))}
          <li className={`card ${classes["start"] ?? ""}`}>
            <h2>
              <Link to="/models/new" search={{ start: empty }} className={classes["choose"] ?? ""}>
                {t.emptyStart}
              </Link>
            </h2>
            <p className="ink2">{t.emptyStartSays}</p>
          </li>
        </ul>
      )}
    </>
  );
}

function Drafts() {
  const [begun] = useState(() =>
    draftsOf(draftPrefix)
      .map(chosenOf)
      .filter((one) => one !== undefined),
  );
  return begun.length === 0 ? null : (
    <p className="row wrap">
      <span className="ink2">{t.begun}</span>
      {begun.map((one) => (
        <Link key={draftName(one)} to="/models/new" search={{ ...one }}>
          {t.begunWith(one.start === empty ? t.emptyStart : one.start, one.name ?? one.component)}
        </Link>
      ))}
    </p>
  );
}

/** A ready-made model: what one gets, where it is careful, and its steps. */
function Card({ start, given }: { start: Start; given: { name?: string; component?: string } }) {
  const spec = start.spec as ModelSpec;
  const steps = spec.procedures?.[0]?.install ?? [];
  const questions = spec.criteria?.filter((one) => one.question !== undefined && (one.for === undefined || one.for.includes("install"))).length ?? 0;
  const careful = [...strategyWords(spec.flow?.at(-1)?.strategy), ...(questions === 0 ? [] : [t.questions(questions)])];
  return (
    <li className={`card ${classes["start"] ?? ""}`}>
      <div className="row between">
        <h2>
          <Link to="/models/new" search={{ start: start.name, ...given }} className={classes["choose"] ?? ""}>
            {start.title}
          </Link>
        </h2>
        <span className="ink3" title={kindWord(start.kind)}>
          <Icon name={kindIcon(start.kind)} />
          <span className="unseen">{kindWord(start.kind)}</span>
        </span>
      </div>
      <p className="ink2">{start.says}</p>
      <ol className={classes["way"]} aria-label={t.install}>
        {steps.map((step) => (
          <li key={step.name}>{step.name}</li>
        ))}
      </ol>
      <p className="second">{careful.join(", ")}</p>
      {start.needs === undefined ? null : <p className="second">{t.needs(start.needs)}</p>}
    </li>
  );
}

const emptyModel = `apiVersion: tranship.dev/v1
kind: Model
metadata:
  name: my-model
spec:
  description: What people should know about it.
  owner: my team
  appliesTo:
    components: []
  flow:
    - environment: test
  procedures:
    - kind: software
      install:
        - name: place the files
          uses: files
          with:
            path: my-component
  checks:
    acceptance:
      - name: it is there
        uses: script
        with:
          check: [test, -d, my-component/current]
  onFailure: remediate
`;
