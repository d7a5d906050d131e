import { Button, Select, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { LinkButton } from "@/part/LinkButton";
import { PageButton } from "@/part/PageButton";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { Missing } from "@/part/Missing";
import { text } from "@/text";
import { AcceptedBy } from "./accept";
import { Drift } from "./Drift";
import { Enrol } from "./Enrol";
import { Health, HealthMark } from "./Health";
import { Standing } from "./index";
import { Pins } from "./Pins";
import { environmentQuery } from "./query";
import { Rules } from "./Rules";
import { Targets } from "./Targets";

const t = text.environments;
const route = getRouteApi("/environments/$environment");
const tabs = ["targets", "here", "health", "drift", "pins", "rules"] as const;
type Tab = (typeof tabs)[number];

/** One environment: its targets, what is there, drift, pins, and its rules. */
export function EnvironmentPage() {
  const { environment } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  usePage({ title: environment, crumbs: [{ word: t.title, to: "/environments" }, { word: environment }] });
  const [enrolling, setEnrolling] = useState(false);
  const { data, error, refetch } = useQuery(environmentQuery(environment));
  if (error !== null) {
    return <Missing error={error} name={environment} list="/environments" retry={() => void refetch()} />;
  }
  const tab: Tab = tabs.find((one) => one === search.tab) ?? "targets";
  const differs = data === undefined ? 0 : data.drift.drifted + data.drift.missing + data.drift.unmanaged;
  const ill = data === undefined ? 0 : data.health.failing + data.health.degraded + data.health.unknown;
  const counts: Partial<Record<Tab, number>> = data === undefined ? {} : { targets: data.drift.targets, here: data.components.length, ...(differs === 0 ? {} : { drift: differs }), ...(ill === 0 ? {} : { health: ill }) };
  return (
    <div className="stack">
      <div className="row wrap between">
        <div className="stack tight">
          <div className="row wrap">
            <h1>{environment}</h1>
            {data === undefined || data.drift.targets === 0 ? null : <Standing drift={data.drift} />}
            {data === undefined ? null : <HealthMark counts={data.health} />}
            {data?.drift.empty === true && data.drift.targets > 0 ? (
              <Link to="/deployments/new" search={{ env: environment }}>
                {t.deployFirst}
              </Link>
            ) : null}
          </div>
          <span className="ink2">{data === undefined ? "" : `${data.purpose}, ${data.owner}`}</span>
        </div>
        <div className="row wrap">
          <CompareWith environment={environment} />
          <LinkButton to={`/deployments?env=${encodeURIComponent(environment)}&all=true`}>{t.deployHere}</LinkButton>
          <Button onClick={() => setEnrolling(true)}>{t.enrol}</Button>
        </div>
      </div>
      <Tabs value={tab} onChange={(next) => void navigate({ search: next === "targets" || next === null ? {} : { tab: next }, replace: true })} keepMounted={false}>
        <Tabs.List>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.tabs[one]} <span className="ink3">{counts[one] ?? ""}</span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <h2 className="unseen">{t.tabs[tab]}</h2>
        <Tabs.Panel value="targets" pt={16}>
          <Targets environment={environment} enrol={() => setEnrolling(true)} />
        </Tabs.Panel>
        <Tabs.Panel value="here" pt={16}>
          {data === undefined ? <Loading rows={5} /> : <Here environment={environment} list={data.components} />}
        </Tabs.Panel>
        <Tabs.Panel value="health" pt={16}>
          <Health environment={environment} />
        </Tabs.Panel>
        <Tabs.Panel value="drift" pt={16}>
          {data === undefined ? (
            <Loading rows={5} />
          ) : (
            <AcceptedBy groups={data.drift.acceptedBy}>
              <Drift environment={environment} summary={data.drift} />
            </AcceptedBy>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="pins" pt={16}>
          <Pins environment={environment} />
        </Tabs.Panel>
        <Tabs.Panel value="rules" pt={16}>
          <Rules environment={environment} />
        </Tabs.Panel>
      </Tabs>
      <Enrol opened={enrolling} close={() => setEnrolling(false)} environment={environment} />
    </div>
  );
}

function CompareWith({ environment }: { environment: string }) {
  const navigate = route.useNavigate();
  const names = useQuery({
    queryKey: ["documents", "Environment", "names"],
    queryFn: async () => (await ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 1000 } } }))).items.map((d) => d.name),
  }).data;
  return (
    <Select
      size="sm"
      w={160}
      aria-label={t.compareWith}
      placeholder={t.compareWith}
      data={(names ?? []).filter((name) => name !== environment)}
      value={null}
      onChange={(other) => void navigate({ to: "/environments/compare/$pair", params: { pair: `${environment}..${other ?? ""}` } })}
    />
  );
}

type Standing_ = Schema["EnvironmentStanding"];

function Here({ environment, list }: { environment: string; list: readonly Standing_[] }) {
  return (
    <div className="card">
      <List
        label={t.tabs.here}
        columns={columns}
        rows={[...list]}
        id={(one) => `${one.component}@${one.version}`}
        empty={
          <Empty
            icon="library"
            title={t.nothingHere}
            action={
              <PageButton variant="filled" to="/deployments/new" search={{ env: environment }}>
                {t.deployFirst}
              </PageButton>
            }
          >
            {t.nothingHereDetail}
          </Empty>
        }
      />
    </div>
  );
}

const columns: Column<Standing_>[] = [
  { id: "component", header: t.component, width: "minmax(0, 2fr)", cell: ({ row: { original: one } }) => <RowLink to={`/library/${one.component}`}>{one.component}</RowLink> },
  { id: "version", header: t.version, width: "minmax(0, 1fr)", cell: ({ row: { original: one } }) => <code>{one.version}</code> },
  { id: "targets", header: t.on, width: "minmax(0, 1fr)", cell: ({ row: { original: one } }) => <span className="ink2">{t.onTargets(one.targets)}</span> },
];
