import type { Schema } from "@/api/client";
import { text } from "@/text";
import { type State, target as states } from "@/vocabulary/state";
import { called, ofHost } from "./alike";
import { driftState } from "./query";

/*
 * What is said of one thing that happened to a target. Pure.
 */
type Event = Schema["TargetEvent"];
const t = text.environments;

const looks: Record<Schema["TargetDeed"]["look"], State> = { todo: states.ordered, running: states.running, done: states.done, failed: states.failed, unknown: states.unknown, held: states.stopped, skipped: states.skipped };

/** What it was, in a few words. */
export function eventTitle({ what, deployment, drift, document, agent }: Event): string {
  if (deployment !== undefined) {
    return `${deployment.id} ${t.deed[deployment.direction] ?? deployment.direction} ${deployment.release}`;
  }
  if (drift !== undefined) {
    return `${drift.id} ${called(drift.component)}: ${driftState(drift.state).word.toLowerCase()}`;
  }
  if (document !== undefined) {
    return document.movedTo !== undefined && document.movedFrom !== undefined ? t.moved(document.movedFrom, document.movedTo) : (t.documentWord[document.change] ?? document.change);
  }
  return agent === undefined ? what : t.agentIs(agent.name, t.agentWord[agent.what] ?? agent.what);
}

/** What else is to be known of it, in one line. */
export function eventWords({ deployment, drift, document }: Event): string {
  if (deployment !== undefined) {
    return [
      deployment.message ?? "",
      ...deployment.changes.map((one) => t.change(one.component, one.from, one.to)),
      ...(deployment.waivers ?? []).map((one) => t.waivedBy(one.what, one.by.name)),
      deployment.authority ?? "",
    ]
      .filter(Boolean)
      .join("; ");
  }
  if (drift !== undefined) {
    return [
      ofHost(drift.component) ? t.cameToHost : drift.found !== undefined && drift.found !== drift.recorded ? t.foundInstead(drift.found, drift.recorded ?? t.nothing) : drift.state === "missing" ? t.recordedGone(drift.recorded ?? t.nothing) : t.recordedOther(drift.recorded ?? t.nothing),
      drift.differs === undefined || drift.differs === 0 ? "" : t.differs(drift.differs),
      drift.repair === undefined ? "" : `${t.repairedBy} ${drift.repair}`,
    ]
      .filter(Boolean)
      .join(" ");
  }
  return document?.fields?.join(", ") ?? "";
}

/** How it went, where that is to be said. */
export function eventState({ deployment, drift }: Event): State | undefined {
  if (deployment !== undefined) {
    if (deployment.broughtBack === true) {
      return { word: t.broughtBack, icon: "back", family: "good" };
    }
    return deployment.look === "todo" && !deployment.touched ? { word: t.onlyChecked, icon: "dashed", family: "mute" } : looks[deployment.look];
  }
  if (drift === undefined) {
    return undefined;
  }
  return drift.end === undefined ? { ...driftState(drift.state), word: t.driftStands } : { word: t.driftEnd[drift.end] ?? drift.end, icon: "disc", family: "mute" };
}
