import { Link } from "@tanstack/react-router";
import { text } from "@/text";
import { Bar } from "./AllDay";
import { Block } from "./Block";
import { useBoard } from "./board";
import classes from "./calendar.module.css";
import { isWhole } from "./Grid";
import { clockTime, shortDay } from "./say";
import { dayOf, endOf, startOf } from "./wall";

const t = text.calendar;
const fits = 4;

/** Whole weeks below each other; of a full day the first are shown, and a link to all. */
export function Month() {
  const board = useBoard();
  const { range, zone, now, entries } = board;
  const today = dayOf(now.getTime(), zone);
  const month = range.name;
  return (
    <div className={classes["month"]}>
      {range.days.slice(0, 7).map((day) => (
        <span key={day} className={classes["monthHead"]}>
          {shortDay(day).week}
        </span>
      ))}
      {range.days.map((day) => {
        const [from, to] = [startOf(day, zone), endOf(day, zone)];
        const within = entries.filter((entry) => entry.from < to && entry.to > from && entry.item.kind !== "window");
        const windows = entries.filter((entry) => entry.item.kind === "window" && entry.from >= from && entry.from < to);
        const frozen = entries.some((entry) => entry.item.kind === "freeze" && entry.from <= from && entry.to >= to && isWhole(entry, board));
        return (
          <div key={day} className={classes["monthDay"]} data-other={!day.startsWith(month) || undefined} data-frozen={frozen || undefined}>
            <span className="row between">
              <Link to="/calendar/$view/$date" params={{ view: "day", date: day }} search={(old) => old} className={classes["monthDate"]} data-today={day === today || undefined}>
                {shortDay(day).date}
                <span className="unseen"> {shortDay(day).week}</span>
              </Link>
              {windows[0] === undefined ? null : (
                <span className={classes["monthWindow"]} title={t.window}>
                  {clockTime(new Date(windows[0].from), zone)}
                  {windows.length > 1 ? ` +${windows.length - 1}` : ""}
                </span>
              )}
            </span>
            {within.slice(0, within.length > fits ? fits - 1 : fits).map((entry) => (entry.item.kind === "deployment" ? <Block key={entry.key} entry={entry} lines={1} /> : <Bar key={entry.key} entry={entry} />))}
            {within.length > fits ? (
              <Link to="/calendar/$view/$date" params={{ view: "day", date: day }} search={(old) => old} className="second">
                {t.more(within.length - fits + 1)}
              </Link>
            ) : null}
          </div>
        );
      })}
    </div>
  );
}
