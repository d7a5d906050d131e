import { type PointerEvent, useMemo, useRef } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { AllDay } from "./AllDay";
import { Block } from "./Block";
import { type Board, useBoard } from "./board";
import { BundleBlock, standsOut } from "./BundleBlock";
import classes from "./calendar.module.css";
import type { Entry } from "./data";
import { Ghost, SlotBox } from "./Ghost";
import { type Bundle, bundled, lanes } from "./lane";
import { clockTime, otherZone, shortDay, tip, where } from "./say";
import { Axis, changeOn, clockText, dayOf, endOf, minute, quarter, startOf } from "./wall";

const t = text.calendar;
/** Pixels of a minute. */
const scale = 26 / 60;
const least = 50 * minute;
const px = (minutes: number) => Math.round(minutes * scale);

interface Piece {
  entry: Entry;
  from: number;
  to: number;
}

/** What is drawn in a day: a deployment, or many at one time. */
interface Drawn {
  from: number;
  to: number;
  piece?: Piece;
  bundle?: Bundle<Piece>;
}


/** What of the entries of a kind lies in a day. */
function pieces(entries: readonly Entry[], kind: string, from: number, to: number): Piece[] {
  return entries
    .filter(({ item, ...span }) => item.kind === kind && span.from < to && (span.to > from || span.from === span.to))
    .map((entry) => ({ entry, from: Math.max(entry.from, from), to: Math.min(Math.max(entry.to, entry.from + 5 * minute), to) }))
    .filter((piece) => piece.from < piece.to);
}

/** Days beside each other, with the hours at the left. */
export function Grid() {
  const board = useBoard();
  const { range, zone, entries } = board;
  const axis = useMemo(() => new Axis(range.days, zone), [range.days, zone]);
  const days = range.days.map((day) => {
    const [from, to] = [startOf(day, zone), endOf(day, zone)];
    const all = pieces(entries, "deployment", from, to);
    const { single, bundles } = bundled(all, least, range.days.length > 1 ? 3 : 8, ({ entry }) => standsOut(entry, board));
    const drawn: Drawn[] = [...single.map((piece) => ({ from: piece.from, to: piece.to, piece })), ...bundles.map((bundle) => ({ from: bundle.from, to: bundle.to, bundle }))];
    return { day, from, to, all, runs: lanes(drawn, least) };
  });
  // Empty days are narrow, busy ones wide.
  const width = (n: number) => (n === 0 ? 0.85 : n === 1 ? 1.15 : Math.min(0.7 + n * 0.55, 2.6));
  const tracks = { gridTemplateColumns: `52px ${days.map(({ runs }) => `minmax(0, ${width(Math.max(0, ...runs.map((run) => run.lanes)))}fr)`).join(" ")}` };
  const drag = useDrag(board, axis, range.days);
  const today = dayOf(board.now.getTime(), zone);
  return (
    <div className={classes["grid"]}>
      <div className={classes["gridHead"]} style={tracks}>
        <span />
        {range.days.map((day) => {
          const { week, date } = shortDay(day);
          return (
            <span key={day} className={classes["dayHead"]} data-today={day === today || undefined} aria-current={day === today ? "date" : undefined}>
              <span className="ink2">{week}</span> <b>{date}</b>
            </span>
          );
        })}
      </div>
      <AllDay tracks={tracks} />
      <div className={classes["days"]} style={{ ...tracks, height: px(axis.height) }}>
        <Hours axis={axis} today={range.days.includes(today) ? today : undefined} />
        {days.map(({ day, from, to, all, runs }) => (
          <div key={day} className={classes["day"]} data-day={day} ref={drag.column(day)}>
            <Ground axis={axis} day={day} from={from} to={to} />
            {runs.map(({ of, lane, lanes: n }) => {
              const [top, bottom] = [px(axis.y(day, of.from)), px(axis.y(day, of.to))];
              const height = Math.max(bottom - top, of.bundle === undefined ? 24 : 40);
              const style = { top: Math.min(top, px(axis.height) - height), height, left: `calc(${(100 * lane) / n}% + 3px)`, width: `calc(${100 / n}% - 6px)` };
              const { piece, bundle } = of;
              if (bundle !== undefined) {
                return <BundleBlock key={`${bundle.from} ${bundle.all.length}`} bundle={{ from: bundle.from, to: bundle.to, all: bundle.all.map(({ entry }) => entry) }} style={style} />;
              }
              return piece === undefined ? null : (
                <Block
                  key={piece.entry.key}
                  entry={piece.entry}
                  lines={height >= 58 ? 3 : height >= 40 ? 2 : 1}
                  style={style}
                  onPointerDown={(event) => drag.begin(event, piece.entry, day, piece.from)}
                />
              );
            })}
            <Slots axis={axis} day={day} from={from} to={to} beside={all} />
            <Tried axis={axis} day={day} from={from} to={to} />
            {day === today ? <div className={classes["now"]} style={{ top: px(axis.y(day, board.now.getTime())) }} /> : null}
          </div>
        ))}
      </div>
    </div>
  );
}

function Hours({ axis, today }: { axis: Axis; today: string | undefined }) {
  const { now, zone } = useBoard();
  const at = today === undefined ? undefined : axis.y(today, now.getTime());
  return (
    <div className={classes["hours"]}>
      {axis.marks(2).map((mark) =>
        mark.y === 0 || (at !== undefined && Math.abs(mark.y - at) < 40) ? null : (
          <span key={mark.y} style={{ top: px(mark.y) }} title={mark.again ? t.clockBack : undefined}>
            {clockText(mark.minutes)}
            {mark.again ? <small> {t.again}</small> : null}
          </span>
        ),
      )}
      {at === undefined ? null : (
        <span className={classes["nowTime"]} style={{ top: px(at) }}>
          {clockTime(now, zone)}
        </span>
      )}
    </div>
  );
}

/** What lies under the deployments of a day: hours, windows, freezes, a change of the clock. */
function Ground({ axis, day, from, to }: { axis: Axis; day: string; from: number; to: number }) {
  const board = useBoard();
  const change = changeOn(day, board.zone);
  const box = (a: number, b: number) => ({ top: px(axis.y(day, a)), height: px(axis.y(day, b)) - px(axis.y(day, a)) });
  // Windows of the same time are drawn once, with all their environments.
  const windows = new Map<string, Piece[]>();
  for (const piece of pieces(board.entries, "window", from, to)) {
    const key = `${piece.from}-${piece.to}`;
    windows.set(key, [...(windows.get(key) ?? []), piece]);
  }
  return (
    <>
      {axis.marks(2).map((mark) => (mark.y === 0 ? null : <div key={mark.y} className={classes["rule"]} style={{ top: px(mark.y) }} />))}
      {[...windows.values()].map((same) => {
        const [first] = same;
        return first === undefined ? null : (
          <div key={`${first.from}-${first.to}`} className={classes["window"]} style={box(first.from, first.to)} title={same.map(({ entry }) => tip(entry, board.now, board.zone)).join("\n")}>
            {board.shown.length === 1 && otherZone(first.entry.item, first.from, board.zone) === undefined ? null : (
              <span>
                {same.map(({ entry }) => where(entry.item)).join(", ")}
                {zoneMark(first.entry, board)}
              </span>
            )}
          </div>
        );
      })}
      {pieces(board.entries, "freeze", from, to).map((piece, i) => (
        <div key={piece.entry.key} className={isWhole(piece.entry, board) ? classes["freeze"] : classes["rail"]} data-kind={piece.entry.item.state} style={{ ...box(piece.from, piece.to), ...(isWhole(piece.entry, board) ? {} : { left: i * 5 }) }} title={tip(piece.entry, board.now, board.zone)} />
      ))}
      {change !== undefined && change.to > change.from ? <div className={classes["missing"]} style={{ top: px(change.from), height: px(change.to - change.from) }} title={t.clockForward} /> : null}
      {axis.folded !== undefined && axis.folded !== day ? <div className={classes["missing"]} style={{ top: px(axis.gap.from), height: px(axis.gap.to - axis.gap.from) }} title={t.clockBack} /> : null}
    </>
  );
}

/** The zone in which a window was written, said where its clock differs. */
function zoneMark(entry: Entry, board: Board): string {
  const other = otherZone(entry.item, entry.from, board.zone);
  return other === undefined ? "" : `, ${t.inZone(clockTime(new Date(entry.from), other), other)}`;
}

/** Whether a freeze reaches all that is shown. */
export function isWhole({ item }: Entry, { shown }: Board): boolean {
  const { environments = [], ...others } = item.reach ?? {};
  return Object.values(others).every((names) => names.length === 0) && (environments.length === 0 || shown.every((name) => environments.includes(name)));
}

/** Free times; where something is planned at the same time, at its right. */
function Slots({ axis, day, from, to, beside }: { axis: Axis; day: string; from: number; to: number; beside: readonly Piece[] }) {
  const { slots } = useBoard();
  return slots.map((slot, i) => {
    const [start, end] = [Date.parse(slot.start), Date.parse(slot.end)];
    if (start >= to || end <= from) {
      return null;
    }
    const [top, bottom] = [px(axis.y(day, Math.max(start, from))), px(axis.y(day, Math.min(end, to)))];
    return <SlotBox key={slot.start} number={i + 1} slot={slot} style={{ top, height: Math.max(bottom - top, 24), ...(beside.some((run) => run.from < end && Math.max(run.to, run.from + least) > start) ? { left: "46%", zIndex: 4 } : {}) }} />;
  });
}

function Tried({ axis, day, from, to }: { axis: Axis; day: string; from: number; to: number }) {
  const { placing } = useBoard();
  const at = placing?.at;
  if (placing === undefined || at === undefined || at >= to || at + placing.length <= from) {
    return null;
  }
  const [top, bottom] = [px(axis.y(day, Math.max(at, from))), px(axis.y(day, Math.min(at + placing.length, to)))];
  return <Ghost placing={placing} first={at >= from} above={top > px(axis.height) * 0.8} style={{ top, height: Math.max(bottom - top, 24) }} />;
}

/** Dragging with the pointer: by quarters of an hour, from day to day, never into the past. */
function useDrag(board: Board, axis: Axis, days: readonly string[]) {
  const columns = useRef(new Map<string, HTMLElement>());
  const place = (x: number, y: number, grab: number): number | undefined => {
    for (const day of days) {
      const box = columns.current.get(day)?.getBoundingClientRect();
      if (box !== undefined && x >= box.left && x < box.right) {
        return Math.max(quarter(axis.at(day, (y - box.top) / scale - grab)), Math.ceil(board.now.getTime() / (15 * minute)) * 15 * minute);
      }
    }
    return undefined;
  };
  const begin = (event: PointerEvent<HTMLButtonElement>, entry: Entry, day: string, shown: number) => {
    if (event.button !== 0) {
      return;
    }
    const [x, y] = [event.clientX, event.clientY];
    const top = columns.current.get(day)?.getBoundingClientRect().top ?? 0;
    const grab = (y - top) / scale - axis.y(day, shown);
    const { name: id } = entry.item;
    let at: number | undefined;
    const moved = (e: globalThis.PointerEvent) => {
      if (at === undefined && Math.hypot(e.clientX - x, e.clientY - y) < 5) {
        return;
      }
      const next = place(e.clientX, e.clientY, grab);
      if (next !== undefined && next !== at) {
        at = next;
        board.dragging({ id, at, length: entry.to - entry.from });
      }
    };
    const stop = (e: Event) => {
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", stop);
      window.removeEventListener("pointercancel", stop);
      window.removeEventListener("keydown", escape, true);
      if (at === undefined) {
        return;
      }
      // What was dragged was not clicked.
      window.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
      setTimeout(() => board.dragging(undefined));
      if (e.type === "pointerup") {
        board.settle(id, at);
      }
    };
    const escape = (e: KeyboardEvent) => {
      if (e.key === "Escape") {
        e.stopPropagation();
        stop(e);
      }
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", stop);
    window.addEventListener("pointercancel", stop);
    window.addEventListener("keydown", escape, true);
  };
  const column = (day: string) => (element: HTMLElement | null) => {
    if (element === null) {
      columns.current.delete(day);
    } else {
      columns.current.set(day, element);
    }
  };
  return { begin, column };
}

/** The mark of a kind in the line below the drawing. */
export function Legend() {
  const board = useBoard();
  return (
    <div className={classes["legend"]}>
      {[
        ["window", t.window],
        ["freeze", t.freeze],
        ["planned", t.planned],
        ["conflict", t.conflict],
        ["slot", t.slot],
      ].map(([kind, word]) => (
        <span key={kind} className="row">
          <span className={classes["key"]} data-kind={kind} /> {word}
        </span>
      ))}
      {board.mayMove ? (
        <span className={classes["hint"]}>
          <Icon name="arrows" size={14} /> {t.dragHint}
        </span>
      ) : null}
    </div>
  );
}
