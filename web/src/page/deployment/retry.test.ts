import { describe, expect, it } from "vitest";
import { retried } from "./retry";

const stage = { done: 3, failed: 2, unknown: 1, stopped: 0, total: 6, first: 1, number: 1, wave: 2, running: 0, issued: true, phase: "execute" as const };
const of = (more: Partial<typeof stage> | { phase: "accept" | "remediate" } = {}, givenUp?: { waves: number[] }) =>
  retried({ stage: { ...stage, ...more }, header: { waves: [{ number: 1, size: 2, soak: "0s" }, { number: 2, size: 10, soak: "0s" }] }, ...(givenUp === undefined ? {} : { givenUp }) });

describe("a retry of all", () => {
  it("is of what failed, is unknown or was stopped", () => {
    expect(of({ total: 10, stopped: 4 })).toEqual({ again: 7, follow: 0 });
  });
  it("takes along what of a stopped wave has not begun, but what was given up", () => {
    expect(of()).toEqual({ again: 3, follow: 4 });
    expect(of({}, { waves: [0, 3] })).toEqual({ again: 3, follow: 1 });
  });
  it("takes nothing along while orders are still to come, and in other phases", () => {
    expect(of({ issued: false })).toEqual({ again: 3, follow: 0 });
    expect(of({ phase: "accept" })).toEqual({ again: 3, follow: 0 });
    expect(of({ wave: 0 })).toEqual({ again: 3, follow: 0 });
  });
});
