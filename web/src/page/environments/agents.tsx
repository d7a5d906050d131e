import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { type Act, Confirm } from "@/part/Confirm";
import { Empty } from "@/part/Empty";
import type { Column } from "@/part/List";
import { milliseconds, took } from "@/part/moment";
import { after, Paged, paged } from "@/part/Paged";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import { Enrol } from "./Enrol";
import { contactState } from "./query";

const t = text.environments;
const route = getRouteApi("/environments/agents");
type Agent = Schema["EnvironmentAgent"];

/** Every agent, with when it was last heard of. */
export function Agents() {
  usePage({ title: t.agents, crumbs: [{ word: t.title, to: "/environments" }, { word: t.agents }] });
  const [enrolling, setEnrolling] = useState(false);
  const [act, setAct] = useState<Act>();
  const now = useNow();
  const { name } = route.useSearch();
  const list = useInfiniteQuery({
    queryKey: ["agents", { name }],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/agents", { params: { query: { limit: 200, ...(name === undefined ? {} : { name }), ...after(pageParam) } } })),
    ...paged,
    refetchInterval: 30_000,
  });
  const revoke = (agent: Agent) =>
    setAct({
      title: t.revokeTitle(agent.name),
      consequence: <Stops agent={agent.name} />,
      verb: t.revoke,
      reason: "needed",
      type: agent.name,
      ends: true,
      safe: t.keepAgent,
      run: (reason) => ask(api.POST("/api/v1/agents/{agent}/revoke", { params: { path: { agent: agent.name } }, body: { reason } })),
    });
  const columns: Column<Agent>[] = [
    { id: "name", header: t.agentOf, width: "minmax(0, 1fr)", cell: ({ row: { original: a } }) => <span className="strong">{a.name}</span> },
    { id: "state", header: t.state, width: "150px", cell: ({ row: { original: a } }) => <StateMark state={contactState(contactOf(a, now))} /> },
    { id: "seen", header: t.seen, width: "120px", cell: ({ row: { original: a } }) => <span className="ink2">{a.seenAt === undefined ? t.never : <Time at={a.seenAt} as="age" />}</span> },
    { id: "version", header: t.version, width: "100px", cell: ({ row: { original: a } }) => <code className="ink2">{a.version}</code> },
    { id: "host", header: t.facts, width: "minmax(0, 1.6fr)", cell: ({ row: { original: a } }) => <span className="ink2">{[a.facts?.["distribution"], a.facts?.["arch"], a.facts?.["cpus"] === undefined ? undefined : `${a.facts["cpus"]} CPU`].filter(Boolean).join(", ")}</span> },
    { id: "clock", header: t.clock, width: "120px", cell: ({ row: { original: a } }) => a.seenAt === undefined ? null : <span className={milliseconds(a.clockSkew) > 2000 ? "warn" : "ink3"}>{(a.clockAhead ? t.clockAhead : t.clockBehind)(took(milliseconds(a.clockSkew)))}</span> },
    {
      id: "act",
      header: t.revoke,
      width: "100px",
      cell: ({ row: { original: a } }) =>
        a.revokedAt === undefined ? (
          <Button size="compact-sm" data-family="bad" onClick={() => revoke(a)}>
            {t.revoke}…
          </Button>
        ) : null,
    },
  ];
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{t.agents}</h1>
        <Button onClick={() => setEnrolling(true)}>{t.enrol}</Button>
      </div>
      {name === undefined ? null : (
        <p className="second">
          {t.onlyAgent(name)} <Link to="/environments/agents">{t.allAgents}</Link>
        </p>
      )}
      <Paged list={list} rows={6} label={t.agents} columns={columns} id={(a) => a.name}
        empty={
            <Empty icon="environment" title={t.noAgents} action={<Button variant="filled" onClick={() => setEnrolling(true)}>{t.enrol}</Button>}>
              {t.noAgentsDetail}
            </Empty>
          }
      />
      <Confirm act={act} close={() => setAct(undefined)} />
      <Enrol opened={enrolling} close={() => setEnrolling(false)} />
    </div>
  );
}

/** What stops when an agent is revoked: the targets that it acts for, by name. */
function Stops({ agent }: { agent: string }) {
  const list = useQuery({ queryKey: ["targets", { agent }], queryFn: () => ask(api.GET("/api/v1/targets", { params: { query: { text: agent, limit: 500 } } })) });
  const served = (list.data?.items ?? []).filter((target) => target.agent === agent).map((target) => target.name);
  return (
    <>
      <p>{t.revokeDetail}</p>
      {list.data === undefined ? null : <p>{t.revokeStops(served.slice(0, 5), served.length)}</p>}
    </>
  );
}

// As the server counts it: heartbeats come more often.
const quiet = 90_000;

function contactOf(a: Agent, now: Date): string {
  if (a.revokedAt !== undefined) {
    return "revoked";
  }
  return a.seenAt === undefined ? "unheard" : now.getTime() - Date.parse(a.seenAt) > quiet ? "silent" : "answering";
}
