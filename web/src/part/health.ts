import { text } from "@/text";
import { place, type State, stateOf } from "@/vocabulary/state";

const s = text.health.states;
const states: Readonly<Record<string, State>> = {
  healthy: { word: s.healthy, icon: "tick", family: "good" },
  degraded: place.degraded,
  failing: place.failing,
  unknown: { word: s.unknown, icon: "diamond", family: "unknown" },
};

/** How something does its work, as it is drawn. */
export const healthState = (state: string): State => stateOf(states, state);

/** How often it is asked for anew, in milliseconds: the first answer of a target that was just changed is no entry of the record, nor is silence. */
export const askAfter = (all: readonly { counts: { pending: number } }[] = []): number => again(all.some((one) => one.counts.pending > 0));

/** The same for targets, each with the answers of its checks. */
export const askTargetsAfter = (all: readonly { checks: readonly unknown[] }[] = []): number => again(all.some((one) => one.checks.length === 0));

const again = (awaited: boolean): number => (awaited ? 5_000 : 60_000);
