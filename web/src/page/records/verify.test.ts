import { describe, expect, it } from "vitest";
import said from "../../../../internal/practice/record/testdata/bundle.jsonl?raw";
import { keyID, verify } from "./verify";

// The bundle that the server's own tests hold as published, and its key.
const published = new TextEncoder().encode(said);
const key = (JSON.parse(said.split("\n")[0] ?? "") as { keys: string[] }).keys[0] ?? "";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("verifying a bundle in the browser", () => {
  it("finds nothing in the bundle as it was published", async () => {
    const report = await verify(published, [key]);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ subject: "deployment/D-12", entries: 10, size: 410, signedBy: [await keyID(key)] });
  });

  it("finds every change of a byte, wherever it is", async () => {
    for (let at = 3; at < published.length; at += 61) {
      const altered = published.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      const { findings } = await verify(altered, [key]);
      expect(findings.length, `byte ${at}`).toBeGreaterThan(0);
    }
  }, 30_000);

  it("says where an entry was altered", async () => {
    const lines = said.split("\n");
    const line = lines[4] ?? "";
    lines[4] = line.replace(/"when":"2025-03-01/, '"when":"2024-03-01');
    expect(lines[4]).not.toBe(line);
    const { findings } = await verify(bytes(lines.join("\n")), [key]);
    expect(findings[0]).toMatchObject({ check: "inclusion" });
    expect(findings[0]?.where).toContain("line 5");
    expect(findings.map((f) => f.check)).toContain("chain"); // the next does not follow it any more
  });

  it("finds an entry that was left out, at the end too", async () => {
    const lines = said.split("\n");
    const without = (n: number) => verify(bytes([...lines.slice(0, n), ...lines.slice(n + 1)].join("\n").replace('"entries":10', '"entries":9')), [key]);
    expect((await without(5)).findings.map((f) => f.check)).toContain("chain");
    expect((await without(10)).findings.map((f) => f.check)).toContain("statement"); // it states all that there were
  });

  it("trusts no key that the bundle names itself", async () => {
    const { findings } = await verify(published, []);
    expect(findings.map((f) => f.check)).toEqual(["checkpoint", "statement"]);
    const other = btoa(String.fromCharCode(...new Uint8Array(32).fill(7)));
    expect((await verify(published, [other])).findings.length).toBeGreaterThan(0);
  });

  it("takes any bytes", async () => {
    for (const bad of [new Uint8Array(0), bytes("\n\n"), bytes("{}\n"), bytes("null\n"), new Uint8Array([0xff, 0xfe, 10]), bytes(said.slice(0, -1)), bytes(`${said}x`), bytes(said.replace('"keys":["', '"keys":[null,"'))]) {
      expect((await verify(bad, [key])).findings.length).toBeGreaterThan(0);
    }
  });
});
