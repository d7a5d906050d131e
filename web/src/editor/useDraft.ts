import { useCallback, useState } from "react";

/** A text that is kept in this browser until it was applied: nothing is lost on reload. */
export interface Draft {
  text: string;
  /** The revision that it was begun on; 0: none was there. */
  base: number;
}

const place = (what: string) => `tranship.draft.${what}`;

export function draftOf(what: string): Draft | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(place(what)) ?? "null") as Draft | null;
    return kept !== null && typeof kept.text === "string" && typeof kept.base === "number" ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** What is kept under names that begin so, by name. */
export function draftsOf(beginning: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(place(beginning)))
      .map((key) => key.slice(place("").length))
      .filter((what) => draftOf(what) !== undefined)
      .sort();
  } catch {
    return [];
  }
}

function keep(what: string, draft: Draft | undefined) {
  try {
    if (draft === undefined) {
      localStorage.removeItem(place(what));
    } else {
      localStorage.setItem(place(what), JSON.stringify(draft));
    }
  } catch {
    // A browser that keeps nothing: the text stays on the page.
  }
}

export function useDraft(what: string, present: Draft) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(what) ?? present);
  const write = useCallback(
    (next: Draft) => {
      setDraft(next);
      keep(what, next);
    },
    [what],
  );
  const discard = useCallback(
    (to: Draft) => {
      setDraft(to);
      keep(what, undefined);
    },
    [what],
  );
  return { draft, write, discard };
}
