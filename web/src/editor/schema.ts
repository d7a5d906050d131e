/** A JSON Schema, as far as the language of documents uses it. */
export interface Shape {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  /** What the pattern means, in words. */
  patternDescription?: string;
  minItems?: number;
  maxItems?: number;
  /** The order in which people read the fields. */
  "x-order"?: string[];
  const?: unknown;
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  additionalProperties?: boolean | Shape;
  allOf?: Shape[];
  anyOf?: Shape[];
  oneOf?: Shape[];
  if?: Shape;
  then?: Shape;
  definitions?: Record<string, Shape>;
}

type Key = string | number;

/** Every shape that a value must have: what it refers to, and what follows from what it says. */
export function parts(shape: Shape, root: Shape, value: unknown, depth = 0): Shape[] {
  if (depth > 12) {
    return [];
  }
  const found = [shape];
  const add = (more: Shape | undefined) => {
    if (more !== undefined) {
      found.push(...parts(more, root, value, depth + 1));
    }
  };
  if (shape.$ref !== undefined) {
    add(root.definitions?.[shape.$ref.replace("#/definitions/", "")]);
  }
  for (const one of [...(shape.allOf ?? []), ...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]) {
    add(one);
  }
  if (shape.if !== undefined && holds(shape.if, value)) {
    add(shape.then);
  }
  return found;
}

/** Whether a condition of the language holds: fields that are required, with constant values. */
function holds(condition: Shape, value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const fields = value as Record<string, unknown>;
  return (
    (condition.required ?? []).every((name) => name in fields) &&
    Object.entries(condition.properties ?? {}).every(([name, shape]) => shape.const === undefined || fields[name] === shape.const)
  );
}

/** The shapes of what stands at a path of a document. */
export function shapesAt(root: Shape, document: unknown, path: readonly Key[]): Shape[] {
  let shapes = parts(root, root, document);
  let value: unknown = document;
  for (const key of path) {
    const next: Shape[] = [];
    value = typeof value === "object" && value !== null ? (value as Record<Key, unknown>)[key] : undefined;
    for (const shape of shapes) {
      const child = typeof key === "number" ? shape.items : (shape.properties?.[key] ?? (typeof shape.additionalProperties === "object" ? shape.additionalProperties : undefined));
      if (child !== undefined) {
        next.push(...parts(child, root, value));
      }
    }
    shapes = next;
  }
  return shapes;
}

export interface Offer {
  word: string;
  detail: string;
  info: string;
}

/** The fields that may stand in the table at a path, the needed ones first. */
export function fieldsAt(root: Shape, document: unknown, path: readonly Key[]): Offer[] {
  const shapes = shapesAt(root, document, path);
  const needed = new Set(shapes.flatMap((shape) => shape.required ?? []));
  const found = new Map<string, Offer>();
  for (const shape of shapes) {
    for (const [word, field] of Object.entries(shape.properties ?? {})) {
      const before = found.get(word);
      const all = parts(field, root, undefined);
      found.set(word, {
        word,
        detail: needed.has(word) ? "needed" : (before?.detail ?? typeOf(all)),
        info: all.map((one) => one.description).find((text) => text !== undefined) ?? before?.info ?? "",
      });
    }
  }
  return [...found.values()].sort((a, b) => Number(needed.has(b.word)) - Number(needed.has(a.word)) || a.word.localeCompare(b.word));
}

function typeOf(shapes: readonly Shape[]): string {
  const type = shapes.map((shape) => shape.type).find((one) => one !== undefined);
  return Array.isArray(type) ? type.join(", ") : (type ?? "");
}

/** The values that the field at a path may have, where they are known. */
export function valuesAt(root: Shape, document: unknown, path: readonly Key[]): Offer[] {
  const shapes = shapesAt(root, document, path);
  const lists = shapes.filter((shape) => shape.enum !== undefined).map((shape) => (shape.enum ?? []).map(String));
  if (lists.length === 0) {
    const truth = shapes.some((shape) => shape.type === "boolean");
    return truth ? ["true", "false"].map((word) => ({ word, detail: "", info: "" })) : [];
  }
  // What all of them allow.
  const words = lists.reduce((some, list) => some.filter((word) => list.includes(word)));
  return words.map((word) => ({ word, detail: "", info: "" }));
}

/** Whether what stands at a path is a list or a table, to begin it on the next line. */
export function opensAt(root: Shape, document: unknown, path: readonly Key[]): "list" | "table" | undefined {
  const types = shapesAt(root, document, path).map((shape) => shape.type);
  const is = (type: string) => types.some((one) => one === type || (Array.isArray(one) && one.includes(type)));
  return is("array") ? "list" : is("object") ? "table" : undefined;
}
