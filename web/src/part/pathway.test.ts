import { describe, expect, it } from "vitest";
import { pathway } from "./pathway";

const said = (path: string, release?: string) => pathway(path, release).map(({ verb, name }) => [verb, name].filter(Boolean).join(" ")).join(", ");

describe("the way of a conflict", () => {
  it("is told as things and verbs", () => {
    expect(said("service booking -> needed by service boarding -> deployment D-4131", "booking-api@2.14.0")).toBe("booking-api@2.14.0, is part of booking, is needed by boarding, is changed by D-4131");
    expect(said("srv-aa -> parent rack-1 -> freeze power-works", "web@1")).toBe("web@1, goes to srv-aa, stands in rack-1, is frozen by power-works");
    expect(said("environment live -> window evening", "web@1")).toBe("web@1, goes into live, may be changed in evening");
    expect(said("web-1 and web-2 are redundant -> deployment D-2", "web@1")).toBe("web@1, goes to web-1, stands in for web-2, is changed by D-2");
    expect(said("web-1 -> component web -> deployment D-2", "web@1")).toBe("web@1, goes to web-1, carries web, is changed by D-2");
    expect(said("person anna -> deployment D-2", "web@1")).toBe("web@1, needs anna, is needed by D-2");
    expect(said("tool helm -> deployment D-2", "web@1")).toBe("web@1, needs helm, is needed by D-2");
    expect(said("web-1 in environment live -> freeze x", "web@1")).toBe("web@1, goes to web-1, belongs to live, is frozen by x");
  });
  it("begins with its first thing where nobody says what is deployed", () => {
    expect(said("web-1 -> child vm-1 -> deployment D-2")).toBe("web-1, holds vm-1, is changed by D-2");
    expect(said("freeze year-end")).toBe("year-end");
    expect(pathway("", undefined)).toEqual([]);
  });
});
