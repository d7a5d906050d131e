import { describe, expect, it } from "vitest";
import { alike, called, ofHost, type One, repairable, unasked } from "./alike";

const drift = (id: number, target: string, what: string, more: Partial<One> = {}): One => ({
  id: `DR-${id}`, environment: "live", target, component: "web", state: "drifted", recorded: { version: "1.0" }, like: "D-1",
  found: { state: "drifted", version: "1.0", differences: [{ what, recorded: "a", found: "b" }] }, since: `2026-11-17T14:0${id}:00Z`, changedAt: "2026-11-17T14:00:00Z", ...more,
});

describe("drifts that are alike", () => {
  it("are one group, the odd one is another, and the largest comes first", () => {
    const groups = alike([drift(1, "web-1", "file b"), drift(4, "web-10", "file a"), drift(2, "web-2", "file a"), drift(3, "web-3", "file a")]);
    expect(groups.map((group) => group.drifts.map((one) => one.target))).toEqual([["web-2", "web-3", "web-10"], ["web-1"]]);
    expect(groups[0]?.since).toBe("2026-11-17T14:02:00Z");
  });
  it("are told apart by component, state, what is recorded and what was found", () => {
    const same = drift(1, "web-1", "file a");
    const others = [drift(2, "web-2", "file a", { component: "db" }), drift(3, "web-3", "file a", { state: "missing" }), drift(4, "web-4", "file a", { recorded: { version: "2.0" } }), drift(5, "web-5", "file a", { found: { ...same.found, version: "0.9" } })];
    expect(alike([same, ...others])).toHaveLength(5);
  });
  it("says which of them a deployment can put right", () => {
    const own = drift(1, "a", "package htop", { component: "host:packages", watch: "packages" });
    expect([own, drift(2, "b", "x")].filter(repairable).map((one) => one.id)).toEqual(["DR-2"]);
    expect([called(own.component), called("web"), ofHost(own.component), ofHost("web")]).toEqual(["Packages", "web", true, false]);
  });
  it("says which of them nobody has asked to repair", () => {
    expect([drift(1, "a", "x"), drift(2, "b", "x", { repair: "D-9" })].filter(unasked).map((one) => one.id)).toEqual(["DR-1"]);
  });
});
