import { createContext, useContext } from "react";
import type { Defect } from "@/api/problem";
import type { Shape } from "../schema";
import type { Edit, Path } from "./edit";

/** What every part of a form shares: the document, what changes it, and what is wrong with it. */
export interface Shared {
  root: Shape;
  /** What the document says now. */
  document: unknown;
  change: (edit: Edit) => void;
  /** Takes a value out, and with it tables around it that nothing is left in and that need not be there. */
  clear: (path: Path) => void;
  /** What the server says of a place, in its words. */
  said: (path: Path) => string | undefined;
  /** How many defects are at a place or within. */
  within: (path: Path) => number;
  /** Whether a part is unfolded; `otherwise` where nobody has said. */
  unfolded: (path: Path, otherwise: boolean) => boolean;
  unfold: (path: Path, open: boolean) => void;
}

export const FormContext = createContext<Shared | undefined>(undefined);

export function useForm(): Shared {
  const found = useContext(FormContext);
  if (found === undefined) {
    throw new Error("a part of a form stands outside of one");
  }
  return found;
}

export interface Place {
  path: Path;
  value: unknown;
}

/** The page's name of the part that a path leads to. */
export const idOf = (text: string) => `field:${text}`;

/** The defects of a form by where they are. */
export function sayings(defects: readonly Defect[]) {
  const at = (path: string) => defects.filter((defect) => defect.path === path);
  return {
    said: (path: string): string | undefined => {
      const found = at(path).map((defect) => [defect.message, defect.hint].filter(Boolean).join(". "));
      return found.length === 0 ? undefined : found.join(" ");
    },
    within: (path: string) => defects.filter((defect) => defect.path === path || defect.path?.startsWith(`${path}.`) === true || defect.path?.startsWith(`${path}[`) === true).length,
  };
}
