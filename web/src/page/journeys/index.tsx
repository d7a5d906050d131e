import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Beside } from "@/page/deployments/Beside";
import { ComponentWord, TriggerWord } from "@/page/deployments/words";
import { Empty } from "@/part/Empty";
import { type Column, RowLink } from "@/part/List";
import { PageButton } from "@/part/PageButton";
import { after, Paged, paged } from "@/part/Paged";
import { Said } from "@/part/Said";
import { Time } from "@/part/Time";
import { WhyLine } from "@/part/Why";
import type { JourneysSearch } from "@/routes";
import { text } from "@/text";
import { stateOfJourney } from "@/vocabulary/journey";
import { StateMark } from "@/vocabulary/StateMark";
import { nameOf, whereOf } from "./name";

type Journey = Schema["Journey"];
const t = text.journeys;
const route = getRouteApi("/journeys");

/** The ways of releases that triggers began, the newest first: where each is, why it waits, and who can act. */
export function Journeys() {
  usePage({ title: t.title, crumbs: [{ word: text.deployments.title, to: "/deployments" }, { word: t.title }] });
  const { all, component, release, trigger } = route.useSearch();
  const query = {
    limit: 100,
    ...(all === true ? {} : { open: true }),
    ...(component === undefined ? {} : { component }),
    ...(release === undefined ? {} : { release }),
    ...(trigger === undefined ? {} : { trigger }),
  };
  const list = useInfiniteQuery({ queryKey: ["journeys", query], queryFn: ({ pageParam }) => ask(api.GET("/api/v1/journeys", { params: { query: { ...query, ...after(pageParam) } } })), ...paged });
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{t.title}</h1>
        <PageButton to="/admin/$tab" params={{ tab: "triggers" }} search={{}}>
          {t.triggers}
        </PageButton>
      </div>
      <Beside />
      <Filter />
      <Paged list={list} label={t.title} columns={columns} id={(j) => j.id} to={(j) => `/journeys/${j.id}`} two empty={<Nothing />} />
    </div>
  );
}

function Filter() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: { [key in keyof JourneysSearch]: JourneysSearch[key] | undefined }) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
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
      <ComponentWord value={search.component} set={(component) => set({ component })} />
      <TriggerWord value={search.trigger} set={(trigger) => set({ trigger })} />
    </div>
  );
}

function Nothing() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const words = search.component ?? search.release ?? search.trigger;
  if (words !== undefined) {
    return (
      <Empty icon="filter" title={t.emptyTitle} action={<Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>}>
        {t.emptyDetail}
      </Empty>
    );
  }
  if (search.all === true) {
    return (
      <Empty icon="arrow" title={t.noneTitle} action={<PageButton to="/admin/new/$kind" params={{ kind: "Trigger" }} search={{}}>{t.newTrigger}</PageButton>}>
        {t.noneDetail}
      </Empty>
    );
  }
  return <Empty icon="arrow" title={t.emptyOpen} action={<Button onClick={() => void navigate({ search: { all: true } })}>{t.showAll}</Button>} />;
}

function Where({ j }: { j: Journey }) {
  const where = whereOf(j);
  return where === undefined ? (
    <span className="ink3 desk">–</span>
  ) : (
    <div className="stack tight">
      <span className="cut" title={where.word}>
        {where.word}
      </span>
      <span className="second">{t.placeOf(where.number, where.all)}</span>
    </div>
  );
}

/** Why it waits, what is under way, or why it ended. */
function Because({ j }: { j: Journey }) {
  const [first] = j.waiting.reasons ?? [];
  const said = j.ending !== undefined ? (j.why ?? "") : j.state === "running" && first?.gate === "deployment" ? first.message : undefined;
  return said === undefined ? (
    <WhyLine reasons={j.waiting.reasons ?? []} manner={first?.gate === "guidance" ? "stopped" : "waits"} />
  ) : (
    <span className="second cut" title={said}>
      <Said words={said} />
    </span>
  );
}

const whoOf = (j: Journey) => j.waiting.reasons?.[0]?.who ?? "";

const columns: Column<Journey>[] = [
  {
    id: "what",
    header: t.what,
    width: "minmax(0, 3fr)",
    cell: ({ row: { original: j } }) => (
      <div className="stack tight">
        <span className="cut">
          <RowLink to={`/journeys/${j.id}`}>{nameOf(j)}</RowLink> <span className="ink3">{t.by(j.trigger)}</span>
        </span>
        <Because j={j} />
      </div>
    ),
  },
  { id: "id", header: t.id, width: "64px", cell: ({ row }) => <code className="ink3">{row.original.id}</code> },
  { id: "state", header: t.how, width: "minmax(150px, 1fr)", cell: ({ row }) => <StateMark state={stateOfJourney(row.original)} /> },
  { id: "where", header: t.where, width: "minmax(0, 1fr)", cell: ({ row }) => <Where j={row.original} /> },
  {
    id: "who",
    header: t.who,
    width: "minmax(0, 1.4fr)",
    cell: ({ row: { original: j } }) =>
      whoOf(j) === "" ? null : (
        <span className="ink2" title={whoOf(j)}>
          {whoOf(j)}
        </span>
      ),
  },
  { id: "since", header: t.since, width: "128px", cell: ({ row }) => <Time at={row.original.since} /> },
];
