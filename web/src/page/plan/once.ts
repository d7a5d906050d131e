import type { Schema } from "@/api/client";
import { type Clock, inZone, moment } from "@/part/moment";

type Reason = Schema["Reason"];
type Conflict = Schema["JudgedConflict"];

/**
 * The reasons for waiting that are told by no conflict. The server tells a conflict
 * that holds as a reason too, in its words with its path in brackets behind them; what
 * stands among the conflicts, with its way out, is not said a second time.
 */
export function untold(reasons: readonly Reason[], conflicts: readonly Conflict[]): Reason[] {
  const holding = conflicts.filter((conflict) => conflict.holds && (conflict.waived ?? "") === "");
  return reasons.filter(({ message }) => !holding.some((conflict) => message === conflict.message || ((conflict.path ?? "") !== "" && message.endsWith(` (${conflict.path})`))));
}

/** Whether the words of a conflict, as they are shown, tell already until when it holds. */
export function tellsUntil({ message, until }: Pick<Conflict, "message" | "until">, clock: Clock): boolean {
  return until === undefined || inZone(message, clock).includes(moment(new Date(until), clock));
}
