import { describe, expect, it } from "vitest";
import { apply, type Edit, edit, read } from "./edit";

const text = `# the shop's model
apiVersion: tranship.dev/v1
kind: Model
spec:
  owner: my team # asks for changes
  appliesTo: {components: [shop, db]}

  # in this order
  flow:
    - environment: test
    # only at night
    - environment: live
      strategy:
        soak: 10m   # long enough
  procedures:
  - kind: software
    install:
    - {name: place, uses: files, with: {path: shop}}
    - name: "migrate"
      uses: script
      with:
        argv: [sh, -c, 'a, b']
  timeouts:
    step: 5m
`;

/** The lines that differ, "-" before and "+" after. */
function differs(before: string, after: string): string[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [...a.slice(head, a.length - tail).map((one) => `-${one}`), ...b.slice(head, b.length - tail).map((one) => `+${one}`)];
}

/** Makes the change, and sees to it that the document says just that. */
function made(change: Edit, from = text): string[] {
  const after = edit(from, change);
  expect(read(after).toJS()).toEqual(apply(read(from).toJS(), change));
  return differs(from, after);
}

describe("a change in the form changes only its own lines", () => {
  it("of a word, with the note behind it", () => {
    expect(made({ do: "set", path: ["spec", "flow", 1, "strategy", "soak"], value: "5m" })).toEqual(["-        soak: 10m   # long enough", "+        soak: 5m   # long enough"]);
    expect(made({ do: "set", path: ["spec", "owner"], value: "true" })).toEqual(["-  owner: my team # asks for changes", '+  owner: "true" # asks for changes']);
    expect(made({ do: "set", path: ["spec", "procedures", 0, "install", 1, "name"], value: "move" })).toEqual(['-    - name: "migrate"', '+    - name: "move"']);
  });
  it("within braces, on their line", () => {
    expect(made({ do: "set", path: ["spec", "procedures", 0, "install", 0, "with", "path"], value: "a, b" })).toEqual(["-    - {name: place, uses: files, with: {path: shop}}", '+    - {name: place, uses: files, with: {path: "a, b"}}']);
    expect(made({ do: "insert", path: ["spec", "appliesTo", "components"], at: 1, value: "queue" })).toEqual(["-  appliesTo: {components: [shop, db]}", "+  appliesTo: {components: [shop, queue, db]}"]);
    expect(made({ do: "remove", path: ["spec", "appliesTo", "components", 0] })).toEqual(["-  appliesTo: {components: [shop, db]}", "+  appliesTo: {components: [db]}"]);
  });
  it("of a new field, where it belongs", () => {
    expect(made({ do: "set", path: ["spec", "onFailure"], value: "fail", order: ["owner", "appliesTo", "flow", "procedures", "onFailure", "timeouts"] })).toEqual(["+  onFailure: fail"]);
    expect(made({ do: "set", path: ["spec", "flow", 0, "strategy", "maxFailures"], value: 1 })).toEqual(["+      strategy:", "+        maxFailures: 1"]);
    expect(made({ do: "set", path: ["spec", "timeouts", "silent"], value: "2m" })).toEqual(["+    silent: 2m"]);
    expect(made({ do: "set", path: ["spec", "description"], value: "one\ntwo" }).join("\n")).toContain("description: |-");
  });
  it("of a field that goes", () => {
    expect(made({ do: "remove", path: ["spec", "timeouts"] })).toEqual(["-  timeouts:", "-    step: 5m"]);
    expect(made({ do: "remove", path: ["spec", "procedures", 0, "install", 1, "name"] })).toEqual(['-    - name: "migrate"', "-      uses: script", "+    - uses: script"]);
    expect(made({ do: "remove", path: ["spec", "procedures"] })[0]).toBe("-  procedures:");
  });
  it("of entries that come, go and change places with the notes above them", () => {
    expect(made({ do: "insert", path: ["spec", "flow"], at: 2, value: { environment: "far" } })).toEqual(["+    - environment: far"]);
    expect(made({ do: "insert", path: ["spec", "flow"], at: 0, value: { environment: "near" } })).toEqual(["+    - environment: near"]);
    expect(made({ do: "remove", path: ["spec", "flow", 0] })).toEqual(["-    - environment: test"]);
    const after = edit(text, { do: "move", path: ["spec", "flow"], from: 1, to: 0 });
    expect(after).toContain("  flow:\n    # only at night\n    - environment: live\n      strategy:\n        soak: 10m   # long enough\n    - environment: test\n  procedures:");
  });
  it("of a name that people choose", () => {
    expect(made({ do: "rename", path: ["spec", "timeouts", "step"], to: "silent" })).toEqual(["-    step: 5m", "+    silent: 5m"]);
  });
  it("where nothing was yet", () => {
    expect(made({ do: "set", path: ["spec", "flow", 0, "environment"], value: "live" }, "kind: Model\nspec:\n")).toContain("+  flow:");
    expect(made({ do: "set", path: ["spec", "labels", "a.b/c"], value: "1" }, "spec: {}\n").join("\n")).toContain('a.b/c: "1"');
  });
});

describe("any change in any order", () => {
  it("says what it was to say, and keeps the notes", () => {
    let state = 7;
    const random = (n: number) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 400; round++) {
      let now = text;
      for (let step = 0; step < 4; step++) {
        const js = read(now).toJS() as Record<string, unknown>;
        const places: (string | number)[][] = [];
        const walk = (value: unknown, path: (string | number)[]) => {
          if (path.length > 0) places.push(path);
          if (Array.isArray(value)) value.forEach((one, i) => walk(one, [...path, i]));
          else if (typeof value === "object" && value !== null) Object.entries(value).forEach(([key, one]) => walk(one, [...path, key]));
        };
        walk(js["spec"], ["spec"]);
        const path = places[random(places.length)] ?? ["spec"];
        const values = ["x", "a: b", "- c", "#", "", 3, true, { name: "n", list: ["p", "q"] }, ["r"], "two\nlines", " blank "];
        const value = values[random(values.length)];
        const change: Edit = ([{ do: "set", path, value }, { do: "set", path: [...path.slice(0, -1), typeof path[path.length - 1] === "number" ? Number(path[path.length - 1]) : "fresh"], value }] as Edit[])[random(2)] ?? { do: "set", path, value };
        const or: Edit = random(3) === 0 && path.length > 1 ? { do: "remove", path } : change;
        const after = edit(now, or);
        expect(read(after).errors, after).toEqual([]);
        expect(read(after).toJS(), `${JSON.stringify(or)}\n${now}\n${after}`).toEqual(apply(js, or));
        now = after;
      }
      expect(now).toContain("# the shop's model");
    }
  });
});
