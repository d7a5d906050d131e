import { Select, UnstyledButton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import type { Answerable } from "./Answer";
import { Cell } from "./Cells";
import classes from "./deployment.module.css";
import { type Deployment, useDomains, useGrid, useRows } from "./data";
import { blockTiles, type Chosen, domainTiles, drawingFor, fleetOf, type Fleet, isWrong, type Look, lookAt, toggled, wrong } from "./fleet";
import { lookNamed, lookOf, lookState, told } from "./look";
import { type Names, useNames } from "./names";
import { RowList } from "./Rows";
import { SelectBar } from "./SelectBar";
import { Tiles } from "./Tiles";
import { Trouble } from "./Trouble";
import { Unseen } from "./Unseen";
import { WaveRow, type WaveGiven } from "./WaveRow";

const t = text.deployment;
const route = getRouteApi("/deployments/$deployment");

interface Props {
  d: Deployment;
  opened: string | undefined;
  open: (target: string) => void;
  answer: (about: Answerable) => void;
}

/** The waves with their targets: the same place from 4 to 10,000, only the drawing changes. */
export function Targets({ d, opened, open, answer }: Props) {
  const grid = useGrid(d.id);
  const fleet = useMemo(() => (grid.data === undefined ? undefined : fleetOf(d, grid.data)), [d, grid.data]);
  const rows = d.header.partCount ?? 0;
  return (
    <section className="card" aria-labelledby="targets">
      {fleet === undefined ? (
        <>
          <header>
            <h2 id="targets">{t.targets}</h2>
            <span className="second">{t.inWaves(d.header.targetCount, d.header.waves.length)}</span>
          </header>
          {grid.error === null ? <Loading rows={3} /> : <Failure error={grid.error} retry={() => void grid.refetch()} />}
        </>
      ) : (
        <Drawn key={`${d.id} ${d.planDigest}`} d={d} fleet={fleet} opened={opened} open={open} answer={d.state === "awaiting-guidance" ? answer : undefined} />
      )}
      {d.header.targetCount + rows === 0 ? <p className={`${classes["wave"] ?? ""} ink2`}>{t.noTargets}</p> : null}
    </section>
  );
}

interface DrawnProps extends Omit<Props, "answer"> {
  fleet: Fleet;
  answer: Props["answer"] | undefined;
}

function Drawn({ d, fleet, opened, open, answer }: DrawnProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const only = lookNamed(search.state);
  const names = useNames(d.id, fleet.total);
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const drawing = drawingFor(fleet.total);
  const change = useCallback((next: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false }), [navigate]);
  const pick = useCallback((name: string, look: Look) => setChosen((old) => toggled(old, name, look)), []);
  const selected = wrongOf(chosen, fleet, names);
  const given = {
    deployment: d.id,
    fleet,
    names,
    only,
    opened,
    chosen,
    open: (place: number) => void names.load([place]).then(([name]) => (name === undefined ? undefined : open(name))),
    choose: (place: number) => void names.load([place]).then(([name]) => (name === undefined ? undefined : pick(name, lookAt(fleet, place)))),
  };
  return (
    <>
      <header className={classes["targetsHead"]}>
        <h2 id="targets">{t.targets}</h2>
        <span className="second">{t.inWaves(fleet.total, d.header.waves.length)}</span>
        <span className="grow" />
        {told
          .filter((look) => fleet.counts[look] > 0)
          .map((look) => (
            <UnstyledButton key={look} className={classes["count"]} data-on={only === look || undefined} aria-pressed={only === look} onClick={() => change({ state: only === look ? undefined : look })} title={t.showState(lookState[look].word)}>
              <Cell look={look} />
              {fleet.counts[look].toLocaleString("en-GB")} {lookState[look].word.toLowerCase()}
            </UnstyledButton>
          ))}
      </header>
      <Trouble
        d={d}
        some={wrong.some((look) => fleet.counts[look] > 0)}
        answer={answer}
        show={(list, look) => {
          const found = lookNamed(look) ?? "failed";
          setChosen(new Map(list.map((name) => [name, found])));
          change({ state: found });
        }}
      />
      <Unseen d={d} fleet={fleet} />
      {drawing === "tiles" ? (
        <TileDrawing d={d} given={given} tile={search.tile} by={search.label} change={change} add={(list) => void addAll(list, fleet, names).then((more) => setChosen((old) => new Map([...old, ...more])))} />
      ) : (
        fleet.waves.map((wave) => <WaveRow key={wave.number} d={d} wave={wave} {...given} pick={pick} openNamed={open} drawing={drawing} />)
      )}
      {only === undefined || drawing === "rows" ? null : <Matching d={d} look={only} total={fleet.counts[only]} opened={opened} open={open} chosen={chosen} choose={pick} />}
      {chosen.size > 0 ? <SelectBar d={d} chosen={chosen} wrong={selected} answer={answer} open={open} clear={() => setChosen(new Map())} /> : null}
    </>
  );
}

/** The selected targets that did not end well, as they stand now. */
function wrongOf(chosen: Chosen, fleet: Fleet, names: Names): string[] {
  return [...chosen].flatMap(([name, then]) => {
    const place = names.placeOf(name);
    return isWrong(place === undefined ? then : lookAt(fleet, place)) ? name : [];
  });
}

async function addAll(places: readonly number[], fleet: Fleet, names: Names): Promise<[string, Look][]> {
  const list = await names.load(places);
  return list.map((name, i) => [name, lookAt(fleet, places[i] ?? 0)]);
}

interface MatchingProps extends Omit<Props, "answer"> {
  look: Look;
  total: number;
  chosen: Chosen;
  choose: (name: string, look: Look) => void;
}

/** The rows of those that look so, asked page by page as they come into sight. */
function Matching({ d, look, total, opened, open, chosen, choose }: MatchingProps) {
  const list = useRows(d.id, look, true);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const more = useCallback(() => {
    if (!isFetching) {
      void fetchNextPage();
    }
  }, [isFetching, fetchNextPage]);
  if (list.error !== null && rows.length === 0) {
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  }
  if (list.isPending) {
    return <Loading rows={3} />;
  }
  const byName = new Map(rows.map((row) => [row.name, row]));
  const chooseNamed = (name: string) => {
    const row = byName.get(name);
    choose(name, row === undefined ? look : lookOf(row));
  };
  return <RowList rows={rows} total={total} more={hasNextPage} loadMore={more} label={t.showState(lookState[look].word)} opened={opened} open={open} chosen={chosen} choose={chooseNamed} />;
}

interface TileProps {
  d: Deployment;
  given: Omit<WaveGiven, "pick" | "openNamed" | "drawing">;
  tile: string | undefined;
  by: string | undefined;
  change: (next: { tile?: string | undefined; label?: string | undefined }) => void;
  add: (places: readonly number[]) => void;
}

/** The tiles of all waves, or where no label tells targets apart those of each wave. */
function TileDrawing({ d, given, tile, by, change, add }: TileProps) {
  const { fleet } = given;
  const domains = useDomains(d.id, d.planDigest, by, true);
  const label = domains.data?.by ?? "";
  const whole = useMemo(() => (domains.data === undefined || label === "" ? undefined : domainTiles(domains.data.domains, t.withoutLabel(label))), [domains.data, label]);
  const open = { tile, openTile: (key: string | undefined) => change({ tile: key }), chooseAll: add };
  if (domains.isPending) {
    return <Loading rows={4} />;
  }
  if (domains.error !== null) {
    return <Failure error={domains.error} retry={() => void domains.refetch()} />;
  }
  if (whole === undefined) {
    return fleet.waves.map((wave) => (
      <WaveRow key={wave.number} d={d} wave={wave} {...given} drawing="tiles">
        <Tiles {...given} {...open} label={t.wave(wave.number)} tiles={blockTiles(wave, (block) => t.block(wave.number, block))} />
      </WaveRow>
    ));
  }
  return (
    <>
      {fleet.waves.length > 12 ? null : (
        <div className={classes["waveLines"]}>
          {fleet.waves.map((wave) => (
            <WaveRow key={wave.number} d={d} wave={wave} {...given} drawing="tiles" />
          ))}
        </div>
      )}
      <div className={classes["whole"]}>
        <div className="row wrap">
          <span className="second grow">{t.tilesBy(whole.length, label)}</span>
          {domains.data.labels.length > 1 ? (
            <Select size="xs" w={160} aria-label={t.tileLabel} value={label} data={domains.data.labels.map((one) => ({ value: one.name, label: t.labelValues(one.name, one.values) }))} allowDeselect={false} onChange={(next) => change({ label: next ?? undefined, tile: undefined })} />
          ) : null}
        </div>
        <Tiles {...given} {...open} label={t.targets} tiles={whole} />
      </div>
    </>
  );
}

