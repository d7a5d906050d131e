import { describe, expect, it } from "vitest";
import { lanes } from "./lane";
import { dayIn, nameOf, rangeOf, stepped, weekOf } from "./range";

describe("what an address names", () => {
  it("is a week as ISO 8601 counts, also over the turn of a year", () => {
    expect(weekOf("2026-11-24")).toEqual({ year: 2026, week: 48 });
    expect(weekOf("2027-01-01")).toEqual({ year: 2026, week: 53 });
    expect(weekOf("2024-12-30")).toEqual({ year: 2025, week: 1 });
    expect(nameOf("week", "2024-12-30")).toBe("2025-W01");
    expect(dayIn("2025-W01", "")).toBe("2024-12-30");
  });

  it("is today where it names nothing", () => {
    expect(dayIn("soon", "2026-11-24")).toBe("2026-11-24");
    expect(dayIn("2026-02-31", "2026-11-24")).toBe("2026-11-24");
  });

  it("asks for whole weeks of a month, and by the wall of the zone", () => {
    const november = rangeOf("month", "2026-11-24", "Europe/Berlin");
    expect([november.days[0], november.days.at(-1), november.days.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
    const autumn = rangeOf("week", "2026-10-25", "Europe/Berlin");
    expect((autumn.to - autumn.from) / 3_600_000).toBe(7 * 24 + 1);
  });

  it("goes on by what is shown", () => {
    expect(stepped("month", "2026-12-24", 1)).toBe("2027-01-01");
    expect(stepped("month", "2026-03-31", -1)).toBe("2026-02-01");
    expect(stepped("timeline", "2026-11-24", 1)).toBe("2026-12-01");
  });
});

describe("lanes", () => {
  it("put beside each other what is at the same time, and nothing else", () => {
    const of = (name: string, from: number, to: number) => ({ name, from, to });
    const placed = lanes([of("a", 0, 60), of("b", 30, 90), of("c", 60, 120), of("d", 200, 210), of("e", 215, 230)], 30);
    expect(placed.map(({ of: { name }, lane, lanes: n }) => [name, lane, n])).toEqual([
      ["a", 0, 2],
      ["b", 1, 2],
      ["c", 0, 2],
      ["d", 0, 2],
      ["e", 1, 2],
    ]);
  });
});
