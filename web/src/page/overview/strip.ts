/*
 * The seven days under the matrix, counted in hours from their beginning. Pure.
 */
export const hour = 3_600_000;
export const hours = 168;

/** The full hour at which the strip ends: now, or so that a moment long ago stands in its middle. */
export function endOf(now: number, at: number | undefined): number {
  const present = Math.ceil(now / hour) * hour;
  return at === undefined || at >= present - hours * hour ? present : Math.min(present, Math.ceil(at / hour) * hour + (hours / 2) * hour);
}

/** The place after the next step in which something began, or before the last one; the end where there is none. */
export function nextEvent(totals: readonly number[], from: number, forward: boolean): number {
  const here = Math.round(from);
  if (forward) {
    const next = totals.findIndex((total, i) => total > 0 && i + 1 > here);
    return next < 0 ? hours : next + 1;
  }
  const last = totals.findLastIndex((total, i) => total > 0 && i + 1 < here);
  return last < 0 ? 0 : last + 1;
}

/** What of a span lies within the strip; undefined: nothing. */
export function within(start: number, end: number, stripEnd: number): { from: number; to: number } | undefined {
  const place = (moment: number) => Math.max(0, Math.min(hours, hours - (stripEnd - moment) / hour));
  const [from, to] = [place(start), place(end)];
  return to > from ? { from, to } : undefined;
}
