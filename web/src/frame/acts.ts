import { useEffect, useRef, useSyncExternalStore } from "react";
import type { IconName } from "@/vocabulary/Icon";

/** Something that can be done on the page that is open. */
export interface PageAct {
  /** Names the act and what it is done to: "Pause D-12". */
  word: string;
  icon: IconName;
  /** The key that does the same, shown beside it. */
  key?: string | undefined;
  run: () => void;
}

let known: readonly { owner: symbol; acts: readonly PageAct[] }[] = [];
let all: readonly PageAct[] = [];
const listeners = new Set<() => void>();

function set(next: typeof known) {
  known = next;
  all = known.flatMap((one) => one.acts);
  for (const listener of listeners) {
    listener();
  }
}

/**
 * A page, or what is chosen on it, says here what can be done: the palette shows
 * it first, most likely act first, and `.` shows it alone.
 */
export function useActs(acts: readonly PageAct[]) {
  const latest = useRef(acts);
  const words = JSON.stringify(acts.map((act) => [act.word, act.icon, act.key]));
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    const owner = Symbol("acts");
    const named = JSON.parse(words) as [string, IconName, string | null][];
    // The last that was said comes first: what is chosen on a page is nearer than the page.
    set([{ owner, acts: named.map(([word, icon, key], i) => ({ word, icon, key: key ?? undefined, run: () => latest.current[i]?.run() })) }, ...known]);
    return () => set(known.filter((one) => one.owner !== owner));
  }, [words]);
}

/** What can be done on the page that is open. */
export function usePageActs(): readonly PageAct[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}
