import { Button, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { api, ask } from "@/api/client";
import { Empty } from "@/part/Empty";
import { LinkButton } from "@/part/LinkButton";
import { type Column, RowLink } from "@/part/List";
import { after, Paged, paged, SearchWord } from "@/part/Paged";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import { contactState, type Target } from "./query";

const t = text.environments;
const route = getRouteApi("/environments/$environment");
const contacts = ["answering", "silent", "unheard", "revoked", "unenrolled"] as const;
type Contact = (typeof contacts)[number];
const kinds: Readonly<Record<string, string>> = t.kinds;

/** The targets of an environment, paged and searched by the server; only what is on screen is drawn. */
export function Targets({ environment, enrol }: { environment: string; enrol: () => void }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = { environment, limit: 200, ...(search.text === undefined ? {} : { text: search.text }), ...(contacts.includes(search.agent as Contact) ? { contact: [search.agent as Contact] } : {}) };
  const list = useInfiniteQuery({ queryKey: ["targets", query], queryFn: ({ pageParam }) => ask(api.GET("/api/v1/targets", { params: { query: { ...query, ...after(pageParam) } } })), ...paged });
  const columns = useMemo(() => columnsOf(environment), [environment]);
  const filtered = search.text !== undefined || search.agent !== undefined;
  return (
    <div className="stack close">
      <div className="row wrap between">
        <Filter />
        <LinkButton size="xs" to={`/environments/${environment}/targets/new`}>
          {t.newTarget}
        </LinkButton>
      </div>
      <Paged
        list={list}
        label={t.targets}
        columns={columns}
        id={(target) => target.name}
        to={(target) => `/environments/${environment}/targets/${target.name}`}
        empty={
          filtered ? (
            <Empty icon="filter" title={t.noMatch(search.text ?? "")} action={<Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>} />
          ) : (
            <Empty icon="environment" title={t.noTargetTitle} action={<Button variant="filled" onClick={enrol}>{t.enrol}</Button>}>
              {t.noTargetDetail}
            </Empty>
          )
        }
      />
    </div>
  );
}

function Filter() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className="row wrap">
      <SearchWord label={t.find} value={search.text} set={(word) => void navigate({ search: (old) => ({ ...old, text: word }), replace: true })} />
      <Select
        size="xs"
        w={160}
        aria-label={t.agentOf}
        placeholder={t.anyAgent}
        clearable
        value={search.agent ?? null}
        onChange={(value) => void navigate({ search: (old) => ({ ...old, agent: value ?? undefined }), replace: true })}
        data={contacts.map((value) => ({ value, label: t.contact[value] }))}
      />
    </div>
  );
}

function columnsOf(environment: string): Column<Target>[] {
  return [
    { id: "name", header: t.target, width: "minmax(0, 1.4fr)", cell: ({ row: { original: v } }) => <RowLink to={`/environments/${environment}/targets/${v.name}`}>{v.name}</RowLink> },
    { id: "agent", header: t.agentOf, width: "150px", cell: ({ row: { original: v } }) => <StateMark state={contactState(v.contact)} /> },
    { id: "seen", header: t.seen, width: "110px", cell: ({ row: { original: v } }) => <span className="ink2">{v.seenAt === undefined ? t.never : <Time at={v.seenAt} as="age" />}</span> },
    { id: "kind", header: t.kind, width: "90px", cell: ({ row: { original: v } }) => <span className="ink2">{kinds[v.kind] ?? v.kind}</span> },
    {
      id: "labels",
      header: t.labels,
      width: "minmax(0, 1.6fr)",
      cell: ({ row: { original: v } }) => (
        <code className="ink2 cut">
          {Object.entries(v.labels ?? {})
            .map(([key, value]) => `${key}=${value}`)
            .join(" ")}
        </code>
      ),
    },
    { id: "address", header: t.address, width: "minmax(0, 1fr)", cell: ({ row: { original: v } }) => <code className="ink2">{v.address}</code> },
  ];
}
