/** Something with a time. */
export interface Spanned {
  from: number;
  to: number;
}

export interface Placed<T> {
  of: T;
  /** Which lane beside each other, from 0, and of how many. */
  lane: number;
  lanes: number;
}

/**
 * Puts what is at the same time beside each other: those that touch, one after
 * another, share a number of lanes. least is how long the shortest is drawn.
 */
export function lanes<T extends Spanned>(items: readonly T[], least: number): Placed<T>[] {
  const sorted = [...items].sort((a, b) => a.from - b.from || b.to - a.to);
  const placed: Placed<T>[] = [];
  let group: Placed<T>[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const one of group) {
      one.lanes = ends.length;
    }
    placed.push(...group);
    group = [];
    ends = [];
  };
  for (const item of sorted) {
    const until = Math.max(item.to, item.from + least);
    if (ends.length > 0 && item.from >= Math.max(...ends)) {
      close();
    }
    const free = ends.findIndex((end) => end <= item.from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = until;
    group.push({ of: item, lane, lanes: 1 });
  }
  close();
  return placed;
}

/** How something stands in a line of time that goes on from left to right. */
export interface Standing extends Spanned {
  /** Where its name stands: in its bar, or beside it where that is too short for a name. */
  name: "in" | "after" | "before";
  /** How much of what is drawn the bar takes, from 0 to 1; the name takes the rest. */
  bar: number;
}

/**
 * Gives what is drawn of something in a range: its bar is as long as its time, and a name
 * that needs `room` (as time) stands behind it, or before it where the range ends.
 */
export function standing(item: Spanned, range: Spanned, room: number): Standing {
  const from = Math.min(Math.max(item.from, range.from), range.to);
  const to = Math.max(from, Math.min(item.to, range.to));
  if (to - from >= room) {
    return { from, to, name: "in", bar: 1 };
  }
  const bar = (to - from) / room;
  return from + room <= range.to ? { from, to: from + room, name: "after", bar } : { from: to - room, to, name: "before", bar };
}

/** Many at one time, drawn as one. */
export interface Bundle<T> {
  from: number;
  to: number;
  all: readonly T[];
}

/**
 * Puts what is at the same time into one bundle where more than `most` would stand
 * beside each other. What should not be folded into the crowd stays by itself,
 * unless that alone is too much; what must not, always.
 */
export function bundled<T extends Spanned>(items: readonly T[], least: number, most: number, apart: (item: T) => "must" | "should" | undefined): { single: T[]; bundles: Bundle<T>[] } {
  const drawn = (item: T) => Math.max(item.to, item.from + least);
  const single: T[] = [];
  const bundles: Bundle<T>[] = [];
  for (const crowd of crowds(items, drawn, most)) {
    if (!crowd.hot) {
      single.push(...crowd.all);
      continue;
    }
    const odd = crowd.all.filter((item) => apart(item) !== undefined);
    const alone = odd.length < most ? odd : odd.filter((item) => apart(item) === "must");
    const folded = crowd.all.filter((item) => !alone.includes(item));
    single.push(...alone);
    if (folded.length === 1) {
      single.push(...folded);
    } else if (folded.length > 0) {
      bundles.push({ from: Math.min(...folded.map(({ from }) => from)), to: Math.max(...folded.map(({ to }) => to)), all: folded });
    }
  }
  return { single, bundles };
}

interface Crowd<T> {
  hot: boolean;
  all: readonly T[];
}

/** Those of which more than `most` are drawn at one time, in groups that overlap; and all others. */
function crowds<T extends Spanned>(items: readonly T[], drawn: (item: T) => number, most: number): Crowd<T>[] {
  const sorted = [...items].sort((a, b) => a.from - b.from || b.to - a.to);
  const hot = new Set<T>();
  for (const item of sorted) {
    // At the beginning of each, those that are there: where they are too many, all are in the crowd.
    const beside = sorted.filter((other) => other.from <= item.from && drawn(other) > item.from);
    if (beside.length > most) {
      beside.forEach((one) => hot.add(one));
    }
  }
  const found: Crowd<T>[] = [{ hot: false, all: sorted.filter((item) => !hot.has(item)) }];
  let all: T[] = [];
  let end = -Infinity;
  for (const item of sorted.filter((one) => hot.has(one))) {
    if (item.from >= end && all.length > 0) {
      found.push({ hot: true, all });
      all = [];
    }
    all.push(item);
    end = Math.max(end, drawn(item));
  }
  return all.length === 0 ? found : [...found, { hot: true, all }];
}
