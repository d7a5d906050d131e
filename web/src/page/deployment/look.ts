import { target as states } from "@/vocabulary/state";
import type { Target } from "./data";
import { type Counts, type Look, looks } from "./fleet";

/** The word, icon and family of a look, as the vocabulary has them. */
export const lookState = { todo: states.waiting, running: states.running, done: states.done, failed: states.failed, unknown: states.unknown, held: states.stopped, skipped: states.skipped };

/** The order in which looks are told: what went well first, what is to come last. */
export const told = ["done", "running", "failed", "unknown", "skipped", "held", "todo"] as const satisfies readonly Look[];

/** How a target looks: the same as the server says it for many. */
export function lookOf(target: Pick<Target, "state" | "executed" | "remediated" | "givenUp">): Look {
  if (target.state === "running") {
    return "running";
  }
  if (target.state === "done" && (target.executed || target.remediated)) {
    return "done";
  }
  if (target.givenUp === true) {
    return "skipped";
  }
  switch (target.state) {
    case "failed":
      return "failed";
    case "unknown":
      return "unknown";
    case "stopped":
      return "held";
    default:
      return target.executed ? "done" : "todo";
  }
}

/** "28 done, 1 failed": what is to be said of counts; of what is to do only where nothing else is. */
export function countsSay(counts: Counts): string {
  const parts = told.filter((look) => counts[look] > 0).map((look) => `${counts[look].toLocaleString("en-GB")} ${lookState[look].word.toLowerCase()}`);
  return parts.join(", ");
}

export function lookNamed(word: string | undefined): Look | undefined {
  return looks.find((look) => look === word);
}
