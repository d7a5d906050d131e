import { UnstyledButton } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { askAfter, askTargetsAfter, healthState } from "@/part/health";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { after, paged } from "@/part/Paged";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";

const t = text.health;
const e = text.environments;
type Place = Schema["PlaceHealth"];
type On = Schema["TargetHealth"];

/** How an environment's components do their work, in one mark: the worst of them. */
export function HealthMark({ counts }: { counts: Schema["HealthSummary"] }) {
  if (counts.checked === 0) {
    return null;
  }
  const [state, word] = counts.failing > 0 ? ["failing", t.failing(counts.failing)] : counts.unknown > 0 ? ["unknown", t.unknown(counts.unknown)] : counts.degraded > 0 ? ["degraded", t.degraded(counts.degraded)] : ["healthy", t.all];
  return <StateMark state={healthState(state)} word={word} />;
}

/** How the components of an environment do their work, and on which targets they do not. */
export function Health({ environment }: { environment: string }) {
  const places = useInfiniteQuery({
    queryKey: ["health", { environment }],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/health", { params: { query: { environment, limit: 200, ...after(pageParam) } } })),
    ...paged,
    refetchInterval: ({ state }) => askAfter(state.data?.pages.flatMap((page) => page.items)),
  });
  const [chosen, choose] = useState<string>();
  if (places.error !== null) {
    return <Failure error={places.error} retry={() => void places.refetch()} />;
  }
  if (places.data === undefined) {
    return <Loading rows={5} />;
  }
  const rank = ["failing", "unknown", "degraded", "healthy"];
  const rows = places.data.pages.flatMap((page) => page.items).sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state) || a.component.localeCompare(b.component));
  const open = rows.find((one) => one.component === chosen) ?? rows.find((one) => one.state !== "healthy");
  return (
    <div className="stack">
      <div className="card">
        <List
          label={t.title}
          columns={columnsOf(choose)}
          rows={rows}
          id={(one) => one.component}
          chosen={open?.component}
          two
          more={places.hasNextPage}
          loadMore={() => void places.fetchNextPage()}
          empty={
            <Empty icon="tick" title={t.none}>
              {t.noneDetail}
            </Empty>
          }
        />
      </div>
      {open === undefined ? null : <Where environment={environment} component={open.component} />}
    </div>
  );
}

function columnsOf(choose: (component: string) => void): Column<Place>[] {
  return [
    {
      id: "component",
      header: e.component,
      width: "minmax(0, 1fr)",
      cell: ({ row: { original: p } }) => (
        <UnstyledButton className="strong cut" onClick={() => choose(p.component)}>
          {p.component}
        </UnstyledButton>
      ),
    },
    { id: "state", header: e.state, width: "120px", cell: ({ row: { original: p } }) => <StateMark state={healthState(p.state)} /> },
    { id: "targets", header: e.targets, width: "130px", cell: ({ row: { original: p } }) => <span className="ink2">{t.of(p.healthy, p.counts.targets)}</span> },
    {
      id: "says",
      header: t.says,
      width: "minmax(0, 2fr)",
      cell: ({ row: { original: p } }) => <Said place={p} />,
    },
    {
      id: "since",
      header: e.since,
      width: "120px",
      cell: ({ row: { original: p } }) => (
        <span className="ink2">
          <Time at={p.since} />
        </span>
      ),
    },
  ];
}

/** Which check says so where, and its words. */
export function Said({ place: p }: { place: Place }) {
  if (p.check !== undefined) {
    return (
      <span className="stack tight">
        <span className="cut">{t.said(p.check, p.target ?? "")}</span>
        <span className="second cut" title={p.says}>
          {p.says}
        </span>
      </span>
    );
  }
  return p.deployment === undefined || p.counts.pending === 0 ? null : <span className="second">{t.changedBy(p.deployment)}</span>;
}

/** On which targets a component does not do its work, then those where it does. */
function Where({ environment, component }: { environment: string; component: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["health", { environment, component }],
    queryFn: () => ask(api.GET("/api/v1/health/targets", { params: { query: { environment, component, limit: 200 } } })),
    refetchInterval: ({ state }) => askTargetsAfter(state.data?.items),
  });
  return (
    <section className="card" aria-label={`${t.where}: ${component}`}>
      <header>
        <h3>
          {component} <span className="ink3">{t.where.toLowerCase()}</span>
        </h3>
      </header>
      {error !== null ? <Failure error={error} retry={() => void refetch()} /> : data === undefined ? <Loading rows={3} /> : <Answers rows={data.items} first="target" environment={environment} />}
    </section>
  );
}

/** What the health checks of a target say. */
export function TargetHealth({ target, environment }: { target: string; environment: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["health", { target }],
    queryFn: () => ask(api.GET("/api/v1/health/targets", { params: { query: { target, limit: 200 } } })),
    refetchInterval: ({ state }) => askTargetsAfter(state.data?.items),
  });
  return (
    <section className="card" aria-label={t.title}>
      <header>
        <h2>{t.title}</h2>
      </header>
      {error !== null ? <Failure error={error} retry={() => void refetch()} /> : data === undefined ? <Loading rows={2} /> : <Answers rows={data.items} first="component" environment={environment} />}
    </section>
  );
}

interface Answer {
  key: string;
  on: On;
  state: string;
  check: string;
  says: string;
  since: string;
}

/** Each check of a component on a target is a row; where nobody can say, why. */
function answersOf(on: On): Answer[] {
  if (on.checks.length === 0 || on.why !== undefined) {
    const said = on.checks[0];
    return [{ key: `${on.target} ${on.component}`, on, state: on.state, check: on.why ?? "", says: said === undefined ? "" : `${t.was(healthState(said.state).word)}: ${said.says ?? ""}`, since: on.since }];
  }
  return on.checks.map((check) => ({ key: `${on.target} ${on.component} ${check.check}`, on, state: check.state, check: check.check, says: check.says ?? "", since: check.since }));
}

function Answers({ rows, first, environment }: { rows: readonly On[]; first: "target" | "component"; environment: string }) {
  const rank = ["failing", "unknown", "degraded", "healthy"];
  const all = rows.flatMap(answersOf).sort((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state));
  const columns: Column<Answer>[] = [
    {
      id: "name",
      header: first === "target" ? e.target : e.component,
      width: "minmax(0, 1fr)",
      cell: ({ row: { original: a } }) =>
        first === "target" ? <RowLink to={`/environments/${environment}/targets/${a.on.target}`}>{a.on.target}</RowLink> : <RowLink to={`/library/${a.on.component}`}>{a.on.component}</RowLink>,
    },
    { id: "state", header: e.state, width: "120px", cell: ({ row: { original: a } }) => <StateMark state={healthState(a.state)} /> },
    {
      id: "says",
      header: t.says,
      width: "minmax(0, 2fr)",
      cell: ({ row: { original: a } }) => (
        <span className="stack tight">
          <span className="cut">{a.check}</span>
          <span className="second cut" title={a.says}>
            {a.says}
          </span>
        </span>
      ),
    },
    {
      id: "since",
      header: e.since,
      width: "120px",
      cell: ({ row: { original: a } }) => (
        <span className="ink2">
          <Time at={a.since} />
        </span>
      ),
    },
  ];
  return <List label={t.title} columns={columns} rows={all} id={(a) => a.key} two empty={<div className="body ink2">{t.noneOn}</div>} />;
}
