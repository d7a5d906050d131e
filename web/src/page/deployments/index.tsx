import { Button, MultiSelect, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Copy } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { PageButton } from "@/part/PageButton";
import { type Column, RowLink } from "@/part/List";
import { after, Paged, paged } from "@/part/Paged";
import { Time } from "@/part/Time";
import { WhyLine } from "@/part/Why";
import type { DeploymentsSearch } from "@/routes";
import { text } from "@/text";
import { stateOfDeployment } from "@/vocabulary/deployment";
import { Icon } from "@/vocabulary/Icon";
import { deployment as states } from "@/vocabulary/state";
import { StateMark } from "@/vocabulary/StateMark";
import { Beside } from "./Beside";
import { ComponentWord, EnvironmentWord } from "./words";

type Deployment = Schema["Deployment"];
const t = text.deployments;
const route = getRouteApi("/deployments");

// What the server filters by: how those are that go on, and how the others ended.
const wanted = ["requested", "planned", "authorised", "scheduled", "verifying-components", "verifying-targets", "executing", "awaiting-guidance", "accepting", "remediating", "cancelling", "failed", "remediated", "cancelled", "succeeded", "closed"] as const;
type Wanted = (typeof wanted)[number];
const ended: readonly Wanted[] = ["failed", "remediated", "cancelled", "succeeded", "closed"];
const chosen = (state = ""): Wanted[] => state.split(",").filter((word): word is Wanted => wanted.includes(word as Wanted));

/** Every deployment, the newest first: what it does where, how it is, and why it waits. */
export function Deployments() {
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  const search = route.useSearch();
  const list = useDeployments(search);
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{t.title}</h1>
        <PageButton variant="filled" to="/deployments/new" search={{}} leftSection={<Icon name="plus" />}>
          {text.request.title}
        </PageButton>
      </div>
      <Beside />
      <Filter />
      <Paged list={list} label={t.title} columns={columns} id={(d) => d.id} to={(d) => `/deployments/${d.id}`} two empty={<Nothing />} />
    </div>
  );
}

function useDeployments(search: DeploymentsSearch) {
  const state = chosen(search.state);
  const query = {
    limit: 100,
    ...(search.all === true || state.length > 0 ? {} : { open: true }),
    ...(state.length > 0 ? { state } : {}),
    ...(search.env === undefined ? {} : { environment: search.env }),
    ...(search.component === undefined ? {} : { component: search.component }),
    ...(search.release === undefined ? {} : { release: search.release }),
  };
  return useInfiniteQuery({ queryKey: ["deployments", query], queryFn: ({ pageParam }) => ask(api.GET("/api/v1/deployments", { params: { query: { ...query, ...after(pageParam) } } })), ...paged });
}

const option = (value: Wanted) => ({ value, label: value === "closed" ? t.ended : states[value].word });

function Filter() {
  const search = route.useSearch();
  const state = chosen(search.state);
  const navigate = route.useNavigate();
  const set = (next: Partial<Record<keyof DeploymentsSearch, string | boolean | undefined>>) => void navigate({ search: (old) => ({ ...old, ...next }) as DeploymentsSearch, replace: true });
  return (
    <div className="row wrap">
      <SegmentedControl
        size="xs"
        value={search.all === true ? "all" : "open"}
        onChange={(value) => set({ all: value === "all" ? true : undefined })}
        data={[
          { value: "open", label: t.open },
          { value: "all", label: t.all },
        ]}
        aria-label={t.state}
      />
      <MultiSelect
        size="xs"
        w={state.length > 1 ? 320 : 220}
        maw="100%"
        aria-label={t.state}
        {...(state.length === 0 ? { placeholder: t.anyState } : {})}
        clearable
        value={state}
        onChange={(value) => set({ state: value.length === 0 ? undefined : value.join(",") })}
        data={[
          { group: t.open, items: wanted.filter((value) => !ended.includes(value)).map(option) },
          { group: t.ended, items: ended.map(option) },
        ]}
      />
      <EnvironmentWord value={search.env} set={(env) => set({ env })} />
      <ComponentWord value={search.component} set={(component) => set({ component })} />
    </div>
  );
}

function Nothing() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  if (Object.keys(search).length === 0) {
    return (
      <Empty icon="arrows" title={t.emptyOpen} action={<Button onClick={() => void navigate({ search: { all: true } })}>{t.showAll}</Button>} />
    );
  }
  if (search.all === true && Object.keys(search).length === 1) {
    return (
      <Empty icon="arrows" title={t.noneTitle} action={<Copy value="tranship plan COMPONENT@VERSION --to ENVIRONMENT" />}>
        {t.noneDetail}
      </Empty>
    );
  }
  return (
    <Empty icon="filter" title={t.emptyTitle} action={<Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>}>
      {t.emptyDetail}
    </Empty>
  );
}

function manner(d: Deployment) {
  return d.state === "closed" ? ("ended" as const) : d.state === "awaiting-guidance" ? ("stopped" as const) : ("waits" as const);
}

const columns: Column<Deployment>[] = [
  {
    id: "what",
    header: t.what,
    width: "minmax(0, 3fr)",
    cell: ({ row: { original: d } }) => (
      <div className="stack tight">
        <span className="cut">
          <RowLink to={`/deployments/${d.id}`}>{d.header.release}</RowLink> <span className="ink3">{d.header.direction === "install" ? text.deployment.into : `${d.header.direction === "remove" ? t.remove : t.restore} ${text.deployment.into}`}</span>{" "}
          <span className="strong">{d.header.environment}</span>
        </span>
        {d.state === "closed" ? <span className="second cut">{d.cause}</span> : <WhyLine reasons={d.waiting.reasons ?? []} manner={manner(d)} />}
      </div>
    ),
  },
  { id: "id", header: t.id, width: "72px", cell: ({ row }) => <code className="ink3">{row.original.id}</code> },
  { id: "state", header: t.how, width: "minmax(150px, 1fr)", cell: ({ row }) => <StateMark state={stateOfDeployment(row.original)} /> },
  { id: "targets", header: t.targets, width: "96px", cell: ({ row: { original: d } }) => <span className="ink2">{t.progress(d.executed, d.header.targetCount)}</span> },
  {
    id: "requested",
    header: t.requested,
    width: "minmax(150px, 1fr)",
    cell: ({ row: { original: d } }) => (
      <div className="stack tight">
        <span>
          <Time at={d.requestedAt} />
        </span>
        <span className="second cut">
          {t.by} {d.requestedBy.name}
        </span>
      </div>
    ),
  },
];
