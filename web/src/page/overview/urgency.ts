import type { Schema } from "@/api/client";

type Cell = Schema["OverviewCell"];
export type Look = NonNullable<Cell["state"]>;

/** The open deployment that a cell is about: one that waits for a person, then one that runs, then the next. */
export function leading(cell: Cell): Schema["OverviewOpen"] | undefined {
  const rank = (open: Schema["OverviewOpen"]) => (open.asks === "guidance" ? 0 : open.asks !== undefined ? 1 : (open.wave ?? 0) > 0 ? 2 : 3);
  return [...(cell.open ?? [])].sort((a, b) => rank(a) - rank(b))[0];
}

/**
 * What a cell shows. The head of a frozen environment says that it is frozen, so
 * that its cells show what else is true of them.
 */
export function lookOf(cell: Cell): Look {
  if (cell.state !== "frozen") {
    return cell.state ?? "as-recorded";
  }
  if ((cell.pins ?? []).length > 0) {
    return "pinned";
  }
  return (cell.open ?? []).length > 0 ? "scheduled" : "as-recorded";
}

/** The order of urgency: what a person looks at first. */
const urgency: Record<Look, number> = { "awaits-guidance": 0, failing: 1, unknown: 2, degraded: 3, drifted: 4, running: 5, frozen: 6, pinned: 7, scheduled: 8, "as-recorded": 9 };

export const urgencyOf = (cell: Cell): number => urgency[lookOf(cell)];
