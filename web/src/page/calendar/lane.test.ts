import { describe, expect, it } from "vitest";
import { bundled, lanes, standing } from "./lane";

const at = (from: number, to: number, odd?: "must" | "should") => ({ from, to, odd });
const odd = (one: { odd: "must" | "should" | undefined }) => one.odd;

describe("what is at one time", () => {
  it("stands beside each other while it can be read", () => {
    const few = [at(0, 5), at(1, 6), at(2, 7)];
    expect(bundled(few, 10, 3, odd)).toEqual({ single: few, bundles: [] });
    expect(lanes(few, 10).map(({ lane, lanes: n }) => [lane, n])).toEqual([[0, 3], [1, 3], [2, 3]]);
  });
  it("is one block when it is too much", () => {
    const many = [0, 1, 2, 3, 4, 5].map((n) => at(n, n + 2));
    const later = at(100, 110);
    const { single, bundles } = bundled([...many, later], 10, 3, odd);
    expect(single).toEqual([later]);
    expect(bundles).toEqual([{ from: 0, to: 7, all: many }]);
  });
  it("keeps the odd ones out of the crowd, unless they are a crowd themselves", () => {
    const many = [0, 1, 2, 3, 4].map((n) => at(n, n + 2));
    const one = bundled([...many, at(2, 9, "should")], 10, 3, odd);
    expect(one.single).toEqual([at(2, 9, "should")]);
    expect(one.bundles.map(({ all }) => all.length)).toEqual([5]);
    const all = bundled([0, 1, 2, 3, 4].map((n) => at(n, n + 2, n === 3 ? "must" : "should")), 10, 3, odd);
    expect(all.single).toEqual([at(3, 5, "must")]);
    expect(all.bundles.map((bundle) => bundle.all.length)).toEqual([4]);
  });
  it("does not draw a long time into a crowd that only a part of it sees, twice", () => {
    const { single, bundles } = bundled([at(0, 3), at(0, 3), at(0, 3), at(0, 3), at(50, 53), at(50, 53), at(50, 53), at(50, 53), at(20, 25)], 10, 3, odd);
    expect(bundles.map(({ from, to, all }) => [from, to, all.length])).toEqual([[0, 3, 4], [50, 53, 4]]);
    expect(single).toEqual([at(20, 25)]);
  });
});

describe("what stands in a line of time", () => {
  const range = { from: 0, to: 100 };
  it("has a bar as long as its time, and its name behind it where that is short", () => {
    expect(standing({ from: 10, to: 11 }, range, 20)).toEqual({ from: 10, to: 30, name: "after", bar: 0.05 });
    expect(standing({ from: 10, to: 10 }, range, 20)).toEqual({ from: 10, to: 30, name: "after", bar: 0 });
    expect(standing({ from: 10, to: 40 }, range, 20)).toEqual({ from: 10, to: 40, name: "in", bar: 1 });
  });
  it("keeps its place at the end of what is shown: its name stands before it", () => {
    expect(standing({ from: 90, to: 95 }, range, 20)).toEqual({ from: 75, to: 95, name: "before", bar: 0.25 });
    expect(standing({ from: 99, to: 300 }, range, 20)).toEqual({ from: 80, to: 100, name: "before", bar: 0.05 });
  });
  it("shows of what began before only what lies in it", () => {
    expect(standing({ from: -50, to: 5 }, range, 20)).toEqual({ from: 0, to: 20, name: "after", bar: 0.25 });
    expect(standing({ from: -50, to: 150 }, range, 20)).toEqual({ from: 0, to: 100, name: "in", bar: 1 });
  });
});
