import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, ask, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import { TargetHealth } from "./Health";
import { History } from "./History";
import { contactState, driftState, targetQuery } from "./query";
import { Table } from "./Rules";

const t = text.environments;
const route = getRouteApi("/environments/$environment/targets/$target");
const kinds: Readonly<Record<string, string>> = t.kinds;
type Presence = Schema["EnvironmentPresence"];

/** One target: what is there, how its agent is, what it says of the host; and its history, which outlives it. */
export function TargetPage() {
  const { environment, target } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  usePage({ title: target, crumbs: [{ word: t.title, to: "/environments" }, { word: environment, to: `/environments/${environment}` }, { word: target }] });
  const { data, error, refetch } = useQuery(targetQuery(target));
  const go = (at: string | undefined) => void navigate({ search: { tab: "history", ...(at === undefined ? {} : { at }) } });
  if (error !== null && problemOf(error).code !== "not-found") {
    return <Failure error={error} retry={() => void refetch()} action={<LinkButton to={`/environments/${environment}`}>{environment}</LinkButton>} />;
  }
  if (error !== null) {
    return (
      <div className="stack">
        <h1>{target}</h1>
        <h2 className="unseen">{t.history}</h2>
        <History target={target} at={search.at} go={go} />
      </div>
    );
  }
  const tab = search.tab ?? "now";
  return (
    <div className="stack">
      {data === undefined ? <h1>{target}</h1> : <Head data={data} />}
      <Tabs value={tab} onChange={(next) => void navigate({ search: next === "history" ? { tab: "history" } : {} })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="now">{t.targetTabs.now}</Tabs.Tab>
          <Tabs.Tab value="history">{t.targetTabs.history}</Tabs.Tab>
        </Tabs.List>
        <h2 className="unseen">{t.targetTabs[tab]}</h2>
        <Tabs.Panel value="now" pt={16}>
          {data === undefined ? <Loading rows={8} /> : <Now data={data} />}
        </Tabs.Panel>
        <Tabs.Panel value="history" pt={16}>
          <History target={target} at={search.at} go={go} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

type Detail = Schema["TargetDetail"];

function Head({ data }: { data: Detail }) {
  return (
    <div className="row wrap between">
      <div className="stack tight">
        <div className="row wrap">
          <h1>{data.name}</h1>
          <StateMark as="chip" state={contactState(data.contact)} />
          {data.seenAt === undefined ? null : (
            <span className="second">
              {t.seen} <Time at={data.seenAt} />
            </span>
          )}
        </div>
        <span className="ink2">{[kinds[data.kind] ?? data.kind, data.address, data.description, ...Object.entries(data.labels ?? {}).map(([key, value]) => `${key}=${value}`)].filter(Boolean).join(", ")}</span>
      </div>
      <LinkButton to={`/environments/${data.environment}/targets/${data.name}/edit`}>{t.edit}</LinkButton>
    </div>
  );
}

function Now({ data }: { data: Detail }) {
  // What is known to be other than recorded: nobody is shown a version that is not there.
  const query = { target: data.name, limit: 200 };
  const drifts = useQuery({ queryKey: ["drifts", query], queryFn: () => ask(api.GET("/api/v1/drifts", { params: { query } })) }).data?.items ?? [];
  const stands: Record<string, ReactNode> = {
    [t.agentName]:
      data.agent === "" ? "" : (
        <Link to="/environments/agents" search={{ name: data.agent }}>
          {data.agent}
        </Link>
      ),
    ...(data.agentVersion === undefined || data.agentVersion === "" ? {} : { [t.agentVersion]: data.agentVersion }),
    ...(data.parent === undefined ? {} : { [t.runsOn]: data.parent }),
    ...(data.redundantWith === undefined ? {} : { [t.redundant]: data.redundantWith.join(", ") }),
  };
  return (
    <div className="sides">
      <div className="stack">
        <section className="card" aria-label={t.present}>
          <header>
            <h2 className="grow">{t.present}</h2>
            {drifts.length === 0 ? null : (
              <Link to="/environments/$environment" params={{ environment: data.environment }} search={{ tab: "drift" }}>
                <StateMark state={driftState("drifted")} word={t.drifts(drifts.length)} />
              </Link>
            )}
          </header>
          <List
            label={t.present}
            columns={columnsOf(drifts)}
            rows={data.present}
            id={(p) => p.component}
            empty={
              <Empty icon="library" title={t.nothingHere}>
                {t.nothingHereDetail}
              </Empty>
            }
          />
        </section>
        <TargetHealth target={data.name} environment={data.environment} />
      </div>
      <div className="stack">
        <Table title={t.agentCard} empty="" values={stands} />
        <Table title={t.facts} empty={t.noFacts} values={data.facts ?? {}} />
        <Table title={t.parameters} empty={t.noParameters} values={data.parameters ?? {}} />
      </div>
    </div>
  );
}

const columnsOf = (drifts: readonly Schema["Drift"][]): Column<Presence>[] => [
  { id: "component", header: t.component, width: "minmax(0, 1fr)", cell: ({ row: { original: p } }) => <RowLink to={`/library/${p.component}`}>{p.component}</RowLink> },
  {
    id: "version",
    header: t.version,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: p } }) => {
      const drift = drifts.find((one) => one.component === p.component);
      return (
        <span className="row wrap">
          <code>{p.version}</code> {p.uncertain ? <span className="unknown">{t.uncertain}</span> : null}
          {drift === undefined ? null : <StateMark state={driftState(drift.state)} />}
        </span>
      );
    },
  },
  {
    id: "since",
    header: t.since,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: p } }) => (
      <span className="ink2">
        <Time at={p.since} />
      </span>
    ),
  },
  {
    id: "deployment",
    header: t.deployment,
    width: "100px",
    cell: ({ row: { original: p } }) => {
      const to: string = `/deployments/${p.deployment}`;
      return p.deployment === "" ? null : <Link to={to}>{p.deployment}</Link>;
    },
  },
];
