import { describe, expect, it } from "vitest";
import { endOf, hour, hours, nextEvent, within } from "./strip";

const now = 1000 * hour + 5;
const totals = Array.from({ length: hours }, (_, i) => (i === 10 || i === 20 ? 1 : 0));

describe("the strip", () => {
  it("ends now, unless the moment is before it", () => {
    expect(endOf(now, undefined)).toBe(1001 * hour);
    expect(endOf(now, 900 * hour)).toBe(1001 * hour);
    expect(endOf(now, 833 * hour)).toBe(1001 * hour);
    expect(endOf(now, 500 * hour)).toBe(584 * hour);
  });
  it("goes from event to event", () => {
    expect(nextEvent(totals, 0, true)).toBe(11);
    expect(nextEvent(totals, 11, true)).toBe(21);
    expect(nextEvent(totals, 21, true)).toBe(hours);
    expect(nextEvent(totals, hours, false)).toBe(21);
    expect(nextEvent(totals, 21, false)).toBe(11);
    expect(nextEvent(totals, 11, false)).toBe(0);
  });
  it("shades what lies in it", () => {
    expect(within(990 * hour, 2000 * hour, 1001 * hour)).toEqual({ from: 157, to: 168 });
    expect(within(10 * hour, 20 * hour, 1001 * hour)).toBeUndefined();
  });
});
