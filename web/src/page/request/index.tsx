import { Autocomplete, Button, Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { usePage } from "@/frame/page";
import { Title } from "@/page/deployment/Head";
import { Conflicts } from "@/page/plan/Conflicts";
import { useOutlook } from "@/page/plan/data";
import { Difference } from "@/page/plan/Difference";
import { Exceptions } from "@/page/plan/Exceptions";
import { RiskCard } from "@/page/plan/RiskCard";
import { Steps, Waves } from "@/page/plan/Waves";
import { Copy, digestShort } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { text } from "@/text";
import classes from "./request.module.css";

type Planned = Schema["Planned"];
const t = text.request;
const route = getRouteApi("/deployments/new");

/** Choose a release and an environment, see the plan, then request exactly that. */
export function RequestPage() {
  const { restores, plan: id } = route.useSearch();
  const navigate = route.useNavigate();
  const title = restores === undefined ? t.title : t.rollbackOf(restores);
  usePage({ title, crumbs: [{ word: text.deployments.title, to: "/deployments" }, { word: title }] });
  // The plan stays over a reload; one whose address somebody sent is asked for.
  const [made, setMade] = useSessionStorage<Shown | undefined>({ key: "tranship.plan", getInitialValueInEffect: false });
  const known = useQuery({ queryKey: ["plan", id], queryFn: () => ask(api.GET("/api/v1/plans/{plan}", { params: { path: { plan: id ?? "" } } })), enabled: id !== undefined && made?.id !== id, retry: false });
  const plan = id === undefined ? undefined : made?.id === id ? made : known.data;
  const planned = (next: Planned | undefined, release?: string, env?: string) => {
    setMade(next === undefined ? undefined : shownOf(next));
    void navigate({ search: (old) => ({ ...old, ...(release === undefined ? {} : { release }), ...(env === undefined ? {} : { env }), plan: next?.id }), replace: true });
  };
  return (
    <div className="stack">
      <div className="stack tight">
        <h1>{title}</h1>
        <p className={`ink2 ${classes["lead"] ?? ""}`}>{restores === undefined ? t.lead : t.leadRollback(restores)}</p>
      </div>
      <Choose planned={planned} />
      {id === undefined || known.error === null ? null : <Failure error={known.error} />}
      {plan === undefined ? null : <Show key={plan.id} plan={plan} />}
    </div>
  );
}

function useChoices() {
  const versions = useQuery({ queryKey: ["versions", { choices: true }], queryFn: () => ask(api.GET("/api/v1/versions", { params: { query: { limit: 1000 } } })) });
  const releases = useQuery({ queryKey: ["documents", "Release"], queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Release" }, query: { limit: 1000 } } })) });
  const environments = useQuery({ queryKey: ["documents", "Environment"], queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 1000 } } })) });
  const admitted = (versions.data?.items ?? []).filter((version) => version.state === "admitted").map((version) => `${version.component}@${version.version}`);
  return {
    releases: [...new Set([...(releases.data?.items ?? []).map((release) => release.name), ...admitted.reverse()])],
    environments: (environments.data?.items ?? []).map((environment) => environment.name),
  };
}

function Choose({ planned }: { planned: (plan: Planned | undefined, release?: string, env?: string) => void }) {
  const search = route.useSearch();
  const choices = useChoices();
  const [release, setRelease] = useState(search.release ?? "");
  const [environment, setEnvironment] = useState(search.env ?? "");
  const [more, setMore] = useState(false);
  const [model, setModel] = useState("");
  const [only, setOnly] = useState("");
  const [again, setAgain] = useState(false);
  const [tried, setTried] = useState(false);
  const restores = search.restores;
  const planning = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/plans", {
          body: {
            ...(restores === undefined ? { release, environment } : { direction: "restore" as const, restores }),
            ...(model === "" ? {} : { model }),
            ...(again ? { redeploy: true } : {}),
            ...(only.trim() === "" ? {} : { only: only.split(",").map((name) => name.trim()).filter((name) => name !== "") }),
          },
        }),
      ),
    onMutate: () => planned(undefined),
    // What is there already is done again by a choice that stands among the others.
    onError: (error) => setMore((before) => before || problemOf(error).hint.includes("--redeploy")),
    onSuccess: (plan) => (restores === undefined ? planned(plan, release, environment) : planned(plan)),
  });
  const ready = restores !== undefined || (release !== "" && environment !== "");
  return (
    <form
      className={`card ${classes["form"] ?? ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (ready) {
          planning.mutate();
        }
      }}
    >
      {restores === undefined ? (
        <div className={classes["fields"]}>
          <Autocomplete label={t.release} description={t.releaseHint} data={choices.releases} limit={20} value={release} onChange={setRelease} error={tried && release === "" ? t.missingRelease : undefined} />
          <Autocomplete label={t.environment} description={t.environmentHint} data={choices.environments} limit={20} value={environment} onChange={setEnvironment} error={tried && environment === "" ? t.missingEnvironment : undefined} />
        </div>
      ) : null}
      {more ? (
        <div className={classes["fields"]}>
          <TextInput label={t.model} description={t.modelHint} value={model} onChange={(event) => setModel(event.currentTarget.value)} />
          <TextInput label={t.onlyTargets} description={t.onlyHint} value={only} onChange={(event) => setOnly(event.currentTarget.value)} />
          {restores === undefined ? <Checkbox label={t.again} checked={again} onChange={(event) => setAgain(event.currentTarget.checked)} /> : null}
        </div>
      ) : null}
      {planning.error === null ? null : <Failure error={planning.error} />}
      <div className="row">
        <Button type="submit" variant={planning.data === undefined ? "filled" : "default"} loading={planning.isPending}>
          {t.plan}
        </Button>
        <Button variant="subtle" color="gray" aria-expanded={more} onClick={() => setMore(!more)}>
          {t.more}
        </Button>
      </div>
    </form>
  );
}

/** A plan as it was made; who asks for it again is not told its risk and its time. */
type Shown = Schema["PlanRecord"] & Partial<Pick<Planned, "risk" | "lastTook">>;

/** What is shown of a plan; its targets are asked for page by page. */
const shownOf = ({ at, by, digest, header, id, lastTook, risk }: Planned): Shown => ({ at, by, digest, header, id, lastTook, risk });

function Show({ plan }: { plan: Shown }) {
  const outlook = useOutlook({ plan: plan.id });
  const stopped = (outlook.data?.conflicts ?? []).some((conflict) => conflict.holds && conflict.waived === undefined);
  const conflicts = outlook.data === undefined ? null : <Conflicts outlook={outlook.data} />;
  return (
    <div className="stack">
      <div className="stack tight">
        <Title d={{ header: plan.header }} />
        <p className="second" role="status">
          {plan.header.targetCount === 0 ? t.nothing : t.planned(plan.id)}
        </p>
      </div>
      <div className="sides">
        <div className="stack">
          {stopped ? conflicts : null}
          <Exceptions header={plan.header} plan={plan.id} />
          <Difference header={plan.header} plan={plan.id} />
          {stopped ? null : conflicts}
          <Waves header={plan.header} estimate={outlook.data?.estimate ?? plan.lastTook} />
          <Steps header={plan.header} />
        </div>
        <aside className="stack">
          <Ask plan={plan} />
          {plan.risk === undefined ? null : <RiskCard risk={plan.risk} />}
        </aside>
      </div>
    </div>
  );
}

const urgencies = ["normal", "urgent", "emergency"] as const;

interface Draft {
  start: string;
  urgency: (typeof urgencies)[number];
  change: string;
  reason: string;
}
const blank: Draft = { start: "", urgency: "normal", change: "", reason: "" };

function Ask({ plan }: { plan: Shown }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { restores } = route.useSearch();
  // What is typed stays over a reload, for this plan and this tab.
  const [draft, setDraft, forget] = useSessionStorage<Draft>({ key: `tranship.request.${plan.id}`, defaultValue: blank, getInitialValueInEffect: false });
  const { start, urgency, change, reason } = draft;
  const type = (typed: Partial<Draft>) => setDraft((before) => ({ ...before, ...typed }));
  const [tried, setTried] = useState(false);
  const silent = reason.trim() === "" && (urgency !== "normal" || restores !== undefined);
  const asking = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/deployments", {
          body: {
            plan: plan.id,
            digest: plan.digest,
            urgency,
            ...(restores === undefined ? {} : { remediates: restores }),
            ...(start === "" ? {} : { startAfter: new Date(start).toISOString() }),
            ...(change.trim() === "" ? {} : { change: change.trim() }),
            ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
          },
        }),
      ),
    onSuccess: (d) => {
      forget();
      void queries.invalidateQueries({ queryKey: ["deployments"] });
      // Back leads to the choice, not to a plan that was asked for already.
      void navigate({ to: "/deployments/new", search: (old) => ({ ...old, plan: undefined }), replace: true }).then(() => navigate({ to: "/deployments/$deployment", params: { deployment: d.id }, search: {} }));
    },
  });
  return (
    <form
      className={`card ${classes["form"] ?? ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!silent) {
          asking.mutate();
        }
      }}
    >
      <h2>{t.request}</h2>
      <Copy value={plan.digest} shown={digestShort(plan.digest)} />
      <TextInput type="datetime-local" label={t.startAfter} description={t.startHint} value={start} onChange={(event) => type({ start: event.currentTarget.value })} />
      <Select label={t.urgency} allowDeselect={false} value={urgency} onChange={(value) => type({ urgency: value ?? "normal" })} data={urgencies.map((value) => ({ value, label: t.urgencies[value] }))} />
      <TextInput label={t.change} value={change} onChange={(event) => type({ change: event.currentTarget.value })} />
      <Textarea label={t.reason} description={text.part.reasonHint} value={reason} onChange={(event) => type({ reason: event.currentTarget.value })} autosize minRows={2} error={tried && silent ? t.needReason : undefined} />
      {asking.error === null ? null : <Failure error={asking.error} />}
      <Button type="submit" variant="filled" loading={asking.isPending} disabled={plan.header.targetCount === 0}>
        {t.request}
      </Button>
    </form>
  );
}
