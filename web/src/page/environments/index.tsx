import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import { Enrol } from "./Enrol";
import { HealthMark } from "./Health";
import { driftState } from "./query";

const t = text.environments;

interface Row {
  document: Schema["DocumentView"];
  spec: { purpose?: string; owner?: string; order?: number; control?: string; party?: string; description?: string };
  drift: Schema["DriftSummary"] | undefined;
  health: Schema["HealthSummary"] | undefined;
}

/** Every environment in the order of promotion: how many targets, how what is there does its work, and how it stands to the record. */
export function Environments() {
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  const [enrolling, setEnrolling] = useState(false);
  const list = useQuery({
    queryKey: ["documents", "Environment"],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 1000 } } })),
  });
  const drifts = useQuery({ queryKey: ["drifts", "summary"], queryFn: () => ask(api.GET("/api/v1/drift/environments", { params: { query: { limit: 1000 } } })), refetchInterval: 60_000 }).data;
  const health = useQuery({ queryKey: ["health", "summary"], queryFn: () => ask(api.GET("/api/v1/health/environments", { params: { query: { limit: 1000 } } })), refetchInterval: 60_000 }).data;
  const rows = (list.data?.items ?? [])
    .map((document): Row => ({ document, spec: document.spec as Row["spec"], drift: drifts?.items.find((one) => one.environment === document.name), health: health?.items.find((one) => one.environment === document.name)?.health }))
    .sort((a, b) => (a.spec.order ?? 0) - (b.spec.order ?? 0));
  return (
    <div className="stack">
      <div className="row wrap between">
        <div className="stack tight">
          <h1>{t.title}</h1>
          <span className="ink2">{t.lead}</span>
        </div>
        <div className="row wrap">
          <LinkButton to="/environments/agents">{t.agents}</LinkButton>
          <Button onClick={() => setEnrolling(true)}>{t.enrol}</Button>
          <LinkButton to="/environments/new">{t.newEnvironment}</LinkButton>
        </div>
      </div>
      {list.error !== null ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <div className="card">
          {list.data === undefined ? (
            <Loading rows={5} />
          ) : (
            <List
              label={t.title}
              columns={columns}
              rows={rows}
              id={(row) => row.document.name}
              to={(row) => `/environments/${row.document.name}`}
              two
              empty={
                <Empty icon="environment" title={t.emptyTitle} action={<LinkButton variant="filled" to="/environments/new">{t.newEnvironment}</LinkButton>}>
                  {t.emptyDetail}
                </Empty>
              }
            />
          )}
        </div>
      )}
      <Enrol opened={enrolling} close={() => setEnrolling(false)} />
    </div>
  );
}

const columns: Column<Row>[] = [
  {
    id: "name",
    header: t.environment,
    width: "minmax(0, 2fr)",
    cell: ({ row: { original: e } }) => (
      <div className="stack tight">
        <span className="cut">
          <RowLink to={`/environments/${e.document.name}`}>{e.document.name}</RowLink>
        </span>
        {e.spec.party === undefined && e.spec.description === undefined ? null : <span className="second cut">{e.spec.party === undefined ? e.spec.description : t.controlled(e.spec.party)}</span>}
      </div>
    ),
  },
  { id: "purpose", header: t.purpose, width: "minmax(0, 1fr)", cell: ({ row: { original: e } }) => <span className="ink2">{e.spec.purpose}</span> },
  { id: "owner", header: t.owner, width: "minmax(0, 1fr)", cell: ({ row: { original: e } }) => <span className="ink2">{e.spec.owner}</span> },
  {
    id: "targets",
    header: t.targets,
    width: "110px",
    cell: ({ row: { original: e } }) => <span className="ink2">{e.drift === undefined ? "" : e.drift.targets === 0 ? t.noTargets : e.drift.targets}</span>,
  },
  {
    id: "health",
    header: text.health.title,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: e } }) => (e.health === undefined ? null : e.health.checked === 0 ? <span className="ink3">{text.health.notChecked}</span> : <HealthMark counts={e.health} />),
  },
  {
    id: "drift",
    header: t.here,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: e } }) => (e.drift === undefined || e.drift.targets === 0 ? null : <Standing drift={e.drift} />),
  },
];

/** How an environment stands to its record, in one mark. */
export function Standing({ drift }: { drift: Schema["DriftSummary"] }) {
  const differs = drift.drifted + drift.missing + drift.unmanaged;
  if (differs > 0) {
    return <StateMark state={driftState("drifted")} word={t.drifts(differs)} />;
  }
  if (drift.empty) {
    return (
      <span className="ink3" title={t.nothingHereDetail}>
        {t.nothingStands}
      </span>
    );
  }
  return drift.looked === 0 ? <StateMark state={driftState("unknown")} word={t.noneLooked} /> : <StateMark state={driftState("as-recorded")} word={t.clean} />;
}
