import { describe, expect, it } from "vitest";
import { rank } from "./find";
import { addressOf } from "./hit";

const found = (word: string, weight = 0) => ({ id: word, word, weight });

describe("what the palette shows first", () => {
  it("puts acts of the page before names, and names that begin so before those that hold it", () => {
    const all = [found("a gate of glass"), found("gate-controller"), found("investigate"), found("Roll back gate-controller in live…", 2)];
    expect(rank(all, "gate").map((one) => one.word)).toEqual(["Roll back gate-controller in live…", "gate-controller", "a gate of glass", "investigate"]);
  });
  it("wants every word, in any order", () => {
    expect(rank([found("gate-controller into live D-12"), found("gate-controller into test D-9")], "live gate").map((one) => one.word)).toEqual(["gate-controller into live D-12"]);
  });
  it("keeps the order where nothing is typed", () => {
    expect(rank([found("b"), found("a")], " ").map((one) => one.word)).toEqual(["b", "a"]);
  });
});

describe("where what was found is looked at", () => {
  it("has an address for every kind", () => {
    expect(addressOf({ kind: "Version", name: "4.8.0+b1", in: "gate" })).toBe("/library/gate/4.8.0%2Bb1/origin");
    expect(addressOf({ kind: "Target", name: "t-1", in: "live" })).toBe("/environments/live/targets/t-1");
    expect(addressOf({ kind: "Journey", name: "J-3" })).toBe("/journeys/J-3");
    expect(addressOf({ kind: "Plan", name: "P-3" })).toBe("/records?subject=plan%2FP-3");
    expect(addressOf({ kind: "Group", name: "ops" })).toBe("/records?subject=document%2FGroup%2Fops");
  });
});
