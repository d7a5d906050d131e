import type { RecordsSearch } from "@/routes";
import type { EntryFilter } from "./data";
import { momentOf } from "./range";
import { abouts, quiet } from "./tell";

const list = (words: string | undefined) => words?.split(",").filter(Boolean);

/** Whether sign-ins are left out: not where something is looked for that they may be. */
export const leavesOut = (search: RecordsSearch): boolean => search.about === undefined && search.q === undefined && search.kind === undefined && search.subject === undefined;

/** What an address asks of the record. */
export function filterOf(search: RecordsSearch): EntryFilter {
  return {
    newest: true,
    text: search.q,
    since: momentOf(search.from, false),
    until: momentOf(search.until, true),
    environment: list(search.env),
    component: list(search.component),
    who: list(search.who),
    kind: list(search.kind),
    subject: search.subject,
    target: search.target,
    about: search.about === undefined || search.about === "all" ? undefined : [...(abouts[search.about] ?? list(search.about) ?? [])],
    aside: leavesOut(search) ? quiet : undefined,
  };
}
