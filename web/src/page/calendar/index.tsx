import { Button, MultiSelect, SegmentedControl, Select } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useKey } from "@/frame/key";
import { usePage } from "@/frame/page";
import { Confirm } from "@/part/Confirm";
import { Copy } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { useNow } from "@/part/Time";
import type { CalendarSearch } from "@/routes";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { Agenda } from "./Agenda";
import { type Board, BoardProvider } from "./board";
import classes from "./calendar.module.css";
import { most, useAgenda, useEnvironments, useNames } from "./data";
import { Grid, Legend } from "./Grid";
import { Month } from "./Month";
import { usePlacing } from "./placing";
import { dayIn, holds, isView, nameOf, type Range, rangeOf, stepped, type View, views, weekOf } from "./range";
import { rangeTitle, trouble, viewerZone } from "./say";
import { Side } from "./Side";
import { Subscribe } from "./Subscribe";
import { Timeline } from "./Timeline";
import { dayOf } from "./wall";

const t = text.calendar;
const route = getRouteApi("/calendar/$view/$date");

/** When deployments may run, and when they are meant to. */
export function Calendar() {
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  const { view, date } = route.useParams();
  const now = useNow();
  const zone = viewerZone();
  const shown: View = isView(view) ? view : "week";
  const day = dayIn(date, dayOf(now.getTime(), zone));
  const name = nameOf(shown, day);
  const range = useMemo(() => rangeOf(shown, day, zone), [shown, day, zone]);
  if (view !== shown || date !== name) {
    return <Navigate to="/calendar/$view/$date" params={{ view: shown, date: name }} search={(old) => old} replace />;
  }
  return <Shown range={range} day={day} zone={zone} now={now} />;
}

function Shown({ range, day, zone, now }: { range: Range; day: string; zone: string; now: Date }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const agenda = useAgenda(range, search.env, search.team);
  const environments = useEnvironments();
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const entries = agenda.data ?? [];
  const placing = usePlacing(entries, zone, now);
  // Not while something is dragged: the days would move away under the pointer.
  const beside = search.place !== undefined || search.on !== undefined || entries.some(({ item }) => trouble(item) !== undefined);
  const board: Board = {
    range,
    zone,
    now,
    entries,
    shown: search.env === undefined ? environments : search.env.split(","),
    on: search.on,
    select: (ref) => void navigate({ search: (old) => ({ ...old, on: ref === old.on ? undefined : ref, at: undefined }), replace: true }),
    ...placing.board,
  };
  return (
    <BoardProvider value={board}>
      <div className="stack">
        <Head range={range} day={day} zone={zone} now={now} environments={environments} />
        {agenda.error !== null ? (
          <Failure error={agenda.error} retry={() => void agenda.refetch()} />
        ) : (
          <div className={classes["sides"]} data-alone={!beside || undefined}>
            <div className="card">
              {agenda.data === undefined ? <Loading rows={12} /> : phone ? <Agenda /> : <Drawing view={range.view} by={search.by === "team" ? "team" : "environment"} choose={(by) => void navigate({ search: (old) => ({ ...old, by: by === "team" ? "team" : undefined }), replace: true })} />}
              {agenda.data !== undefined && entries.length === 0 ? <Nothing filtered={search.env !== undefined || search.team !== undefined} /> : null}
              {entries.length >= most ? <div className={classes["legend"]}>{t.first(most)}</div> : null}
              {phone ? null : <Legend />}
            </div>
            {beside ? <Side slotsFailed={placing.slotsFailed} slotsLoading={placing.slotsLoading} duration={placing.duration} /> : null}
          </div>
        )}
      </div>
      <Confirm act={placing.act} close={placing.closeAct} />
      <Subscribe opened={search.subscribe === true} close={() => void navigate({ search: (old) => ({ ...old, subscribe: undefined }), replace: true })} environments={environments} />
    </BoardProvider>
  );
}

function Drawing({ view, by, choose }: { view: View; by: "environment" | "team"; choose: (by: "environment" | "team") => void }): ReactNode {
  switch (view) {
    case "month":
      return <Month />;
    case "timeline":
      return <Timeline by={by} choose={choose} />;
    default:
      return <Grid />;
  }
}

function Head({ range, day, zone, now, environments }: { range: Range; day: string; zone: string; now: Date; environments: readonly string[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const teams = useNames("Group");
  const set = (next: { [K in keyof CalendarSearch]?: CalendarSearch[K] | undefined }) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const go = (view: View, to: string) => void navigate({ params: { view, date: nameOf(view, to) }, search: (old) => old });
  const today = dayOf(now.getTime(), zone);
  useKey("[", () => go(range.view, stepped(range.view, day, -1)));
  useKey("]", () => go(range.view, stepped(range.view, day, 1)));
  useKey("t", () => go(range.view, today));
  return (
    <div className={classes["headLine"]}>
      <h1>{t.title}</h1>
      <Button.Group>
        <Button onClick={() => go(range.view, stepped(range.view, day, -1))} aria-label={t.earlier} px={8}>
          <span className={classes["flip"]}>
            <Icon name="right" size={14} />
          </span>
        </Button>
        <Button onClick={() => go(range.view, today)} aria-current={holds(range, now.getTime(), zone) ? "date" : undefined}>
          {t.today}
        </Button>
        <Button onClick={() => go(range.view, stepped(range.view, day, 1))} aria-label={t.later} px={8}>
          <Icon name="right" size={14} />
        </Button>
      </Button.Group>
      <div className={classes["headTitle"]}>
        <div className="strong">{rangeTitle(range.days, range.view === "month")}</div>
        <div className="second">{range.view === "month" ? zone : t.weekNumber(weekOf(day).week, zone)}</div>
      </div>
      <span className="grow" />
      <MultiSelect
        size="sm"
        w={172}
        classNames={{ pillsList: classes["oneLine"] ?? "" }}
        aria-label={t.environments}
        placeholder={search.env === undefined ? t.anyEnvironment : ""}
        data={[...environments]}
        value={search.env?.split(",") ?? []}
        onChange={(names) => set({ env: names.length === 0 ? undefined : names.join(",") })}
        leftSection={<Icon name="filter" size={14} />}
        clearable
      />
      <Select size="sm" w={116} aria-label={t.team} placeholder={t.anyTeam} data={teams} value={search.team ?? null} onChange={(team) => set({ team: team ?? undefined })} clearable />
      <SegmentedControl size="sm" aria-label={t.view} value={range.view} onChange={(view) => go(view, range.days.includes(today) && range.view !== "day" ? today : day)} data={views.map((view) => ({ value: view, label: t[view] }))} />
      <Button leftSection={<Icon name="link" />} onClick={() => set({ subscribe: true })}>
        {t.subscribe}
      </Button>
    </div>
  );
}

const example = `apiVersion: tranship.dev/v1
kind: Window
metadata: {name: live-nights}
spec:
  appliesTo: {environments: [live]}
  when: {start: "2026-01-06T22:00", end: "2026-01-07T02:00", zone: Europe/Berlin, repeat: "FREQ=WEEKLY;BYDAY=TU,TH"}
`;

function Nothing({ filtered }: { filtered: boolean }) {
  const navigate = route.useNavigate();
  return filtered ? (
    <Empty icon="calendar" title={t.emptyFilter} action={<Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>} />
  ) : (
    <Empty icon="calendar" title={t.emptyTitle} action={<Copy value={example} shown="kind: Window …" />}>
      {t.emptyDetail}
    </Empty>
  );
}
