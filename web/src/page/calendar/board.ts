import { createContext, useContext } from "react";
import type { Schema } from "@/api/client";
import type { Checked, Deployment, Entry } from "./data";
import type { Range } from "./range";

/** A deployment that somebody is about to move. */
export interface Placing {
  id: string;
  deployment: Deployment | undefined;
  /** When it is to begin as it is; NaN where it has no time. */
  from: number;
  length: number;
  /** The moment that is tried. */
  at: number | undefined;
  check: Checked | undefined;
  checking: boolean;
  error: unknown;
}

/** What all views of the calendar share. */
export interface Board {
  range: Range;
  zone: string;
  now: Date;
  entries: readonly Entry[];
  /** The environments that are shown. */
  shown: readonly string[];
  on: string | undefined;
  select: (ref: string | undefined) => void;
  placing: Placing | undefined;
  slots: readonly Schema["CalendarProposal"][];
  mayMove: boolean;
  /** Shows how it would be; nothing is changed. */
  attempt: (id: string, at: number) => void;
  /** Asks whether to move it there. */
  settle: (id: string, at: number) => void;
  /** Shows where a deployment may be placed. */
  find: (id: string) => void;
  /** Leaves everything as it is. */
  leave: () => void;
  /** While it is dragged: as attempt, without touching the address. */
  dragging: (drag: { id: string; at: number; length: number } | undefined) => void;
}

const context = createContext<Board | undefined>(undefined);
export const BoardProvider = context.Provider;

export function useBoard(): Board {
  const board = useContext(context);
  if (board === undefined) {
    throw new Error("there is no calendar around this");
  }
  return board;
}
