import { describe, expect, it } from "vitest";
import { isNumber, nameOf, whereOf } from "./name";

const stage = (environment: string, entered?: string) => ({ environment, ...(entered === undefined ? {} : { entered }) });
const began = "2026-11-24T12:00:00Z";

describe("a journey", () => {
  it("is called by what is known of it", () => {
    expect(nameOf({ release: "shop@1.0.0", wanted: { component: "shop" } })).toBe("shop@1.0.0");
    expect(nameOf({ wanted: { component: "shop", version: "1.0.0" } })).toBe("shop@1.0.0");
    expect(nameOf({ wanted: { component: "shop", commit: "0123456789ab" } })).toBe("shop of 0123456");
    expect(nameOf({ wanted: { component: "shop" } })).toBe("shop, its version not known yet");
    expect(nameOf({ wanted: { release: "spring" } })).toBe("spring");
  });
  it("is somewhere, or before it", () => {
    const stages = [stage("test", began), stage("staging")];
    expect(whereOf({ stages, at: 0 })).toEqual({ word: "test", number: 1, all: 2 });
    expect(whereOf({ stages, at: 1 })).toEqual({ word: "before staging", number: 1, all: 2 });
    expect(whereOf({ stages, at: 1, ending: "stopped" })).toEqual({ word: "test", number: 1, all: 2 });
    expect(whereOf({ stages: [stage("test")], at: 0, ending: "stopped" })).toEqual({ word: "before test", number: 0, all: 1 });
    expect(whereOf({ at: 0 })).toBe(undefined);
  });
  it("has a number, which a release has not", () => {
    expect(isNumber("J-12")).toBe(true);
    expect(isNumber("J-12@1")).toBe(false);
    expect(isNumber("shop@1.0.0")).toBe(false);
  });
});
