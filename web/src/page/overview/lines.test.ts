import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import { linesOf } from "./lines";

const row = (component: string, service: string, versions: Record<string, string>): Schema["OverviewRow"] => ({
  component,
  kind: "software",
  service,
  cells: Object.entries(versions).map(([environment, version]) => ({ environment, targets: 1, versions: [{ version, targets: 1, since: "2026-11-24T12:00:00Z" }] })),
});

const rows = [row("api", "booking", { staging: "2", live: "1" }), row("web", "booking", { staging: "5", live: "5" }), row("gate", "boarding", { staging: "1" })];

describe("the matrix", () => {
  it("has a head before each group", () => {
    expect(linesOf(rows, true, undefined).map((l) => (l.kind === "group" ? `# ${l.name}` : l.row.component))).toEqual(["# booking", "api", "web", "# boarding", "gate"]);
    expect(linesOf(rows, false, undefined).length).toBe(3);
  });
  it("compares two environments by what differs, absent counts", () => {
    expect(linesOf(rows, false, ["staging", "live"]).map((l) => (l.kind === "row" ? l.row.component : ""))).toEqual(["api", "gate"]);
  });
});
