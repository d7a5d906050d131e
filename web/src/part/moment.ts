import { text } from "@/text";

/*
 * Times as people say them: "today 14:32", "Wed 25 Nov 22:30", in the zone of
 * the viewer. Durations as "6 min". Pure, so that tests can hold them.
 */
const locale = "en-GB";

export interface Clock {
  now: Date;
  zone?: string;
}

// To make a format costs a hundred times as much as to use it, and a page shows hundreds of times.
const formats = new Map<string, Intl.DateTimeFormat>();

function part(at: Date, options: Intl.DateTimeFormatOptions, zone?: string): string {
  const key = `${zone ?? ""} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { ...options, ...(zone === undefined ? {} : { timeZone: zone }) });
    formats.set(key, format);
  }
  return format.format(at);
}

export function clockTime(at: Date, zone?: string): string {
  return part(at, { hour: "2-digit", minute: "2-digit" }, zone);
}

function dayOf(at: Date, zone?: string): string {
  return part(at, { year: "numeric", month: "2-digit", day: "2-digit" }, zone);
}

const dayLength = 86_400_000;

/** "today 14:32", "Wed 25 Nov 22:30", with the year when it is another. */
export function moment(at: Date, { now, zone }: Clock): string {
  const time = clockTime(at, zone);
  const day = dayOf(at, zone);
  if (day === dayOf(now, zone)) {
    return `${text.part.today} ${time}`;
  }
  if (day === dayOf(new Date(now.getTime() - dayLength), zone)) {
    return `${text.part.yesterday} ${time}`;
  }
  if (day === dayOf(new Date(now.getTime() + dayLength), zone)) {
    return `${text.part.tomorrow} ${time}`;
  }
  return `${date(at, { now, ...(zone === undefined ? {} : { zone }) })} ${time}`;
}

/** "Wed 25 Nov", with the year when it is another. */
export function date(at: Date, { now, zone }: Clock): string {
  const sameYear = part(at, { year: "numeric" }, zone) === part(now, { year: "numeric" }, zone);
  return part(at, { weekday: "short", day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }, zone).replace(",", "");
}

/** A time as the server writes it into a sentence, of UTC or of a named zone. */
export const stamp = /\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?:\.\d+)? (?:UTC|[A-Z][A-Za-z]+(?:\/[A-Z][\w+-]*)+)\b/;

/** The moment of such a time; undefined: there is no such zone. */
export function stampTime(said: string): Date | undefined {
  const [day = "", time = "", zone = ""] = said.split(" ");
  const clock = time.replace(/\..*$/, "");
  const at = onTheWall(Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`), zone);
  return at === undefined || Number.isNaN(at) ? undefined : new Date(at);
}

/** A time as the server would write it into a sentence; inZone and Said say it in the zone of the viewer. */
export const stampOf = (at: string): string => new Date(at).toISOString().replace(/^(.{10})T(.{8}).*$/, "$1 $2 UTC");

/** Words of the server, with each time in them said in the zone of the viewer: "holds until tomorrow 18:33". */
export function inZone(words: string, clock: Clock): string {
  return words.replace(new RegExp(stamp.source, "g"), (said) => {
    const at = stampTime(said);
    return at === undefined ? said : moment(at, clock);
  });
}

/** The moment at which the clocks of a zone show what UTC's show at `wall`; undefined: there is no such zone. */
function onTheWall(wall: number, zone: string): number | undefined {
  const ahead = (at: number) => {
    const shown = part(new Date(at), { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, zone);
    const [day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0] = (shown.match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) - at;
  };
  try {
    // Twice, for the clock may have been changed between the two.
    return wall - ahead(wall - ahead(wall));
  } catch {
    return undefined;
  }
}

/** "14:32 UTC" with its date, for who hovers. */
export function utc(at: Date): string {
  return text.part.utc(`${part(at, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, "UTC").replace(",", "")} ${part(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }, "UTC")}`);
}

/** "41 s", "6 min", "7 h 22 min", "3 d". */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 90) {
    return text.part.second(seconds);
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) {
    return text.part.minute(minutes);
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    const rest = minutes % 60;
    return rest === 0 ? text.part.hour(hours) : `${text.part.hour(hours)} ${text.part.minute(rest)}`;
  }
  if (hours < 72) {
    const rest = hours % 24;
    return rest === 0 ? text.part.day(Math.floor(hours / 24)) : `${text.part.day(Math.floor(hours / 24))} ${text.part.hour(rest)}`;
  }
  return text.part.day(Math.round(minutes / 1440));
}

/** "3 min": how long ago, in the least of room. */
export function age(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000);
  if (minutes < 1) {
    return text.part.now;
  }
  if (minutes < 60) {
    return text.part.minute(minutes);
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? text.part.hour(hours) : text.part.day(Math.floor(hours / 24));
}

const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, "µs": 0.001, us: 0.001, ns: 0.000001 };

/** The milliseconds of a duration as the API writes it: "1h2m3s", "467ms". */
export function milliseconds(duration: string): number {
  let sum = 0;
  for (const [, number, unit] of duration.matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)) {
    sum += Number(number) * (units[unit ?? ""] ?? 0);
  }
  return sum;
}

/** Milliseconds with as many digits as say something: "467 ms", "2.1 s", "6 min". */
export function took(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms);
}
