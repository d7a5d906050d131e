import { useSyncExternalStore } from "react";
import { age, clockTime, moment, utc } from "./moment";

// One clock for all that shows a time: it ticks once in ten seconds.
let now = new Date();
const listeners = new Set<() => void>();
setInterval(() => {
  now = new Date();
  for (const listener of listeners) {
    listener();
  }
}, 10_000);

/** The time as it is now, for what says "6 min ago"; it moves every ten seconds. */
export function useNow(): Date {
  return useSyncExternalStore(listen, read);
}

// One function each, not one for each render: what listens stays as it is.
const read = () => now;
const listen = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

interface Props {
  at: string;
  /** age: "3 min"; clock: "14:32", where the day is plain; else the moment. */
  as?: "moment" | "age" | "clock";
}

/** A time in the viewer's zone; in UTC to who hovers. */
export function Time({ at, as = "moment" }: Props) {
  const clock = useNow();
  const when = new Date(at);
  return (
    <time dateTime={at} title={as !== "moment" ? `${moment(when, { now: clock })}, ${utc(when)}` : utc(when)}>
      {as === "age" ? age(when, clock) : as === "clock" ? clockTime(when) : moment(when, { now: clock })}
    </time>
  );
}
