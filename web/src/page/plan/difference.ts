import type { Schema } from "@/api/client";

export type Header = Schema["PlanHeader"];
export type PlanTarget = Schema["PlanTarget"];

/** What happens to one component on a target. */
export interface Change {
  component: string;
  verb: "change" | "add" | "remove" | "again" | "stays";
  before: string;
  after: string;
  digest: string;
  uncertain: boolean;
  /** What it does that cannot be undone, step by step. */
  lasting: string[];
}

/** Targets with equal difference. The odd ones are groups of their own. */
export interface Group {
  kind: "change" | "new" | "removed" | "uncertain" | "irreversible";
  changes: Change[];
  names: string[];
}

/** What changes on one target, component by component. */
export function changesOf(h: Header, target: PlanTarget): Change[] {
  return h.items
    .map((item, i): Change | undefined => {
      if (target.items !== undefined && target.items.length > 0 && !target.items.includes(i)) {
        return undefined;
      }
      const found = target.before[i];
      const before = found?.version ?? "";
      const after = h.direction === "remove" ? "" : h.direction === "restore" ? (target.goal?.[i]?.version ?? "") : item.version;
      const digest = h.direction === "install" ? (item.digest ?? "") : "";
      const does = verb(before, after, h.direction);
      const lasting = does === "stays" ? [] : (h.irreversible ?? []).filter((one) => one.component === item.component && (one.fresh !== true || before === "")).map((one) => `${one.step}: ${one.what}`);
      return { component: item.component, verb: does, before, after, digest, uncertain: found?.uncertain === true, lasting };
    })
    .filter((change) => change !== undefined);
}

function verb(before: string, after: string, direction: string): Change["verb"] {
  if (before === after) {
    return direction === "restore" || after === "" ? "stays" : "again";
  }
  if (before === "") {
    return "add";
  }
  return after === "" ? "remove" : "change";
}

/** The target that a row of a plan is about, whole or in part. */
export const onOf = (target: PlanTarget): string => (target.target === undefined || target.target === "" ? target.name : target.target);

function kindOf(changes: readonly Change[]): Group["kind"] {
  if (changes.some((change) => change.lasting.length > 0)) {
    return "irreversible";
  }
  if (changes.some((change) => change.uncertain)) {
    return "uncertain";
  }
  if (changes.every((change) => change.verb === "add")) {
    return "new";
  }
  return changes.every((change) => change.verb === "remove") ? "removed" : "change";
}

const order: Group["kind"][] = ["irreversible", "change", "uncertain", "removed", "new"];

/** Groups targets by equal difference: what cannot be undone first, then the many, then the odd ones apart. */
export function groupsOf(h: Header, targets: readonly PlanTarget[]): Group[] {
  const groups = new Map<string, Group>();
  for (const target of targets) {
    const changes = changesOf(h, target);
    const key = JSON.stringify(changes);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { kind: kindOf(changes), changes, names: [target.name] });
    } else {
      group.names.push(target.name);
    }
  }
  return [...groups.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.names.length - a.names.length);
}

/** How many targets are changed, new and taken off; removed is always said, even 0. */
export function summary(groups: readonly Group[]) {
  const sum = { touched: 0, changed: 0, fresh: 0, removed: 0 };
  for (const group of groups) {
    const n = group.names.length;
    sum.touched += n;
    if (group.changes.every((change) => change.verb === "add" && !change.uncertain)) {
      sum.fresh += n;
    } else if (group.changes.every((change) => change.verb === "remove" && !change.uncertain)) {
      sum.removed += n;
    } else {
      sum.changed += n;
    }
  }
  return sum;
}
