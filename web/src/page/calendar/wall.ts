/*
 * The clock on the wall of a zone, also where it is put forward or back. Days
 * are written "2026-11-25", moments are milliseconds since 1970. Pure.
 */
export const minute = 60_000;
export const hour = 60 * minute;
const dayLength = 24 * hour;

export interface Wall {
  day: string;
  /** Minutes since midnight as the clock shows them. */
  minutes: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    formats.set(zone, found);
  }
  return found;
}

/** How far the clock of a zone is ahead of UTC at a moment, in milliseconds. */
export function offset(at: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(at)) {
    parts[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour: h = 0, minute: m = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, h, m, second) - Math.floor(at / 1000) * 1000;
}

const two = (n: number) => String(n).padStart(2, "0");

function dayText(utc: number): string {
  const d = new Date(utc);
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}

/** What the clock on the wall shows at a moment. */
export function wallOf(at: number, zone: string): Wall {
  const shown = at + offset(at, zone);
  return { day: dayText(shown), minutes: (((shown % dayLength) + dayLength) % dayLength) / minute };
}

export const dayOf = (at: number, zone: string): string => wallOf(at, zone).day;

/** A day some days later. */
export function addDays(day: string, n: number): string {
  return dayText(Date.parse(`${day}T00:00:00Z`) + n * dayLength);
}

/** 1 is Monday, 7 is Sunday. */
export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/** The moment at which the offset changes, after from and until to. */
function changeWithin(from: number, to: number, zone: string): number {
  const before = offset(from, zone);
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offset(middle, zone) === before) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

/**
 * The moment at which the clock shows so many minutes on a day. Of two the
 * first; a time that the clock jumps over becomes the moment of the jump.
 */
export function instantOf(day: string, minutes: number, zone: string): number {
  const shown = Date.parse(`${day}T00:00:00Z`) + minutes * minute;
  const before = shown - offset(shown - dayLength, zone);
  const after = shown - offset(shown + dayLength, zone);
  const fits = [before, after].filter((at) => at + offset(at, zone) === shown);
  return fits.length > 0 ? Math.min(...fits) : changeWithin(Math.min(before, after), Math.max(before, after), zone);
}

/** When a day begins; where the clock jumps over midnight, when it has jumped. */
export const startOf = (day: string, zone: string): number => instantOf(day, 0, zone);
export const endOf = (day: string, zone: string): number => startOf(addDays(day, 1), zone);

/** The change of the clock within a day. */
export interface Change {
  at: number;
  /** What the clock shows just before it, and just after, in minutes since midnight. */
  from: number;
  to: number;
}

export function changeOn(day: string, zone: string): Change | undefined {
  const [start, end] = [startOf(day, zone), endOf(day, zone)];
  const [first, last] = [offset(start, zone), offset(end - 1, zone)];
  if (first === last) {
    return undefined;
  }
  const at = changeWithin(start, end, zone);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return { at, from: (at + first - midnight) / minute, to: (at + last - midnight) / minute };
}

export interface Mark {
  y: number;
  minutes: number;
  /** The second time that the clock shows it, on the day on which it is put back. */
  again: boolean;
}

/**
 * The hours beside the days of a drawing, in minutes from its top. Where the
 * clock is put back on one of the days, its repeated span has an own place, so
 * that no two moments of a day fall together; other days have a gap there.
 */
export class Axis {
  readonly zone: string;
  readonly height: number;
  /** Where the repeated span of the clock stands; equal where there is none. */
  readonly gap: { from: number; to: number };
  readonly #fold: (Change & { day: string }) | undefined;
  readonly #length: number;

  constructor(days: readonly string[], zone: string) {
    this.zone = zone;
    for (const day of days) {
      const change = changeOn(day, zone);
      if (change !== undefined && change.to < change.from) {
        this.#fold = { ...change, day };
      }
    }
    this.#length = this.#fold === undefined ? 0 : this.#fold.from - this.#fold.to;
    this.height = 1440 + this.#length;
    const top = this.#fold?.from ?? 0;
    this.gap = { from: top, to: top + this.#length };
  }

  /** The day on which the clock is put back, if one is shown. */
  get folded(): string | undefined {
    return this.#fold?.day;
  }

  /** Where a moment of a day stands. */
  y(day: string, at: number): number {
    if (at >= endOf(day, this.zone)) {
      return this.height;
    }
    const { minutes } = wallOf(at, this.zone);
    const fold = this.#fold;
    if (fold === undefined) {
      return minutes;
    }
    return day === fold.day ? minutes + (at >= fold.at ? this.#length : 0) : minutes + (minutes >= fold.from ? this.#length : 0);
  }

  /** Which moment of a day stands there. */
  at(day: string, y: number): number {
    const place = Math.max(0, Math.min(y, this.height));
    const fold = this.#fold;
    if (fold === undefined) {
      return instantOf(day, place, this.zone);
    }
    if (place < fold.from) {
      return instantOf(day, place, this.zone);
    }
    if (day === fold.day) {
      return fold.at + (place - fold.from) * minute;
    }
    return instantOf(day, Math.max(fold.from, place - this.#length), this.zone);
  }

  /** The marks of every so many hours. */
  marks(every: number): Mark[] {
    const marks: Mark[] = [];
    const fold = this.#fold;
    for (let minutes = 0; minutes < 1440; minutes += every * 60) {
      marks.push({ y: fold !== undefined && minutes >= fold.from ? minutes + this.#length : minutes, minutes, again: false });
    }
    if (fold !== undefined) {
      marks.push({ y: fold.from, minutes: fold.to, again: true });
    }
    return marks.sort((a, b) => a.y - b.y);
  }
}

/** "22:30" from minutes since midnight. */
export function clockText(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
}

/** The moment rounded to the quarter of an hour on the wall. */
export function quarter(at: number): number {
  return Math.round(at / (15 * minute)) * 15 * minute;
}
