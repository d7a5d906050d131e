import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask } from "@/api/client";
import { usePage } from "@/frame/page";
import { Copy } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { type Column, RowLink } from "@/part/List";
import { after, Paged, paged, SearchWord } from "@/part/Paged";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { stateOf, version as states } from "@/vocabulary/state";
import { StateMark } from "@/vocabulary/StateMark";
import { kindIcon, kindWord } from "./kind";
import type { Component } from "./query";

const t = text.library;
const route = getRouteApi("/library");

/** Every component, by name: what it is, its newest version, and what waits in quarantine. */
export function Library() {
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  const search = route.useSearch();
  const query = { limit: 100, ...(search.text === undefined ? {} : { text: search.text }), ...(search.waiting === true ? { waiting: true } : {}) };
  const list = useInfiniteQuery({ queryKey: ["components", query], queryFn: ({ pageParam }) => ask(api.GET("/api/v1/components", { params: { query: { ...query, ...after(pageParam) } } })), ...paged });
  return (
    <div className="stack">
      <div className="stack tight">
        <h1>{t.title}</h1>
        <span className="ink2">{t.lead}</span>
      </div>
      <Filter />
      <Paged list={list} label={t.title} columns={columns} id={(c) => c.name} to={(c) => `/library/${c.name}`} two empty={<Nothing />} />
    </div>
  );
}

function Filter() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className="row wrap">
      <SegmentedControl
        size="xs"
        aria-label={t.state}
        value={search.waiting === true ? "waiting" : "all"}
        onChange={(value) => void navigate({ search: (old) => ({ ...old, waiting: value === "waiting" ? true : undefined }), replace: true })}
        data={[
          { value: "all", label: t.all },
          { value: "waiting", label: t.waiting },
        ]}
      />
      <SearchWord label={t.find} width={260} value={search.text} set={(word) => void navigate({ search: (old) => ({ ...old, text: word }), replace: true })} />
    </div>
  );
}

function Nothing() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  if (search.text === undefined && search.waiting === undefined) {
    return (
      <Empty icon="library" title={t.emptyTitle} action={<Copy value="tranship apply -f component.yaml" />}>
        {t.emptyDetail}
      </Empty>
    );
  }
  return (
    <Empty icon="filter" title={search.text === undefined ? t.noWaiting : t.noMatch} action={<Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>} />
  );
}

const columns: Column<Component>[] = [
  {
    id: "name",
    header: t.component,
    width: "minmax(0, 2fr)",
    cell: ({ row: { original: c } }) => (
      <div className="stack tight">
        <span className="row">
          <span className="ink3" title={kindWord(c.kind)}>
            <Icon name={kindIcon(c.kind)} label={kindWord(c.kind)} />
          </span>
          <span className="cut">
            <RowLink to={`/library/${c.name}`}>{c.name}</RowLink>
          </span>
        </span>
        <span className="second cut">{[c.service, c.owner].filter(Boolean).join(" · ")}</span>
      </div>
    ),
  },
  {
    id: "newest",
    header: t.newest,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: c } }) => (c.newest === undefined ? <span className="ink3">{t.none}</span> : <code>{c.newest.version}</code>),
  },
  { id: "state", header: t.state, width: "140px", cell: ({ row: { original: c } }) => (c.newest === undefined ? null : <StateMark state={stateOf(states, c.newest.state)} />) },
  {
    id: "since",
    header: t.since,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: c } }) =>
      c.newest === undefined ? null : (
        <span className="ink2 cut">
          <Time at={c.newest.addedAt} />, {c.newest.addedBy.name}
        </span>
      ),
  },
  { id: "versions", header: t.versions, width: "minmax(0, 1fr)", cell: ({ row: { original: c } }) => <span className="ink2 cut">{t.counts(c.admitted, c.quarantined)}</span> },
];
