import type { Query, QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "./stream";

/** What a query says of its own pace, in its meta. */
interface Pace {
  /** At least so many milliseconds between an answer and the next question. */
  pace?: number;
  /** Only events about this target concern it, and those that turn its deployment. */
  target?: string;
}

// What changes a target without naming it.
const turns = /^(deployment|stage|guidance|pause|cancel|window|gate)\./;

/**
 * Asks again what events put out of date, but no more often than each query says:
 * one question at a time, however many events come, and one more after the last.
 */
export class Pacer {
  #queries: QueryClient;
  #waiting = new Set<string>();

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Takes a batch of events; stale tells the keys that they put out of date. */
  take(events: readonly LiveEvent[], stale: (key: readonly unknown[]) => boolean) {
    for (const query of this.#queries.getQueryCache().getAll()) {
      const { pace, target } = (query.meta ?? {}) as Pace;
      if (pace === undefined || !stale(query.queryKey)) {
        continue;
      }
      if (target === undefined || events.some((event) => event.target === target || turns.test(event.kind))) {
        this.#arm(query, pace);
      }
    }
  }

  #arm(query: Query, pace: number) {
    if (this.#waiting.has(query.queryHash)) {
      return;
    }
    this.#waiting.add(query.queryHash);
    const wait = query.state.fetchStatus === "fetching" ? pace : Math.max(0, query.state.dataUpdatedAt + pace - Date.now());
    setTimeout(() => {
      this.#waiting.delete(query.queryHash);
      if (query.state.fetchStatus === "fetching") {
        // The answer that is under way may be older than the event.
        this.#arm(query, pace);
      } else if (query.isActive()) {
        void this.#queries.refetchQueries({ queryKey: query.queryKey, exact: true });
      } else {
        query.invalidate();
      }
    }, wait);
  }
}

/** Whether a query goes at its own pace. */
export function isPaced(query: Query): boolean {
  return (query.meta as Pace | undefined)?.pace !== undefined;
}
