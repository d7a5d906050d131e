import { word } from "./edit";
import { parts, type Shape } from "../schema";

/** What a value is edited with. */
export type Look = "text" | "number" | "truth" | "choice" | "list" | "table" | "names" | "any";

/** A value that a document may have somewhere, as its schema says it. */
export interface Field {
  look: Look;
  description: string;
  /** The words that it may be; with `free`, others too. */
  words: string[];
  free: boolean;
  fallback: unknown;
  least: number | undefined;
  most: number | undefined;
  whole: boolean;
  /** What a text must look like: "a duration like "1m30s"". */
  form: string;
  /** Every shape that it must have, for what is within it. */
  shapes: Shape[];
}

/** A field of a table. */
export interface Named extends Field {
  name: string;
  needed: boolean;
}

/** What a value is, by all shapes that hold for it; `value` decides where the schema depends on it. */
export function fieldOf(shape: Shape | readonly Shape[], root: Shape, value: unknown): Field {
  const given: readonly Shape[] = Array.isArray(shape) ? (shape as readonly Shape[]) : [shape as Shape];
  const shapes = given.flatMap((one) => parts(one, root, value));
  const first = <T>(read: (one: Shape) => T | undefined): T | undefined => shapes.map(read).find((one) => one !== undefined);
  const types = shapes.flatMap((one) => (one.type === undefined ? [] : Array.isArray(one.type) ? one.type : [one.type]));
  const lists = shapes.filter((one) => one.enum !== undefined).map((one) => (one.enum ?? []).map(String));
  const words = lists.length === 0 ? [] : lists.reduce((some, list) => some.filter((word) => list.includes(word)));
  return {
    look: lookOf(types, words, shapes),
    description: first((one) => one.description) ?? "",
    words,
    free: given.some((one) => one.anyOf !== undefined) || shapes.some((one) => one.anyOf?.some((way) => way.enum === undefined) === true),
    fallback: first((one) => one.default),
    least: first((one) => one.minimum),
    most: first((one) => one.maximum),
    whole: types.includes("integer"),
    form: first((one) => one.patternDescription) ?? "",
    shapes,
  };
}

function lookOf(types: readonly string[], words: readonly string[], shapes: readonly Shape[]): Look {
  if (words.length > 0) {
    return "choice";
  }
  if (types.includes("array") || shapes.some((one) => one.items !== undefined)) {
    return "list";
  }
  if (shapes.some((one) => one.properties !== undefined && Object.keys(one.properties).length > 0)) {
    return "table";
  }
  if (shapes.some((one) => typeof one.additionalProperties === "object")) {
    return "names";
  }
  if (types.includes("string")) {
    return "text";
  }
  if (types.includes("integer") || types.includes("number")) {
    return "number";
  }
  return types.includes("boolean") ? "truth" : "any";
}

/** The fields of a table, in the order in which people read them. */
export function fieldsOf(field: Field, root: Shape, value: unknown): Named[] {
  const needed = new Set(field.shapes.flatMap((shape) => shape.required ?? []));
  const of = new Map<string, Shape[]>();
  for (const shape of field.shapes) {
    for (const [name, one] of Object.entries(shape.properties ?? {})) {
      of.set(name, [...(of.get(name) ?? []), one]);
    }
  }
  const order = field.shapes.find((shape) => shape["x-order"] !== undefined)?.["x-order"] ?? [];
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length + (needed.has(name) ? 0 : 1));
  return [...of.entries()]
    .map(([name, shapes]) => ({ name, needed: needed.has(name), ...fieldOf(shapes, root, inside(value, name)) }))
    .sort((a, b) => place(a.name) - place(b.name) || a.name.localeCompare(b.name));
}

/** What an entry of a list is. */
export function itemOf(field: Field, root: Shape, value: unknown): Field {
  return fieldOf(field.shapes.flatMap((shape) => (shape.items === undefined ? [] : [shape.items])), root, value);
}

/** What stands behind a name that people choose. */
export function behind(field: Field, root: Shape, value: unknown): Field {
  return fieldOf(field.shapes.flatMap((shape) => (typeof shape.additionalProperties === "object" ? [shape.additionalProperties] : [])), root, value);
}

function inside(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** What a new entry begins with: what is needed, as far as there is only one thing to write. */
export function begin(field: Field, root: Shape): unknown {
  switch (field.look) {
    case "table": {
      const made: Record<string, unknown> = {};
      for (const one of fieldsOf(field, root, undefined)) {
        if (one.needed) {
          made[one.name] = begin(one, root);
        }
      }
      return made;
    }
    case "names":
      return {};
    case "list":
      return [];
    case "truth":
      return false;
    case "number":
      return field.least ?? 0;
    case "choice":
      return field.free || field.words.length !== 1 ? "" : field.words[0];
    default:
      return "";
  }
}

/** Fields of which one is used, by the words of the language; none means that `none` holds. */
export const ways: readonly { fields: readonly string[]; none: string | undefined }[] = [
  { fields: ["waves", "rolling"], none: "allAtOnce" },
  { fields: ["question", "evidence", "check", "bound"], none: undefined },
];

/** The fields of a table of which one is used; undefined where there is no such choice. */
export function wayOf(fields: readonly Named[]): (typeof ways)[number] | undefined {
  return ways.find((way) => way.fields.every((name) => fields.some((field) => field.name === name)));
}

/** The path as the server writes it: spec.flow[0].strategy. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => (typeof key === "number" ? `${text}[${String(key)}]` : text === "" ? key : `${text}.${key}`), "");
}

/** The name of a field in words: "maxFailures" is "Max failures". */
export function wordOf(name: string, words: Readonly<Record<string, string>>): string {
  const known = words[name];
  if (known !== undefined) {
    return known;
  }
  const split = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return split.charAt(0).toUpperCase() + split.slice(1);
}

/** What an entry of a list is called where it is folded. */
export function titleOf(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return word(value);
  }
  const fields = value as Record<string, unknown>;
  const name = ["name", "environment", "suite", "kind", "component", "group", "event", "label"].map((key) => fields[key]).find((one) => typeof one === "string" && one !== "");
  const uses = fields["uses"];
  const said = typeof name === "string" ? name : Object.entries(fields).filter(([, one]) => typeof one !== "object" && one !== "").slice(0, 2).map(([key, one]) => `${key} ${word(one)}`).join(", ");
  return typeof uses === "string" && uses !== "" && typeof name === "string" ? `${said}, ${uses}` : said;
}
