import { text } from "@/text";
import type { Family } from "@/theme/token";
import type { IconName } from "./Icon";

/*
 * One state, one word, one icon, one family: the same in the API, on the
 * command line and on every page. The words stand in the catalogue.
 */
export interface State {
  word: string;
  icon: IconName;
  family: Family;
}

const of = (word: string, icon: IconName, family: Family): State => ({ word, icon, family });
const w = text.state;

export const deployment = {
  requested: of(w.requested, "dashed", "mute"),
  planned: of(w.planned, "sheet", "mute"),
  authorised: of(w.authorised, "tick", "good"),
  scheduled: of(w.scheduled, "clock", "mute"),
  "verifying-components": of(w.verifyingComponents, "ring", "run"),
  "verifying-targets": of(w.verifyingTargets, "ring", "run"),
  executing: of(w.executing, "ring", "run"),
  accepting: of(w.accepting, "ring", "run"),
  remediating: of(w.remediating, "ring", "run"),
  cancelling: of(w.cancelling, "ring", "run"),
  paused: of(w.paused, "bars", "mute"),
  "awaiting-approval": of(w.awaitingApproval, "person", "person"),
  "awaiting-guidance": of(w.awaitingGuidance, "person", "person"),
  succeeded: of(w.succeeded, "disc", "good"),
  failed: of(w.failed, "octagon", "bad"),
  remediated: of(w.remediated, "back", "good"),
  cancelled: of(w.cancelled, "bar", "mute"),
} as const satisfies Record<string, State>;

export const journey = {
  waiting: of(w.waiting, "clock", "mute"),
  "awaiting-decision": of(w.awaitingDecision, "person", "person"),
  running: of(w.running, "ring", "run"),
  arrived: of(w.arrived, "disc", "good"),
  stopped: of(w.stopped, "bar", "mute"),
  failed: of(w.failed, "octagon", "bad"),
  superseded: of(w.superseded, "dot", "mute"),
} as const satisfies Record<string, State>;

export const target = {
  waiting: of(w.toDo, "dashed", "mute"),
  ordered: of(w.ordered, "dashed", "run"),
  running: of(w.running, "ring", "run"),
  hand: of(w.byHand, "hand", "mute"),
  held: of(w.held, "bars", "warn"),
  stopped: of(w.stopped, "bars", "warn"),
  done: of(w.done, "disc", "good"),
  failed: of(w.failed, "octagon", "bad"),
  unknown: of(w.unknown, "diamond", "unknown"),
  skipped: of(w.skipped, "chevrons", "mute"),
} as const satisfies Record<string, State>;

export const gate = {
  open: of(w.open, "tick", "good"),
  time: of(w.waitsForTime, "clock", "mute"),
  other: of(w.waitsForAnother, "arrows", "mute"),
  person: of(w.waitsForPerson, "person", "person"),
  refused: of(w.refused, "octagon", "bad"),
  frozen: of(w.frozen, "snowflake", "ice"),
  conflict: of(w.conflict, "boxes", "bad"),
  warning: of(w.conflict, "boxes", "warn"),
  waived: of(w.waived, "shield", "mute"),
  paused: of(w.paused, "bars", "mute"),
} as const satisfies Record<string, State>;
export type Gate = keyof typeof gate;

export const place = {
  recorded: of(w.asRecorded, "tick", "good"),
  degraded: of(w.degraded, "triangle", "warn"),
  failing: of(w.failing, "octagon", "bad"),
  drifted: of(w.drifted, "unequal", "warn"),
  silent: of(w.silent, "diamond", "unknown"),
  pinned: of(w.pinned, "pin", "ink"),
  unmanaged: of(w.unmanaged, "plus", "warn"),
  frozen: of(w.frozen, "snowflake", "ice"),
} as const satisfies Record<string, State>;

export const version = {
  received: of(w.received, "tray", "mute"),
  admitted: of(w.admitted, "disc", "good"),
  quarantined: of(w.quarantined, "hexagon", "warn"),
  withdrawn: of(w.withdrawn, "struck", "mute"),
} as const satisfies Record<string, State>;

export const model = {
  draft: of(w.draft, "sheet", "mute"),
  review: of(w.inReview, "person", "person"),
  published: of(w.published, "disc", "good"),
  replaced: of(w.replaced, "dot", "mute"),
  retired: of(w.retired, "struck", "mute"),
} as const satisfies Record<string, State>;

export const record = {
  verified: of(w.sealedVerified, "seal", "good"),
  unchecked: of(w.sealedUnchecked, "seal", "mute"),
  broken: of(w.doesNotVerify, "octagon", "bad"),
} as const satisfies Record<string, State>;

/** The state under a key that a server said; one that this page does not know yet is shown as it is called. */
export function stateOf(table: Readonly<Record<string, State>>, key: string): State {
  return table[key] ?? { word: key, icon: "dot", family: "mute" };
}
