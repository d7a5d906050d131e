import type { LiveEvent } from "./stream";

/*
 * Which answers an entry of the record puts out of date. A query's key begins
 * with the kind of what it shows, and then its id: ["deployment", "D-12", …]
 * for one, ["deployments", …] for a list.
 */

// Lists and views that change with a kind of subject, besides the one itself.
const lists: Record<string, readonly string[]> = {
  deployment: ["environments", "targets", "deployments", "work", "overview", "calendar", "places", "results", "journeys", "backlog", "changes"],
  journey: ["journeys", "overview", "work"],
  library: ["versions", "overview"],
  version: ["versions", "components", "overview"],
  evidence: ["evidences"],
  document: ["documents", "components", "targets", "environments", "results", "overview", "calendar", "triggers", "roles"],
  pin: ["pins", "overview", "journeys"],
  agent: ["agents", "environments"],
  target: ["targets", "overview", "environments"],
  trigger: ["triggers"],
  review: ["reviews", "work"],
  token: ["tokens", "roles"],
  account: ["accounts", "roles"],
  session: ["sessions"],
  announcement: ["announcements"],
  server: ["settings"],
  drift: ["drifts", "environments", "work", "overview"],
  health: ["health", "environments", "overview"],
  feed: ["feeds"],
};

/** Tells which query keys these events put out of date. */
export function staleAfter(events: readonly LiveEvent[]): (key: readonly unknown[]) => boolean {
  const kinds = new Set<string>();
  const subjects = new Set<string>();
  for (const { subject } of events) {
    const [kind = "", ...rest] = subject.split("/");
    subjects.add(`${kind}/${rest.join("/")}`);
    kinds.add(kind);
    kinds.add("record");
    for (const list of lists[kind] ?? []) {
      kinds.add(list);
    }
  }
  return ([kind, id]) => {
    if (typeof kind !== "string") {
      return false;
    }
    if (typeof id === "string" && subjects.has(`${kind}/${id}`)) {
      return true;
    }
    // A list, or all of a kind: its key has no id of a subject behind it.
    return kinds.has(kind) && (typeof id !== "string" || kind in listNames);
  };
}

const listNames: Record<string, true> = Object.fromEntries(
  [...new Set(["record", ...Object.values(lists).flat()])].map((name) => [name, true as const]),
);
