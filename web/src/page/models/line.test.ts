import { describe, expect, it } from "vitest";
import { compareLines, countLines, withContext } from "./line";

describe("the difference of two texts", () => {
  it("keeps what is common and tells both numbers of a line", () => {
    const lines = compareLines("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n");
    expect(lines).toEqual([
      { kind: "same", text: "a", before: 1, after: 1 },
      { kind: "removed", text: "b", before: 2 },
      { kind: "added", text: "x", after: 2 },
      { kind: "same", text: "c", before: 3, after: 3 },
      { kind: "same", text: "d", before: 4, after: 4 },
      { kind: "added", text: "e", after: 5 },
    ]);
    expect(countLines(lines)).toEqual({ added: 2, removed: 1 });
  });

  it("gives both texts back, whatever they are", () => {
    const texts = ["", "a", "a\nb", "b\na\nb\na", "a\na\na\nb", "x\ny\nz"];
    for (const before of texts) {
      for (const after of texts) {
        const lines = compareLines(before, after);
        expect(lines.filter((line) => line.kind !== "added").map((line) => line.text).join("\n")).toBe(before);
        expect(lines.filter((line) => line.kind !== "removed").map((line) => line.text).join("\n")).toBe(after);
      }
    }
  });

  it("leaves out what is far from every change", () => {
    const text = Array.from({ length: 20 }, (_, i) => String(i)).join("\n");
    const shown = withContext(compareLines(text, text.replace("10", "ten")), 1);
    expect(shown.map((line) => (line === "gap" ? "…" : line.text))).toEqual(["…", "9", "10", "ten", "11", "…"]);
  });
});
