import { addDays, dayOf, endOf, startOf, weekday } from "./wall";

/** What is shown at once. */
export const views = ["day", "week", "month", "timeline"] as const;
export type View = (typeof views)[number];

export const isView = (word: string): word is View => (views as readonly string[]).includes(word);

/** The days of a view, as its address names them: 2026-11-25, 2026-W48, 2026-11. */
export interface Range {
  view: View;
  /** As the address names it. */
  name: string;
  days: string[];
  from: number;
  to: number;
}

/** The week's number and year, as ISO 8601 counts. */
export function weekOf(day: string): { year: number; week: number } {
  const thursday = addDays(day, 4 - weekday(day));
  const year = Number(thursday.slice(0, 4));
  const first = Date.parse(`${year}-01-01T00:00:00Z`);
  return { year, week: 1 + Math.floor((Date.parse(`${thursday}T00:00:00Z`) - first) / (7 * 86_400_000)) };
}

/** The Monday of a week. */
function mondayOf(year: number, week: number): string {
  const fourth = `${year}-01-04`;
  return addDays(fourth, 1 - weekday(fourth) + (week - 1) * 7);
}

/** How a view names the part of it in which a day lies. */
export function nameOf(view: View, day: string): string {
  switch (view) {
    case "day":
      return day;
    case "month":
      return day.slice(0, 7);
    default: {
      const { year, week } = weekOf(day);
      return `${year}-W${String(week).padStart(2, "0")}`;
    }
  }
}

/** The day in what an address names; today where it names nothing. */
export function dayIn(name: string, today: string): string {
  const week = /^(\d{4})-W(\d{1,2})$/.exec(name);
  if (week !== null) {
    return mondayOf(Number(week[1]), Number(week[2]));
  }
  const day = /^\d{4}-\d{2}$/.test(name) ? `${name}-01` : name;
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) && addDays(day, 0) === day ? day : today;
}

const run = (from: string, n: number) => Array.from({ length: n }, (_, i) => addDays(from, i));

/** The days of the view in which a day lies. A month is shown in whole weeks, a timeline in two. */
export function rangeOf(view: View, day: string, zone: string): Range {
  const days = shown(view, day);
  return { view, name: nameOf(view, day), days, from: startOf(days[0] ?? day, zone), to: endOf(days.at(-1) ?? day, zone) };
}

function shown(view: View, day: string): string[] {
  const monday = addDays(day, 1 - weekday(day));
  switch (view) {
    case "day":
      return [day];
    case "week":
      return run(monday, 7);
    case "timeline":
      return run(monday, 14);
    case "month": {
      const first = `${day.slice(0, 7)}-01`;
      const begin = addDays(first, 1 - weekday(first));
      const last = addDays(nextMonth(first), -1);
      const end = addDays(last, 7 - weekday(last));
      return run(begin, Math.round((Date.parse(end) - Date.parse(begin)) / 86_400_000) + 1);
    }
  }
}

function nextMonth(first: string): string {
  const [year = 0, month = 1] = first.split("-").map(Number);
  return month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, "0")}-01`;
}

/** A day in the part of a view before or behind. */
export function stepped(view: View, day: string, by: 1 | -1): string {
  switch (view) {
    case "day":
      return addDays(day, by);
    case "month": {
      const first = `${day.slice(0, 7)}-01`;
      return by === 1 ? nextMonth(first) : `${addDays(first, -1).slice(0, 7)}-01`;
    }
    default:
      return addDays(day, 7 * by);
  }
}

/** Whether now lies in what is shown. */
export const holds = (range: Range, at: number, zone: string): boolean => range.days.includes(dayOf(at, zone));
