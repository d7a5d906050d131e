import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { after, paged } from "@/part/Paged";

export type Sealed = Schema["SealedEntry"];

export interface EntryFilter {
  subject?: string | undefined;
  target?: string | undefined;
  kind?: string[] | undefined;
  newest?: boolean;
  text?: string | undefined;
  environment?: string[] | undefined;
  component?: string[] | undefined;
  who?: string[] | undefined;
  since?: string | undefined;
  until?: string | undefined;
  /** Kinds of subject: only those, and all but those. */
  about?: string[] | undefined;
  aside?: readonly string[] | undefined;
}

const entriesOf = (filter: EntryFilter, limit: number, cursor: string) =>
  ask(api.GET("/api/v1/record/entries", { params: { query: { ...(kept(filter) as Record<string, never>), limit, ...after(cursor) } } }));

/** What a filter really asks for. */
function kept(filter: EntryFilter): EntryFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]: [string, string | readonly string[] | boolean | undefined]) => value !== undefined && value !== false && (value === true || value.length !== 0)));
}

/** Entries of the record, page by page. */
export function useEntries(filter: EntryFilter, enabled = true) {
  return useInfiniteQuery({ queryKey: ["record", kept(filter)], queryFn: ({ pageParam }) => entriesOf(filter, 100, pageParam), ...paged, enabled });
}

/** Reads all entries that a filter finds, up to a bound; tells how many are there as it goes on. */
export async function every(filter: EntryFilter, most: number, tell: (n: number) => void): Promise<{ entries: Sealed[]; more: boolean }> {
  const entries: Sealed[] = [];
  let cursor = "";
  do {
    const page = await entriesOf(filter, 1000, cursor);
    entries.push(...page.items);
    cursor = page.next ?? "";
    tell(entries.length);
  } while (cursor !== "" && entries.length < most);
  return { entries: entries.slice(0, most), more: cursor !== "" || entries.length > most };
}

export function useHead() {
  return useQuery({ queryKey: ["record", "head"], queryFn: () => ask(api.GET("/api/v1/record/head")) });
}

/** One entry by its place in the log, with its proof. */
export function useEntry(index: number) {
  return useQuery({
    queryKey: ["record", "entry", index],
    queryFn: () => ask(api.GET("/api/v1/record/entries/{index}", { params: { path: { index } } })),
    retry: false,
    staleTime: Infinity, // an entry never changes; its proof holds for the root that it came with
  });
}

const ids: Record<string, string> = { D: "deployment", J: "journey", P: "plan", R: "review" };

/** The subject of the record that a word names: an id, or a subject as it is written. */
export function subjectOf(word: string): string | undefined {
  const id = /^([A-Z])-\d+$/.exec(word.toUpperCase());
  const kind = id === null ? undefined : ids[id[1] ?? ""];
  if (kind !== undefined) {
    return `${kind}/${word.toUpperCase()}`;
  }
  return /^[a-z-]+\/.+/.test(word) ? word : undefined;
}

/** What an entry says besides its kind, in one line. */
export function gist({ entry }: Sealed): string {
  const data = (entry.data ?? {}) as Record<string, unknown>;
  const said = ["from", "to", "gate", "open", "release", "environment", "step", "outcome", "plan", "decision", "result", "message", "guidance", "name"].flatMap((key) => {
    const value = data[key];
    return typeof value === "string" && value !== "" ? [key === "from" ? `${value} →` : value] : key === "open" && typeof value === "boolean" ? [value ? "open" : "closed"] : [];
  });
  return [said.join(" "), entry.why ?? ""].filter((part) => part !== "").join(": ");
}

/** The kinds of entry that people look for first. */
export const known = [
  "deployment.requested", "deployment.authorised", "deployment.state-changed", "deployment.rescheduled", "deployment.closed", "authorisation.voided", "gate.judged", "guidance.given",
  "calendar.waived", "baseline.waived", "cancel.asked", "pause.asked", "report.received", "order.issued", "document.added", "document.changed", "document.removed", "library.version-added", "library.version-admitted", "library.version-withdrawn",
  "evidence.received", "drift.found", "drift.ended", "health.changed", "pin.set", "pin.lifted", "session.begun", "account.refused", "account.invited", "account.changed", "token.created", "token.revoked", "agent.enrolled", "agent.revoked",
  "trigger.fired", "journey.begun", "log.sealed", "record.corrected",
];
