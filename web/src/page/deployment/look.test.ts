import { describe, expect, it } from "vitest";
import { none } from "./fleet";
import { countsSay, lookNamed, lookOf } from "./look";

const row = (state: string, more: { executed?: boolean; remediated?: boolean; givenUp?: boolean } = {}) => lookOf({ state, executed: false, remediated: false, ...more });

describe("how a target looks", () => {
  it("follows from its row as a whole", () => {
    expect(row("done")).toBe("todo"); // it was only verified
    expect(row("done", { executed: true })).toBe("done");
    expect(row("done", { remediated: true, givenUp: true })).toBe("done");
    expect(row("ordered", { executed: true })).toBe("done");
    expect(row("failed", { givenUp: true })).toBe("skipped");
    expect(row("running", { executed: true, givenUp: true })).toBe("running");
    expect(row("stopped")).toBe("held");
  });
  it("is told with its number", () => {
    expect(countsSay({ ...none(), done: 1028, failed: 1 })).toBe("1,028 done, 1 failed");
    expect(lookNamed("failed")).toBe("failed");
    expect(lookNamed("nothing")).toBe(undefined);
  });
});
