import type { Schema } from "@/api/client";

type Row = Schema["OverviewRow"];

/** A line of the matrix: the head of a group, or a component. */
export type Line = { kind: "group"; name: string } | { kind: "row"; row: Row };

/** The rows with the head of each group before its first row; of two environments only what differs. */
export function linesOf(rows: readonly Row[], grouped: boolean, pair: readonly string[] | undefined): Line[] {
  const lines: Line[] = [];
  let group: string | undefined;
  for (const row of rows) {
    if (pair !== undefined && !differs(row, pair)) {
      continue;
    }
    const service = row.service ?? "";
    if (grouped && service !== group) {
      group = service;
      lines.push({ kind: "group", name: service });
    }
    lines.push({ kind: "row", row });
  }
  return lines;
}

function versions(row: Row, environment: string): string {
  const cell = row.cells.find((one) => one.environment === environment);
  return (cell?.versions ?? []).map((version) => version.version).sort().join(" ");
}

/** Whether two environments have other versions of a component; one that is in neither differs in none. */
export function differs(row: Row, [a = "", b = ""]: readonly string[]): boolean {
  return versions(row, a) !== versions(row, b);
}
