import { describe, expect, it } from "vitest";
import { filterOf } from "./filter";
import { aboutOf, tell } from "./tell";

const mara = { kind: "person" as const, name: "mara" };
const when = "2026-11-24T10:00:00Z";

describe("the words of an entry", () => {
  it("say who signed in and out as people say it", () => {
    const entry = (kind: string, data: Record<string, unknown>, why?: string) => tell({ kind, subject: "session/01a20b63", who: mara, when, data, ...(why === undefined ? {} : { why }) });
    expect(entry("session.begun", { way: "password", address: "127.0.0.1" })).toEqual({ title: "mara signed in from 127.0.0.1", whole: true });
    expect(entry("session.begun", { way: "code", address: "::1" }).title).toBe("mara signed in from ::1, with a code");
    expect(entry("session.ended", { person: "mara" }, "signed out").title).toBe("mara signed out");
    expect(entry("session.ended", { person: "mara" }, "it was over").title).toBe("A session of mara ended: it was over");
    expect(entry("session.ended", {}, "it was over").title).toBe("A session ended: it was over");
    expect(entry("order.issued", {})).toEqual({ title: "Order issued", whole: false });
  });

  it("name what it is about shortly", () => {
    expect(aboutOf("deployment/D-12")).toBe("D-12");
    expect(aboutOf("document/Environment/live")).toBe("Environment live");
    expect(aboutOf("version/booking-api@2.14.0")).toBe("booking-api@2.14.0");
    expect(aboutOf("token/01a20b62fdb5724683084d1e13ed2b69")).toBe("01a20b62…");
    expect(aboutOf("pin/web/live/1.0")).toBe("web live 1.0");
  });
});

describe("what the record is asked for", () => {
  it("leaves sign-ins out until something is looked for that they may be", () => {
    expect(filterOf({}).aside).toEqual(["session"]);
    expect(filterOf({ who: "mara" }).aside).toEqual(["session"]);
    for (const search of [{ about: "all" }, { q: "127.0.0.1" }, { kind: "session.begun" }, { subject: "session/01a2" }, { about: "people" }]) {
      expect(filterOf(search).aside, JSON.stringify(search)).toBeUndefined();
    }
    expect(filterOf({ about: "library" }).about).toEqual(["version", "evidence"]);
    expect(filterOf({ about: "session" }).about, "a kind of subject by its own name").toEqual(["session"]);
  });
});
