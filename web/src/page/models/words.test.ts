import { describe, expect, it } from "vitest";
import { criterionFacts, criterionSaid, criterionWhen, healthFacts, inputsOf, stageRows, stepFacts, threshold } from "./words";

describe("what a model says, in words", () => {
  it("shows every input of a driver in a row of its own", () => {
    expect(
      inputsOf({
        path: "opt/shop",
        keep: 3,
        argv: ["./migrate", "to ${version}", ""],
        status: [200, 204],
        headers: { Accept: "text/plain" },
        requirements: [
          { parameter: "disk.free:/", operator: ">=", value: "1GiB", why: "room for two" },
          { parameter: "script.rack", operator: "present", run: ["./rack", "-q"], on: { zone: "a" } },
        ],
        odd: [{ a: 1 }, { b: [true] }],
      }),
    ).toEqual([
      { name: "path", value: "opt/shop" },
      { name: "keep", value: "3" },
      { name: "argv", value: './migrate "to ${version}" ""' },
      { name: "status", value: "200, 204" },
      { name: "headers.Accept", value: "text/plain" },
      { name: "requirements", value: "disk.free:/ >= 1GiB (room for two)" },
      { name: "requirements", value: "script.rack present (./rack -q; zone=a)" },
      { name: "odd 1.a", value: "1" },
      { name: "odd 2.b", value: "true" },
    ]);
    expect(inputsOf(undefined)).toEqual([]);
  });

  it("tells of a step what differs from its list, and nothing else", () => {
    expect(stepFacts({ name: "a", uses: "script" }, "apply")).toEqual([]);
    expect(stepFacts({ name: "a", uses: "script", action: "apply" }, "apply")).toEqual([]);
    expect(stepFacts({ name: "a", uses: "script", action: "check", timeout: "2m", stopWithin: "30s", retry: { attempts: 3, delay: "5s" }, onDoubt: "ask" }, "apply")).toEqual([
      "only looks",
      "at most 2 min",
      "30 s to end before it is killed",
      "3 attempts, 5 s apart at first",
      "asks when it was cut off",
    ]);
    expect(stepFacts({ name: "a", uses: "http", watch: { for: "10m", failures: 2 } }, "check")[0]).toBe("watched for 10 min, every 10 s, 2 looks may fail");
  });

  it("tells of health what holds by default too", () => {
    expect(healthFacts({ name: "a", uses: "http" })).toEqual(["every 1 min", "failing when it fails 3 times in a row"]);
    expect(healthFacts({ name: "a", uses: "http", every: "6h", after: 1, means: "degraded", environments: ["live"] })).toEqual(["every 6 h", "degraded when it fails once", "only in live"]);
  });

  it("tells of a stage its waves, its questions, its bounds and its tests", () => {
    expect(stageRows({ environment: "test" })).toEqual([]);
    expect(
      stageRows({
        environment: "live",
        strategy: { pause: { message: "now?", group: "desk" }, waves: [{ labels: { canary: "yes" }, soak: "30m", maxFailures: 0, pause: { message: "well?" } }, { count: 2 }, {}], soak: "5m", maxFailures: 1, maxFailuresTotal: 2 },
        quality: [{ suite: "unit" }],
      }),
    ).toEqual([
      { word: "Before", said: "asks desk: now?" },
      { word: "Wave 1", said: "canary=yes, soak 30 min, stops after 1 failed, asks a person: well?" },
      { word: "Wave 2", said: "2 targets, soak 5 min" },
      { word: "Wave 3", said: "the rest" },
      { word: "Stops", said: "when 2 targets of a wave fail, or 3 in all" },
      { word: "Goes on", said: 'tests "unit", none failed' },
    ]);
  });

  it("tells of a criterion when, by what, by whom, and for what", () => {
    const asked = { name: "told", kind: "exit", stage: "execute", wave: 2, question: "told?", group: "desk", within: "8h", for: ["remove"], environments: ["live"] } as const;
    const one = { ...asked, for: [...asked.for], environments: [...asked.environments] };
    expect([criterionWhen(one), criterionSaid(one), ...criterionFacts(one)]).toEqual(["When targets have changed, wave 2", "told?", "answered by desk", "within 8 h", "only in live", "for a removal"]);
    expect(criterionSaid({ name: "b", kind: "acceptance", bound: { of: "failures", max: 0 } })).toBe("targets that failed or are unknown: at most 0");
    expect(criterionSaid({ name: "c", kind: "acceptance", check: "it answers" })).toBe('the check "it answers" holds on every target');
    expect(threshold({ suite: "s", passRate: 0.985, maxAge: "24h" })).toBe('tests "s", 98.5 % pass, not older than 24 h');
  });
});
