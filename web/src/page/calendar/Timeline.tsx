import { SegmentedControl } from "@mantine/core";
import { text } from "@/text";
import { Bar } from "./AllDay";
import { Block } from "./Block";
import { useBoard } from "./board";
import classes from "./calendar.module.css";
import { BundleBlock, standsOut } from "./BundleBlock";
import type { Entry } from "./data";
import { Ghost, SlotBox } from "./Ghost";
import { type Bundle, bundled, lanes, type Standing, standing } from "./lane";
import { shortDay, tip } from "./say";
import { dayOf, startOf } from "./wall";

const t = text.calendar;
const lane = 30;
/** How much of the width a name needs that stands beside its bar. */
const nameShare = 0.22;
/** How close more than a few stand to each other that are drawn as one. */
const crowdShare = 0.1;

type By = "environment" | "team";

/** A row for each environment or team, and the time from left to right. */
export function Timeline({ by, choose }: { by: By; choose: (by: By) => void }) {
  const { range, zone, now, entries, shown } = useBoard();
  const whole = range.to - range.from;
  const x = (at: number) => (100 * (Math.min(Math.max(at, range.from), range.to) - range.from)) / whole;
  const teams = [...new Set(entries.flatMap(({ item }) => item.teams ?? []))].sort();
  const rows = by === "environment" ? shown : [...teams, ...(entries.some(({ item }) => item.kind === "deployment" && (item.teams ?? []).length === 0) ? [""] : [])];
  const today = dayOf(now.getTime(), zone);
  return (
    <div className={classes["timeline"]}>
      <div className={classes["timeHead"]}>
        <SegmentedControl
          size="xs"
          aria-label={t.by}
          className={classes["timeBy"] ?? ""}
          value={by}
          onChange={(next) => choose(next === "team" ? "team" : "environment")}
          data={[
            { value: "environment", label: t.environments },
            { value: "team", label: t.teams },
          ]}
        />
        <div className={classes["timeDays"]}>
          {range.days.map((day) => (
            <span key={day} style={{ left: `${x(startOf(day, zone))}%` }} data-today={day === today || undefined}>
              <span className="ink3">{shortDay(day).week}</span> {shortDay(day).date}
            </span>
          ))}
        </div>
      </div>
      {rows.map((row) => (
        <Row key={row} row={row} by={by} x={x} />
      ))}
    </div>
  );
}

/** Whether an entry belongs into a row; what is for everywhere belongs into each. */
function belongs({ item }: Entry, row: string, by: By): boolean {
  if (by === "team" && (item.kind === "deployment" || item.kind === "booking")) {
    return row === "" ? (item.teams ?? []).length === 0 : (item.teams ?? []).includes(row);
  }
  if (by === "team") {
    return item.kind === "freeze";
  }
  return item.environment === undefined || item.environment === "" || item.environment.split(", ").includes(row);
}

function Row({ row, by, x }: { row: string; by: By; x: (at: number) => number }) {
  const board = useBoard();
  const { range, zone, now, entries, placing, slots } = board;
  const mine = entries.filter((entry) => belongs(entry, row, by));
  const room = (range.to - range.from) * nameShare;
  const { single, bundles } = bundled(
    mine.filter(({ item }) => item.kind === "deployment"),
    (range.to - range.from) * crowdShare,
    4,
    (entry) => standsOut(entry, board),
  );
  const placed = lanes<Standing & { entry?: Entry; bundle?: Bundle<Entry> }>(
    [
      ...[...single, ...mine.filter(({ item }) => item.kind === "booking")].map((entry) => ({ ...standing(entry, range, room), entry })),
      ...bundles.map((bundle) => ({ ...standing(bundle, range, room), bundle })),
    ],
    0,
  );
  const high = Math.max(1, ...placed.map((one) => one.lane + 1));
  const here = placing?.deployment !== undefined && (by === "team" || placing.deployment.header.environment === row);
  const span = (from: number, to: number) => ({ left: `${x(from)}%`, width: `${x(to) - x(from)}%` });
  return (
    <div className={classes["timeRow"]}>
      <span className={classes["timeName"]}>{row === "" ? t.noTeam : row}</span>
      <div className={classes["timeTrack"]} style={{ height: high * lane + (here ? lane : 0) + 10 }}>
        {range.days.map((day) => (
          <div key={day} className={classes["timeRule"]} style={{ left: `${x(startOf(day, zone))}%` }} />
        ))}
        {mine.map((entry) =>
          entry.item.kind === "window" && by === "environment" ? <div key={entry.key} className={classes["window"]} style={{ ...span(entry.from, entry.to), top: 0, bottom: 0, right: "auto" }} title={tip(entry, now, zone)} /> : null,
        )}
        {mine.map((entry) => (entry.item.kind === "freeze" ? <div key={entry.key} className={classes["freeze"]} data-kind={entry.item.state} style={{ ...span(entry.from, entry.to), top: 0, bottom: 0, right: "auto" }} title={tip(entry, now, zone)} /> : null))}
        {placed.map(({ of: { entry, bundle, ...stands }, lane: n }) => {
          const style = { ...span(stands.from, stands.to), top: n * lane + 5, height: lane - 4 };
          if (bundle !== undefined) {
            return <BundleBlock key={`${bundle.from} ${bundle.all.length}`} bundle={bundle} standing={stands} style={style} />;
          }
          return entry === undefined ? null : entry.item.kind === "deployment" ? <Block key={entry.key} entry={entry} lines={1} standing={stands} style={style} /> : <Bar key={entry.key} entry={entry} standing={stands} style={{ ...style, position: "absolute" }} />;
        })}
        {here
          ? slots.map((slot, i) => {
              const [from, to] = [Date.parse(slot.start), Date.parse(slot.end)];
              return from >= range.to || to <= range.from ? null : <SlotBox key={slot.start} number={i + 1} slot={slot} style={{ left: `${x(from)}%`, width: `max(${x(to) - x(from)}%, 64px)`, right: "auto", top: high * lane + 5, height: lane - 4 }} />;
            })
          : null}
        {here && placing.at !== undefined && placing.at < range.to && placing.at >= range.from ? (
          <Ghost placing={placing} first style={{ left: `${x(placing.at)}%`, width: `max(${x(placing.at + placing.length) - x(placing.at)}%, 90px)`, right: "auto", top: high * lane + 5, height: lane - 4 }} />
        ) : null}
        {now.getTime() >= range.from && now.getTime() < range.to ? <div className={classes["timeNow"]} data-now style={{ left: `${x(now.getTime())}%` }} /> : null}
      </div>
    </div>
  );
}
