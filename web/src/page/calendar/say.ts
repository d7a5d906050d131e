import { clockTime, date, moment, utc } from "@/part/moment";
import { text } from "@/text";
import type { IconName } from "@/vocabulary/Icon";
import { deployment as states, gate, type State, stateOf } from "@/vocabulary/state";
import type { Entry, Item } from "./data";
import { dayOf, offset } from "./wall";

/** The zone of who looks. */
export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const t = text.calendar;

/** "Wed 25 Nov 23:00 to 24:00", with the second day where it is another. */
export function spanText(from: number, to: number, now: Date, zone: string): string {
  const [a, b] = [new Date(from), new Date(to)];
  const end = dayOf(from, zone) === dayOf(to, zone) ? clockTime(b, zone) : moment(b, { now, zone });
  // What takes less than a minute has one time.
  return to - from < 60_000 && end === clockTime(a, zone) ? moment(a, { now, zone }) : t.span(moment(a, { now, zone }), end);
}

/** What stands in the tip: the time here, in the entry's zone when its clock differs, and in UTC. */
export function tip(entry: Entry, now: Date, zone: string): string {
  const { item, from, to } = entry;
  const lines = [`${titleOf(item)}: ${spanText(from, to, now, zone)}`];
  const other = otherZone(item, from, zone);
  if (other !== undefined) {
    lines.push(t.inZone(spanText(from, to, now, other), other));
  }
  lines.push(t.span(utc(new Date(from)), utc(new Date(to))));
  return lines.join("\n");
}

/** The zone in which an entry was written, where its clock differs from the viewer's then. */
export function otherZone(item: Item, at: number, zone: string): string | undefined {
  return item.zone !== undefined && item.zone !== "" && offset(at, item.zone) !== offset(at, zone) ? item.zone : undefined;
}

export const where = (item: Item): string => (item.environment === undefined || item.environment === "" ? t.everywhere : item.environment);

export function kindOf(item: Item): string {
  switch (item.kind) {
    case "window":
      return t.window;
    case "freeze":
      return item.state === "soft" ? t.softFreeze : t.freeze;
    case "booking":
      return t.booking;
    default:
      return text.frame.deployments;
  }
}

/** What an entry is called in a line. */
export function titleOf(item: Item): string {
  switch (item.kind) {
    case "deployment":
      return `${item.release ?? item.what ?? item.name} ${t.into} ${where(item)}`;
    case "booking":
      return t.booked(item.name, where(item));
    default:
      return t.frozen(item.name, where(item));
  }
}

export function stateOfItem(item: Item): State {
  if (item.kind === "freeze") {
    return { ...gate.frozen, word: kindOf(item) };
  }
  if (item.kind !== "deployment") {
    return { word: kindOf(item), icon: iconOf(item), family: "mute" };
  }
  if (item.state === "planned" && item.gate === "approval") {
    return states["awaiting-approval"];
  }
  return stateOf(states, item.state ?? "");
}

function iconOf(item: Item): IconName {
  return item.kind === "booking" ? "environment" : "clock";
}

/** How much speaks against an entry: what holds it, or what only warns. */
export function trouble(item: Item): "holds" | "warns" | undefined {
  const open = (item.conflicts ?? []).filter((c) => c.waived === undefined || c.waived === "");
  if (open.some((c) => c.holds)) {
    return "holds";
  }
  return open.length > 0 ? "warns" : undefined;
}

/** The title above the days: "23 to 29 November 2026". */
export function rangeTitle(days: readonly string[], month: boolean): string {
  const [first = "", last = ""] = [month ? days[10] : days[0], month ? days[10] : days.at(-1)];
  const of = (day: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
  if (month) {
    return of(first, { month: "long", year: "numeric" });
  }
  if (first === last) {
    return of(first, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  }
  const whole = of(last, { day: "numeric", month: "long", year: "numeric" });
  if (first.slice(0, 7) === last.slice(0, 7)) {
    return t.span(of(first, { day: "numeric" }), whole);
  }
  return t.span(of(first, first.slice(0, 4) === last.slice(0, 4) ? { day: "numeric", month: "long" } : { day: "numeric", month: "long", year: "numeric" }), whole);
}

export const shortDay = (day: string): { week: string; date: string } => ({
  week: new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`)),
  date: String(Number(day.slice(8))),
});

export { clockTime, date, moment };
