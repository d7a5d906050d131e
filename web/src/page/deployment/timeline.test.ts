import { describe, expect, it } from "vitest";
import type { Entry } from "./data";
import { matters, shares } from "./timeline";

const begun = Date.parse("2026-11-24T09:38:00Z");
const entry = (minute: number, kind: string, data: Record<string, unknown> = {}, more: Partial<Entry["entry"]> = {}): Entry => ({
  index: minute,
  hash: "",
  entry: { kind, subject: "deployment/D-1", who: { kind: "person", name: "jonas" }, when: new Date(begun + minute * 60_000).toISOString(), data, ...more },
});

const story = [
  entry(0, "deployment.requested"),
  entry(0, "gate.judged", { gate: "authorisation", open: false, reasons: ["approval: 2 votes are missing"] }),
  entry(120, "approval.given", {}, { who: { kind: "person", name: "petra" } }),
  entry(120, "deployment.state-changed", { from: "planned", to: "authorised" }),
  entry(121, "stage.begun", { phase: "execute", wave: 1 }),
  entry(130, "report.received", { report: "ended", outcome: "failed" }, { target: "web-1", why: "port is held" }),
  entry(130, "deployment.state-changed", { from: "executing", to: "awaiting-guidance" }),
];

describe("the timeline", () => {
  it("tells of many targets that the same befell as of one matter", () => {
    const silent = Array.from({ length: 651 }, (_, i) => entry(200 + i / 1000, "target.silent", {}, { target: `web-${i}` }));
    expect(matters([...story, ...silent], begun).map((matter) => matter.title).filter((title) => title.includes("silent"))).toEqual(["651 targets went silent"]);
    expect(matters(silent.slice(0, 3), begun).length).toBe(3);
  });
  it("draws a wait as long as it lasted, and what is open as open", () => {
    const list = matters(story, begun + 140 * 60_000);
    expect(list.map((m) => [m.title, m.waited === undefined ? undefined : m.waited / 60_000, m.open])).toEqual([
      ["Requested by jonas", undefined, undefined],
      ["Waited for approval", 120, undefined],
      ["petra approved", undefined, undefined],
      ["Wave 1 began", undefined, undefined],
      ["web-1 failed", undefined, undefined],
      ["Waits for guidance", 10, true],
    ]);
  });

  it("says what share was waiting, and for what", () => {
    const list = matters(story, begun + 140 * 60_000);
    expect(shares(list, begun, begun + 140 * 60_000)).toMatchObject({ waited: 130 * 60_000, person: 130 * 60_000, time: 0, worked: 10 * 60_000 });
  });

  it("counts a missing approval as a wait for a person, and a soak as a wait for time", () => {
    const approval = [entry(0, "deployment.requested"), entry(0, "gate.judged", { gate: "authorisation", open: false, reasons: ["1 of 1 approval of operations missing for plan 8eefc67ebb8e (policy live)"] })];
    expect(shares(matters(approval, begun + 600_000), begun, begun + 600_000)).toMatchObject({ person: 600_000, other: 0 });
    const soaking = [entry(0, "stage.begun", { phase: "execute", wave: 1 }), entry(1, "gate.judged", { gate: "health of wave 1", open: true })];
    const open = matters(soaking, begun + 600_000, (wave) => wave === 1);
    expect(open.at(-1)).toMatchObject({ title: "Waits for its soak time", open: true, waited: 540_000, cause: "time" });
    expect(shares(open, begun, begun + 600_000)).toMatchObject({ time: 540_000, worked: 60_000 });
    const over = matters([...soaking, entry(5, "stage.begun", { phase: "execute", wave: 2 })], begun + 600_000, (wave) => wave === 1);
    expect(over.find((m) => m.cause === "time")).toMatchObject({ title: "Waited for its soak time", waited: 240_000 });
    expect(matters(soaking, begun + 600_000).length).toBe(1);
  });

  it("ends every wait when the deployment ends", () => {
    const list = matters([...story, entry(150, "deployment.closed", { result: "failed", cause: "closed by jonas" })], begun + 200 * 60_000);
    expect(list.filter((m) => m.open === true)).toEqual([]);
    expect(list.at(-1)).toMatchObject({ title: "Failed", detail: "Closed by jonas." });
  });
});
