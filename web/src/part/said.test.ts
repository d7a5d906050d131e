import described from "../../../docs/cli.md?raw";
import { describe, expect, it } from "vitest";
import { sentence } from "@/api/problem";
import { piecesOf, stated, verbs } from "./said";

describe("words of the server", () => {
  it("know every verb of the command line", () => {
    const found = [...described.matchAll(/^## tranship (\S+)/gm)].map(([, verb]) => verb);
    expect([...verbs], "a verb of docs/cli.md is missing in said.ts, or is no more").toEqual([...new Set(found)].sort());
  });

  it("are cut into times, lines that are typed and the text between", () => {
    expect(piecesOf("frozen until 2026-11-24 18:33 UTC: see tranship calendar show --environment live.")).toEqual([
      { text: "frozen until " },
      { at: "2026-11-24T18:33:00.000Z" },
      { text: ": see " },
      { line: "tranship calendar show --environment live" },
      { text: "." },
    ]);
    expect(piecesOf("2026-11-24 18:33:08.5 UTC")).toEqual([{ at: "2026-11-24T18:33:08.000Z" }]);
    expect(piecesOf("opens 2026-11-24 22:00 Europe/Helsinki")).toEqual([{ text: "opens " }, { at: "2026-11-24T20:00:00.000Z" }]);
    expect(piecesOf("opens 2026-11-24 22:00 Nowhere/Atall").at(-1)).toEqual({ text: "2026-11-24 22:00 Nowhere/Atall" });
    expect(piecesOf("tranship deployment why D-1 says what it waits for; tranship deployment cancel D-1 ends it")).toEqual([
      { line: "tranship deployment why D-1" },
      { text: " says what it waits for; " },
      { line: "tranship deployment cancel D-1" },
      { text: " ends it" },
    ]);
    expect(piecesOf("run tranship verify --log to see what is wrong, and restore a backup")[1]).toEqual({ line: "tranship verify --log" });
    expect(piecesOf("lift it: tranship unpin shop 1.0 --in live --reason WHY")[1]).toEqual({ line: "tranship unpin shop 1.0 --in live --reason WHY" });
    expect(piecesOf("tranship planning is no verb")).toEqual([{ text: "tranship planning is no verb" }]);
  });

  it("become sentences, but for what is typed", () => {
    expect(stated("wait for it")).toBe("Wait for it.");
    expect(stated("tranship get models lists them")).toBe("tranship get models lists them.");
    expect(stated("tranship plan --rollback D-12")).toBe("tranship plan --rollback D-12");
    expect(stated("wait for it: tranship deployment watch D-3")).toBe("Wait for it: tranship deployment watch D-3");
    expect(stated(stated("wait for it"))).toBe("Wait for it.");
    expect(sentence("tranship get environments lists them")).toBe("tranship get environments lists them.");
  });
});
