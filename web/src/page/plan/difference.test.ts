import { describe, expect, it } from "vitest";
import { changesOf, groupsOf, type Header, type PlanTarget, summary } from "./difference";

const header = (direction: string) => ({ direction, items: [{ component: "web", version: "2.0", digest: "sha256:1" }] }) as Header;
const target = (name: string, before: string, more: Partial<PlanTarget> = {}, uncertain = false) => ({ name, before: [{ version: before, uncertain }], ...more }) as PlanTarget;

describe("the difference of a plan", () => {
  it("is grouped where it is equal, the odd ones apart", () => {
    const groups = groupsOf(header("install"), [target("a", "1.0"), target("b", ""), target("c", "1.0"), target("d", "1.0", {}, true)]);
    expect(groups.map((g) => [g.kind, g.names])).toEqual([
      ["change", ["a", "c"]],
      ["uncertain", ["d"]],
      ["new", ["b"]],
    ]);
    expect(summary(groups)).toEqual({ touched: 4, changed: 3, fresh: 1, removed: 0 });
  });

  it("of a removal takes off what is there", () => {
    expect(changesOf(header("remove"), target("a", "1.0"))).toMatchObject([{ verb: "remove", before: "1.0", after: "" }]);
    expect(summary(groupsOf(header("remove"), [target("a", "1.0")])).removed).toBe(1);
  });

  it("of a rollback is what the record says was there", () => {
    expect(changesOf(header("restore"), target("a", "2.0", { goal: [{ version: "1.0" }] }))).toMatchObject([{ verb: "change", before: "2.0", after: "1.0" }]);
    expect(changesOf(header("restore"), target("a", "2.0", { goal: [{}] }))).toMatchObject([{ verb: "remove", after: "" }]);
    expect(changesOf(header("restore"), target("a", "1.0", { goal: [{ version: "1.0" }] }))).toMatchObject([{ verb: "stays" }]);
  });

  it("that cannot be undone is apart from the crowd, and first", () => {
    const lasting = { ...header("install"), irreversible: [{ component: "web", step: "migrate", what: "columns go", targets: 1, fresh: true }] } as Header;
    const groups = groupsOf(lasting, [target("a", "1.0"), target("b", ""), target("c", "1.0")]);
    expect(groups.map((g) => [g.kind, g.names, g.changes[0]?.lasting])).toEqual([
      ["irreversible", ["b"], ["migrate: columns go"]],
      ["change", ["a", "c"], []],
    ]);
    expect(summary(groups)).toEqual({ touched: 3, changed: 2, fresh: 1, removed: 0 });
  });
});
