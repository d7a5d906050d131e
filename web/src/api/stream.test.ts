import { describe, expect, it } from "vitest";
import { staleAfter } from "./stale";
import { EventReader, type LiveEvent } from "./stream";

const block = (id: number, subject: string) => `id: ${id}\nevent: k\ndata: ${JSON.stringify({ subject })}\n\n`;

describe("the reader of the stream", () => {
  it("gives whole events however the text was cut", () => {
    const whole = `: tranship\n\n${block(7, "deployment/D-1")}: still here\n\n${block(8, "deployment/D-2")}`;
    for (let cut = 0; cut <= whole.length; cut++) {
      const reader = new EventReader();
      const found = [...reader.read(whole.slice(0, cut)), ...reader.read(whole.slice(cut))];
      expect(found.map((e) => [e.index, e.subject])).toEqual([
        [7, "deployment/D-1"],
        [8, "deployment/D-2"],
      ]);
    }
  });

  it("keeps what is not whole until the rest comes", () => {
    const reader = new EventReader();
    expect(reader.read("id: 7\nevent: k\n")).toEqual([]);
  });
});

describe("what an event puts out of date", () => {
  const about = (subject: string): LiveEvent[] => [{ index: 1, kind: "k", subject }];

  it("is the one deployment and the lists it stands in", () => {
    const stale = staleAfter(about("deployment/D-1"));
    expect(stale(["deployment", "D-1", "targets"])).toBe(true);
    expect(stale(["deployments", { state: "executing" }])).toBe(true);
    expect(stale(["record", "search"])).toBe(true);
    expect(stale(["overview"])).toBe(true);
  });

  it("is no other deployment and no other list", () => {
    const stale = staleAfter(about("deployment/D-1"));
    expect(stale(["deployment", "D-2"])).toBe(false);
    expect(stale(["versions"])).toBe(false);
    expect(stale(["whoami"])).toBe(false);
  });
});
