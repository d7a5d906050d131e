import { text } from "@/text";

const t = text.part.pathway;

/** A thing on the way of a conflict, and how the one before it leads there. */
export interface Node {
  verb: string;
  /** What it is: "service", "target", "deployment". */
  kind: string;
  name: string;
}

const shapes: readonly [RegExp, (match: readonly string[], before: string) => Node[]][] = [
  [/^(\S+) and (\S+) are redundant$/, ([, a = "", b = ""]) => [one(t.target, "target", a), one(t.redundant, "target", b)]],
  [/^(\S+) in environment (\S+)$/, ([, a = "", b = ""]) => [one(t.target, "target", a), one(t.belongs, "environment", b)]],
  [/^needed by service (.+)$/, ([, name = ""]) => [one(t.neededBy, "service", name)]],
  [/^parent (.+)$/, ([, name = ""]) => [one(t.parent, "target", name)]],
  [/^child (.+)$/, ([, name = ""]) => [one(t.child, "target", name)]],
  [/^environment (.+)$/, ([, name = ""]) => [one(t.environment, "environment", name)]],
  [/^service (.+)$/, ([, name = ""]) => [one(t.service, "service", name)]],
  [/^component (.+)$/, ([, name = ""], before) => [one(before === "" || before === "release" ? t.component : t.carries, "component", name)]],
  [/^(person|tool) (.+)$/, ([, kind = "", name = ""]) => [one(t.needs, kind, name)]],
  [/^freeze (.+)$/, ([, name = ""]) => [one(t.freeze, "freeze", name)]],
  [/^window (.+)$/, ([, name = ""]) => [one(t.window, "window", name)]],
  [/^booking (.+)$/, ([, name = ""]) => [one(t.booking, "booking", name)]],
  [/^deployment (.+)$/, ([, name = ""], before) => [one(before === "person" || before === "tool" ? t.usedBy : t.changedBy, "deployment", name)]],
];

const one = (verb: string, kind: string, name: string): Node => ({ verb, kind, name });

/**
 * The way by which a conflict comes about, as the server tells it ("web-3 -> parent
 * rack-7 -> freeze power-works"), as things and verbs; it begins with what is deployed.
 */
export function pathway(path: string, release: string | undefined): Node[] {
  const nodes: Node[] = release === undefined ? [] : [one("", "release", release)];
  for (const step of path.split(/\s*->\s*/).filter((word) => word !== "")) {
    const before = nodes.at(-1)?.kind ?? "";
    const found = shapes.find(([shape]) => shape.test(step));
    nodes.push(...(found === undefined ? [one(t.target, "target", step)] : found[1](found[0].exec(step) ?? [], before)));
  }
  const [first] = nodes;
  return first === undefined ? [] : [{ ...first, verb: "" }, ...nodes.slice(1)];
}
