import { describe, expect, it } from "vitest";
import { lines, runs, tone } from "./log";

const piece = (step: number, text: string) => ({ at: "2026-11-24T12:00:00Z", step, stepName: "s", text });

describe("lines of a log", () => {
  it("are joined where a piece ended in the middle", () => {
    expect(lines([piece(0, "one\ntw"), piece(0, "o\nthree\n"), piece(1, "four")]).map((l) => l.text)).toEqual(["one", "two", "three", "four"]);
  });
  it("of two steps are never joined", () => {
    expect(lines([piece(0, "no end"), piece(1, "next\n")]).map((l) => [l.step, l.text])).toEqual([
      [0, "no end"],
      [1, "next"],
    ]);
  });
  it("are numbered among all, from one", () => {
    expect(lines([piece(0, "a\nb"), piece(0, "c\n"), piece(1, "d\n")]).map((l) => [l.number, l.text])).toEqual([
      [1, "a"],
      [2, "bc"],
      [3, "d"],
    ]);
  });
  it("keep empty lines", () => {
    expect(lines([piece(0, "a\n\nb\n")]).map((l) => l.text)).toEqual(["a", "", "b"]);
  });
});

describe("colours", () => {
  it("of a terminal become those of the page", () => {
    expect(runs("\u001b[31mbad\u001b[0m and \u001b[1;32mgood\u001b[39m x\u001b[2K")).toEqual([
      { text: "bad", family: "bad" },
      { text: " and " },
      { text: "good", family: "good", strong: true },
      { text: " x", strong: true },
    ]);
  });
  it("are given to what tells of an error", () => {
    expect(tone("exit status 1 after 41 s")).toBe("bad");
    expect(tone("WARN: retrying")).toBe("warn");
    expect(tone("exit status 0")).toBe(undefined);
  });
});
