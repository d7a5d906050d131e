import { describe, expect, it } from "vitest";
import { addDays, Axis, changeOn, dayOf, endOf, hour, instantOf, minute, startOf, wallOf } from "./wall";

const berlin = "Europe/Berlin";
const utc = (text: string) => Date.parse(text);
const spring = "2027-03-28"; // 02:00 becomes 03:00
const autumn = "2026-10-25"; // 03:00 becomes 02:00

describe("the clock on the wall", () => {
  it("has 23 hours on the day on which it is put forward, 25 when it is put back", () => {
    expect((endOf(spring, berlin) - startOf(spring, berlin)) / hour).toBe(23);
    expect((endOf(autumn, berlin) - startOf(autumn, berlin)) / hour).toBe(25);
    expect((endOf("2026-11-25", berlin) - startOf("2026-11-25", berlin)) / hour).toBe(24);
  });

  it("says when it is changed, and by what", () => {
    expect(changeOn(spring, berlin)).toEqual({ at: utc("2027-03-28T01:00:00Z"), from: 120, to: 180 });
    expect(changeOn(autumn, berlin)).toEqual({ at: utc("2026-10-25T01:00:00Z"), from: 180, to: 120 });
    expect(changeOn("2026-11-25", berlin)).toBeUndefined();
  });

  it("keeps 22:00 at 22:00 on both sides of a change", () => {
    expect(new Date(instantOf("2027-03-27", 22 * 60, berlin)).toISOString()).toBe("2027-03-27T21:00:00.000Z");
    expect(new Date(instantOf(spring, 22 * 60, berlin)).toISOString()).toBe("2027-03-28T20:00:00.000Z");
  });

  it("takes a time that it jumps over for the jump, and of two the first", () => {
    expect(instantOf(spring, 150, berlin)).toBe(utc("2027-03-28T01:00:00Z"));
    expect(instantOf(autumn, 150, berlin)).toBe(utc("2026-10-25T00:30:00Z"));
  });

  it("is right where midnight is jumped over, and where it is moved by half an hour", () => {
    // Santiago puts the clock forward at midnight: the day begins at 01:00.
    expect(wallOf(startOf("2026-09-06", "America/Santiago"), "America/Santiago")).toEqual({ day: "2026-09-06", minutes: 60 });
    const change = changeOn("2027-04-04", "Australia/Lord_Howe");
    expect(change && change.from - change.to).toBe(30);
  });

  it("counts days over months and years", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
    expect(dayOf(utc("2026-11-25T23:30:00Z"), berlin)).toBe("2026-11-26");
  });
});

describe("the hours beside the days", () => {
  const week = (monday: string) => Array.from({ length: 7 }, (_, i) => addDays(monday, i));

  for (const [name, days] of [
    ["in winter", week("2026-11-23")],
    ["in the week of the change in spring", week("2027-03-22")],
    ["in the week of the change in autumn", week("2026-10-19")],
  ] as const) {
    for (const zone of [berlin, "America/New_York", "Australia/Lord_Howe", "UTC"]) {
      it(`give every moment a place of its own ${name}, ${zone}, and the place gives the moment back`, () => {
        const axis = new Axis(days, zone);
        for (const day of days) {
          let before = -1;
          for (let at = startOf(day, zone); at < endOf(day, zone); at += 15 * minute) {
            const y = axis.y(day, at);
            expect(y).toBeGreaterThan(before);
            expect(axis.at(day, y)).toBe(at);
            before = y;
          }
          expect(axis.y(day, endOf(day, zone))).toBe(axis.height);
        }
      });
    }
  }

  it("shows the repeated hour as a second one, and other days leave it out", () => {
    const axis = new Axis(week("2026-10-19"), berlin);
    expect(axis.height).toBe(25 * 60);
    expect(axis.folded).toBe(autumn);
    expect(axis.y(autumn, utc("2026-10-25T00:30:00Z"))).toBe(150);
    expect(axis.y(autumn, utc("2026-10-25T01:30:00Z"))).toBe(210);
    expect(axis.y("2026-10-20", utc("2026-10-20T01:30:00Z"))).toBe(270); // 03:30, below the gap
    expect(axis.gap).toEqual({ from: 180, to: 240 });
    expect(axis.marks(1).filter((mark) => mark.minutes === 120)).toEqual([
      { y: 120, minutes: 120, again: false },
      { y: 180, minutes: 120, again: true },
    ]);
  });

  it("draws a run over the change as long as the clock says, without a hole in spring", () => {
    const axis = new Axis(week("2027-03-22"), berlin);
    const [from, to] = [utc("2027-03-28T00:30:00Z"), utc("2027-03-28T01:30:00Z")];
    expect([axis.y(spring, from), axis.y(spring, to)]).toEqual([90, 210]); // 01:30 to 03:30 on the wall, one hour
  });
});
