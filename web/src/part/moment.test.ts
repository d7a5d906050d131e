import { describe, expect, it } from "vitest";
import { age, inZone, milliseconds, moment, span, took, utc } from "./moment";

const now = new Date("2026-11-24T12:38:00Z");
const clock = { now, zone: "Europe/Helsinki" };

describe("moments", () => {
  it("are said in the zone of the viewer", () => {
    expect(moment(new Date("2026-11-24T12:32:00Z"), clock)).toBe("today 14:32");
    expect(moment(new Date("2026-11-23T22:30:00Z"), clock)).toBe("today 00:30");
    expect(moment(new Date("2026-11-23T21:30:00Z"), clock)).toBe("yesterday 23:30");
    expect(moment(new Date("2026-11-25T20:30:00Z"), clock)).toBe("tomorrow 22:30");
    expect(moment(new Date("2026-11-27T20:30:00Z"), clock)).toBe("Fri 27 Nov 22:30");
    expect(moment(new Date("2025-01-02T10:00:00Z"), clock)).toBe("Thu 2 Jan 2025 12:00");
  });
  it("in words of the server are said in the zone of the viewer", () => {
    expect(inZone("wave 1 of 2 soaks until 2026-11-24 13:33:08 UTC", clock)).toBe("wave 1 of 2 soaks until today 15:33");
    expect(inZone("freeze holds from 2026-11-21 23:33 UTC to 2026-11-25 23:33 UTC: live-book-01", clock)).toBe("freeze holds from Sun 22 Nov 01:33 to Thu 26 Nov 01:33: live-book-01");
    expect(inZone("release 2026-11-24 of UTC", clock)).toBe("release 2026-11-24 of UTC");
    expect(inZone("from 2026-11-24 14:00 Europe/Berlin to 2026-07-01 00:30 America/New_York outside", clock)).toBe("from today 15:00 to Wed 1 Jul 07:30 outside");
    expect(inZone("until 2026-11-24 14:00 Nowhere/Atall", clock)).toBe("until 2026-11-24 14:00 Nowhere/Atall");
  });
  it("are said in UTC to who hovers", () => {
    expect(utc(new Date("2026-11-24T12:32:05Z"))).toBe("Tue 24 Nov 2026 12:32:05 UTC");
  });
});

describe("durations", () => {
  it("are read as the API writes them", () => {
    expect(milliseconds("1h2m3s")).toBe(3_723_000);
    expect(milliseconds("467.5ms")).toBe(467.5);
    expect(milliseconds("2m0s")).toBe(120_000);
  });
  it("are said shortly", () => {
    expect(span(41_000)).toBe("41 s");
    expect(span(6 * 60_000)).toBe("6 min");
    expect(span((7 * 60 + 22) * 60_000)).toBe("7 h 22 min");
    expect(span(26 * 3_600_000)).toBe("1 d 2 h");
    expect(took(2_120)).toBe("2.1 s");
    expect(age(new Date(now.getTime() - 3 * 3_600_000), now)).toBe("3 h");
  });
});
