import { describe, expect, it } from "vitest";
import type { Sealed } from "./data";
import { asCSV, asLines } from "./save";
import { momentOf } from "./range";

const entry: Sealed = { index: 7, hash: "AA==", entry: { kind: "pin.set", subject: "pin/web/live/1.0", who: { kind: "person", name: "anna" }, when: "2026-11-17T11:00:00Z", why: '=cmd("x"), two\nlines', data: { deployment: "D-3" } } };

describe("entries as a file", () => {
  it("writes CSV that a spreadsheet reads and never runs", () => {
    expect(asCSV([entry])).toBe('index,when,kind,subject,target,who,whoKind,why,data,hash\r\n7,2026-11-17T11:00:00Z,pin.set,pin/web/live/1.0,,anna,person,"\'=cmd(""x""), two\nlines","{""deployment"":""D-3""}",AA==\r\n');
  });
  it("writes one JSON object a line", () => {
    expect(asLines([entry, entry]).split("\n").filter(Boolean).map((line) => (JSON.parse(line) as Sealed).index)).toEqual([7, 7]);
  });
});

describe("the ends of a span of time", () => {
  it("takes a date as its whole day, in the time of whoever looks", () => {
    expect(momentOf("2026-11-17", false)).toBe(new Date(2026, 10, 17).toISOString());
    expect(momentOf("2026-11-17", true)).toBe(new Date(2026, 10, 18).toISOString());
  });
  it("takes a moment as it is, and nothing from what is none", () => {
    expect(momentOf("2026-11-17T10:00:00Z", true)).toBe("2026-11-17T10:00:00.000Z");
    expect(momentOf("soon", false)).toBeUndefined();
    expect(momentOf(undefined, true)).toBeUndefined();
  });
});
