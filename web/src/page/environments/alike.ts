import type { Schema } from "@/api/client";
import { text } from "@/text";

/*
 * Drifts that are the same on every target, so that they are answered for
 * together. Pure.
 */
export type One = Schema["Drift"];

export interface Alike {
  key: string;
  component: string;
  state: string;
  /** The version that is recorded; undefined: none. */
  recorded: string | undefined;
  /** The version that was found instead; undefined: none, or the recorded one. */
  found: string | undefined;
  differences: readonly Schema["DriftDifference"][];
  /** Differences besides. */
  more: number;
  /** By target. */
  drifts: One[];
  /** When the first of them was seen. */
  since: string;
}

/** Drifts by what differs: those on most targets first, the odd ones never among them. */
export function alike(drifts: readonly One[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const drift of drifts) {
    const differences = drift.found.differences ?? [];
    const key = JSON.stringify([drift.component, drift.state, drift.recorded.version, drift.found.version, differences, drift.found.more ?? 0]);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { key, component: drift.component, state: drift.state, recorded: drift.recorded.version, found: drift.found.version, differences, more: drift.found.more ?? 0, drifts: [drift], since: drift.since });
    } else {
      group.drifts.push(drift);
      group.since = drift.since < group.since ? drift.since : group.since;
    }
  }
  const list = [...groups.values()];
  for (const group of list) {
    group.drifts.sort((a, b) => a.target.localeCompare(b.target, "en", { numeric: true }));
  }
  return list.sort((a, b) => b.drifts.length - a.drifts.length || a.component.localeCompare(b.component) || a.since.localeCompare(b.since));
}

/** Whether a deployment can put it right: none put onto a host what came there without one. */
export const repairable = (drift: One) => drift.watch === undefined;

/** Whether nobody has asked for a deployment that repairs it. */
export const unasked = (drift: One) => drift.repair === undefined || drift.repair === "";

/** Whether it is the host itself that is other than recorded, not a component: "host:packages". */
export const ofHost = (component: string) => component.startsWith("host:");

/** What people call a component, or what a host is watched for. */
export const called = (component: string) => (ofHost(component) ? (text.environments.watched[component.slice("host:".length)] ?? component) : component);
