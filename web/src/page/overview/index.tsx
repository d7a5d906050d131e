import { Button, Checkbox, Select, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { moment } from "@/part/moment";
import { PageButton } from "@/part/PageButton";
import { useNow } from "@/part/Time";
import type { OverviewSearch } from "@/routes";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { deployment, gate, place, type State } from "@/vocabulary/state";
import { type Environment, type Row, type Show, showOf, shows, useOverview } from "./data";
import { differs, linesOf } from "./lines";
import { Matrix } from "./Matrix";
import classes from "./overview.module.css";
import { Places } from "./Places";
import { PlaceCard } from "./PlaceCard";
import { Strip } from "./Strip";

const t = text.overview;
const route = getRouteApi("/overview");

/** What is where: components by environments, now and at any moment before. */
export function OverviewPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  // What is chosen shows at once; the matrix follows as soon as it is drawn.
  const asked = useDeferredValue(search);
  const list = useOverview(asked);
  const first = list.data?.pages[0];
  const pair = useMemo(() => asked.compare?.split(".."), [asked.compare]);
  const grouped = asked.group !== "none";
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? [], [list.data]);
  const lines = useMemo(() => linesOf(rows, grouped, pair), [rows, grouped, pair]);
  const set = useCallback((next: OverviewSearch) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false }), [navigate]);
  const { fetchNextPage, isFetchingNextPage, hasNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetchingNextPage]);
  const past = search.at !== undefined;
  const [whole, setWhole] = useState(false);
  const [only, setOnly] = useState<string>();
  const phone = useMediaQuery("(max-width: 48em)");
  const open = useCallback((component: string, environment: string) => set({ cell: `${component}~${environment}` }), [set]);
  const close = useCallback(() => set({ cell: undefined }), [set]);
  const choose = useCallback((at: string | undefined) => set({ at }), [set]);
  if (list.error !== null && list.data === undefined) {
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  }
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{t.title}</h1>
        <Tools set={set} environments={first?.environments.map((environment) => environment.name) ?? []} past={past} />
      </div>
      {past ? (
        <div className={classes["past"]} role="status">
          <Icon name="clock" />
          <span className="grow">
            <span className="strong">{t.past(moment(new Date(search.at ?? ""), { now }))}</span> {t.pastDetail}
          </span>
          <Button variant="filled" onClick={() => set({ at: undefined })}>
            {t.back}
          </Button>
        </div>
      ) : null}
      {first === undefined ? null : <Counts counts={first.counts} show={search.show} set={set} environments={first.environments} comparing={pair !== undefined} />}
      {first === undefined || pair === undefined || (lines.length === 0 && !hasNextPage) ? null : <Differing rows={rows} pair={pair} all={first.counts[showOf(asked.show) ?? "all"]} />}
      {first === undefined ? (
        <div className="card">
          <Loading rows={10} />
        </div>
      ) : lines.length === 0 && !hasNextPage ? (
        <div className="card">
          <Nothing all={first.counts[showOf(asked.show) ?? "all"]} pair={pair} part={search.text !== undefined || search.show !== undefined} clear={() => set({ text: undefined, show: undefined, compare: undefined, env: undefined })} filtered={search.text !== undefined || search.show !== undefined || pair !== undefined} />
        </div>
      ) : phone ? (
        <Places
          environments={first.environments}
          lines={lines}
          more={hasNextPage}
          loadMore={loadMore}
          at={search.at}
          only={only}
          choose={setOnly}
          whole={whole || past || search.show !== undefined}
          showWhole={() => setWhole(true)}
          open={open}
        />
      ) : (
        <Matrix environments={first.environments} lines={lines} more={hasNextPage} loadMore={loadMore} at={asked.at} open={open} />
      )}
      <Strip at={search.at} choose={choose} />
      <PlaceCard cell={search.cell} at={search.at} close={close} />
    </div>
  );
}

/** How many differ of two environments: of those that were asked for so far, out of how many the server counts. */
function Differing({ rows, pair: [a = "", b = ""], all }: { rows: readonly Row[]; pair: readonly string[]; all: number }) {
  return (
    <p className="ink2" role="status">
      {t.differ(rows.filter((row) => differs(row, [a, b])).length, rows.length, Math.max(all, rows.length), a, b)}
    </p>
  );
}

function Nothing({ all, pair, part, filtered, clear }: { all: number; pair: readonly string[] | undefined; part: boolean; filtered: boolean; clear: () => void }) {
  if (pair !== undefined && all > 0) {
    return <Empty icon="tick" title={(part ? t.sameOfShown : t.same)(pair[0] ?? "", pair[1] ?? "")} action={<Button onClick={clear}>{t.stopCompare}</Button>} />;
  }
  return filtered ? (
    <Empty icon="filter" title={t.noneTitle} action={<Button onClick={clear}>{t.clear}</Button>}>
      {t.noneDetail}
    </Empty>
  ) : (
    <Empty icon="overview" title={t.emptyTitle}>
      {t.emptyDetail}
    </Empty>
  );
}

function Tools({ set, environments, past }: { set: (next: OverviewSearch) => void; environments: readonly string[]; past: boolean }) {
  const search = route.useSearch();
  const filter = useDebouncedCallback((value: string) => set({ text: value.trim() === "" ? undefined : value.trim() }), 200);
  const pairs = environments.flatMap((a, i) => environments.slice(i + 1).map((b) => ({ value: `${a}..${b}`, label: `${a} – ${b}` })));
  const shown = search.compare !== undefined && !pairs.some((pair) => pair.value === search.compare) ? [...pairs, { value: search.compare, label: search.compare.replace("..", " – ") }] : pairs;
  return (
    <div className="row wrap">
      <TextInput size="sm" className={classes["find"] ?? ""} placeholder={t.filter} aria-label={t.filter} defaultValue={search.text ?? ""} onChange={(event) => filter(event.currentTarget.value)} leftSection={<Icon name="filter" size={14} />} data-search />
      <Checkbox visibleFrom="sm" size="xs" label={t.group} checked={search.group !== "none"} onChange={(event) => set({ group: event.currentTarget.checked ? undefined : "none" })} />
      <Select visibleFrom="sm" size="sm" w={200} clearable aria-label={t.compareNone} placeholder={t.compare} value={search.compare ?? null} onChange={(value) => set({ compare: value ?? undefined })} data={shown} />
      {past ? null : (
        <PageButton variant="filled" to="/deployments/new" search={{}} leftSection={<Icon name="plus" />}>
          {t.deploy}
        </PageButton>
      )}
    </div>
  );
}

const showStates: Record<Show, State> = { awaiting: gate.person, failing: place.failing, degraded: place.degraded, running: deployment.executing, scheduled: deployment.scheduled, drifted: place.drifted, unknown: place.silent, pinned: place.pinned };

/** Counts above the matrix are filters. */
function Counts({ counts, show, set, environments, comparing }: { comparing: boolean;  counts: Record<Show | "all", number>; show: string | undefined; set: (next: OverviewSearch) => void; environments: readonly Environment[] }) {
  const frozen = environments.filter((environment) => (environment.freezes ?? []).length > 0).length;
  return (
    <div className="row wrap">
      <UnstyledButton className={classes["count"]} data-on={show === undefined || undefined} aria-pressed={show === undefined} onClick={() => set({ show: undefined })}>
        <b>{counts.all.toLocaleString("en-GB")}</b> {comparing ? t.compared : t.components(counts.all)}
      </UnstyledButton>
      {shows
        .filter((one) => counts[one] > 0 || show === one)
        .map((one) => (
          <UnstyledButton key={one} className={classes["count"]} data-on={show === one || undefined} aria-pressed={show === one} onClick={() => set({ show: show === one ? undefined : one })} title={t.showFor(t.show[one] ?? one)}>
            <span className={showStates[one].family}>
              <Icon name={showStates[one].icon} />
            </span>
            <b>{counts[one].toLocaleString("en-GB")}</b> {one === "awaiting" && counts[one] === 1 ? t.awaitsOne : t.show[one]}
          </UnstyledButton>
        ))}
      {frozen === 0 ? null : (
        <span className={classes["count"]}>
          <span className="ice">
            <Icon name="snowflake" />
          </span>
          <b>{frozen}</b> {t.frozen(frozen)}
        </span>
      )}
    </div>
  );
}
