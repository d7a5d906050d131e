import { useEffect, useSyncExternalStore } from "react";
import { text } from "@/text";

export interface Crumb {
  word: string;
  to?: string;
}

export interface Page {
  /** The title of the window, without the product's name. */
  title: string;
  crumbs: readonly Crumb[];
  /** It waits for you: the title begins with (!). */
  waits?: boolean;
}

let page: Page = { title: "", crumbs: [] };
const listeners = new Set<() => void>();

/** A page says here what it is called and where it stands. */
export function usePage({ title, crumbs, waits = false }: Page) {
  const words = JSON.stringify(crumbs);
  useEffect(() => {
    page = { title, crumbs: JSON.parse(words) as Crumb[], waits };
    document.title = `${waits ? "(!) " : ""}${title} · ${text.frame.product}`;
    for (const listener of listeners) {
      listener();
    }
  }, [title, words, waits]);
}

export function useCurrentPage(): Page {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => page,
  );
}
