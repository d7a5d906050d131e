import type { CSSProperties } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { useBoard } from "./board";
import classes from "./calendar.module.css";
import { type Entry, refOf } from "./data";
import { Extent } from "./Extent";
import { lanes, type Standing } from "./lane";
import { tip, titleOf } from "./say";
import { dayOf } from "./wall";

const t = text.calendar;

/** Freezes and bookings as bars over the days that they touch. */
export function AllDay({ tracks }: { tracks: CSSProperties }) {
  const { entries, range, zone } = useBoard();
  const bars = entries
    .filter(({ item }) => item.kind === "freeze" || item.kind === "booking")
    .map((entry) => ({ entry, from: index(range.days, dayOf(Math.max(entry.from, range.from), zone)), to: index(range.days, dayOf(Math.min(entry.to, range.to) - 1, zone)) + 1 }));
  if (bars.length === 0) {
    return null;
  }
  return (
    <div className={classes["allDay"]} style={tracks}>
      <span className={classes["allDayWord"]}>{t.allDay}</span>
      {lanes(bars, 1).map(({ of: { entry, from, to }, lane }) => (
        <Bar key={entry.key} entry={entry} style={{ gridColumn: `${from + 2} / ${to + 2}`, gridRow: lane + 1 }} />
      ))}
    </div>
  );
}

const index = (days: readonly string[], day: string) => Math.max(0, days.indexOf(day));

/** A freeze or a booking as a bar. */
export function Bar({ entry, style, standing }: { entry: Entry; style?: CSSProperties; standing?: Standing }) {
  const board = useBoard();
  const { item } = entry;
  return (
    <button type="button" className={classes["bar"]} data-kind={item.kind} data-beside={standing === undefined || standing.name === "in" ? undefined : standing.name} data-state={item.state} data-on={board.on === refOf(item) || undefined} style={style} title={tip(entry, board.now, board.zone)} onClick={() => board.select(refOf(item))}>
      {standing === undefined || standing.name === "in" ? null : <Extent standing={standing} />}
      <Icon name={item.kind === "freeze" ? "snowflake" : "environment"} size={14} />
      <span className="cut">{titleOf(item)}</span>
    </button>
  );
}
