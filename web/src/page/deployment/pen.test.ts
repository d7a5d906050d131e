import { describe, expect, it } from "vitest";
import { heightFor, indexAt, layoutFor, spotOf } from "./pen";

describe("marks of a drawing", () => {
  it.each([
    ["small ones with a gap after ten", layoutFor(400, 9, 6)],
    ["tiles", layoutFor(401, 23, 0)],
    ["a width for less than ten", layoutFor(50, 9, 6)],
  ])("are found where they are drawn: %s", (_, layout) => {
    for (let i = 0; i < 300; i++) {
      const [x, y] = spotOf(i, layout);
      expect(indexAt(x + 2, y + 2, 300, layout)).toBe(i);
    }
    expect(indexAt(1, heightFor(300, layout) + layout.pitch, 300, layout)).toBe(-1);
    expect(indexAt(-3, 1, 300, layout)).toBe(-1);
    expect(layout.across).toBeGreaterThan(0);
  });
});
