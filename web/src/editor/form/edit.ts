import { Document, isCollection, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, Scalar, type YAMLMap, type YAMLSeq } from "yaml";

export type Key = string | number;
export type Path = readonly Key[];

/** What is changed in a document. */
export type Edit =
  | { do: "set"; path: Path; value: unknown; order?: readonly string[] }
  | { do: "remove"; path: Path }
  | { do: "insert"; path: Path; at: number; value: unknown }
  | { do: "move"; path: Path; from: number; to: number }
  | { do: "rename"; path: Path; to: string };

/**
 * Makes one change in a YAML text and leaves all other lines as they are, with
 * their comments and order. What the change would make of the document is worked
 * out beside it: where a change of the text came to anything else, the whole is
 * written anew from the document, with its comments.
 */
export function edit(text: string, change: Edit): string {
  const before = read(text);
  const wanted = apply(before.toJS() as unknown, change);
  const small = attempt(() => patch(text, before, change));
  if (small !== undefined) {
    const after = read(small);
    if (after.errors.length === 0 && same(after.toJS(), wanted)) {
      return small;
    }
  }
  return rewrite(before, change, wanted);
}

/** A document as the form reads it. */
export function read(text: string): Document.Parsed {
  return parseDocument(text, { logLevel: "silent", keepSourceTokens: false });
}

/** What stands at a path; undefined where nothing does. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, key) => (typeof found === "object" && found !== null ? (found as Record<Key, unknown>)[key] : undefined), value);
}

/** A value as a word: of tables and lists as JSON. */
export function word(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return value === undefined || value === null ? "" : JSON.stringify(value);
  }
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, sorted(one)]),
    );
  }
  return value;
}

function attempt<T>(work: () => T | undefined): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The change in the plain value. */
export function apply(value: unknown, change: Edit): unknown {
  const root = structuredClone(value) as Record<Key, unknown>;
  const holder = (path: Path) => {
    let found: Record<Key, unknown> = root;
    path.forEach((key, i) => {
      const next = found[key];
      if (typeof next !== "object" || next === null) {
        found[key] = typeof path[i + 1] === "number" ? [] : {};
      }
      found = found[key] as Record<Key, unknown>;
    });
    return found;
  };
  const last = change.path[change.path.length - 1] ?? "";
  const around = change.path.slice(0, -1);
  switch (change.do) {
    case "set":
      holder(around)[last] = structuredClone(change.value);
      break;
    case "remove": {
      const from = holder(around);
      if (Array.isArray(from)) {
        from.splice(Number(last), 1);
      } else {
        Reflect.deleteProperty(from, last);
      }
      break;
    }
    case "rename": {
      const from = holder(around);
      const entries = Object.entries(from).map(([key, one]) => [key === last ? change.to : key, one] as const);
      Object.keys(from).forEach((key) => Reflect.deleteProperty(from, key));
      Object.assign(from, Object.fromEntries(entries));
      break;
    }
    case "insert": {
      const into = holder(around);
      const list: unknown[] = Array.isArray(into[last]) ? (into[last] as unknown[]) : [];
      list.splice(change.at, 0, structuredClone(change.value));
      into[last] = list;
      break;
    }
    case "move": {
      const list = at(root, change.path) as unknown[] | undefined;
      if (Array.isArray(list)) {
        list.splice(change.to, 0, ...list.splice(change.from, 1));
      }
      break;
    }
  }
  return root;
}

/** The whole document written anew, where a small change was not possible. */
function rewrite(document: Document.Parsed, change: Edit, wanted: unknown): string {
  switch (change.do) {
    case "remove":
      document.deleteIn(change.path);
      break;
    case "rename": {
      const map = document.getIn(change.path.slice(0, -1));
      const pair = isMap(map) ? map.items.find((one) => keyOf(one) === change.path[change.path.length - 1]) : undefined;
      if (pair !== undefined) {
        pair.key = document.createNode(change.to);
      }
      break;
    }
    case "move": {
      const list = document.getIn(change.path);
      if (isSeq(list)) {
        list.items.splice(change.to, 0, ...list.items.splice(change.from, 1));
      }
      break;
    }
    case "insert": {
      const list = document.getIn(change.path);
      if (isSeq(list)) {
        list.items.splice(change.at, 0, document.createNode(change.value));
      } else {
        document.setIn(change.path, document.createNode([change.value]));
      }
      break;
    }
    case "set":
      document.setIn(change.path, document.createNode(change.value));
  }
  const text = document.toString({ lineWidth: 0 });
  return same(read(text).toJS(), wanted) ? text : new Document(wanted).toString({ lineWidth: 0 });
}

type Found = { node: Node | null; pair?: Pair | undefined; holder?: YAMLMap | YAMLSeq | undefined; flow: Node | undefined };

/** The node at a path, with the outermost flow collection ({...} or [...]) that it stands in. */
function find(document: Document.Parsed, path: Path): Found | undefined {
  let found: Found = { node: document.contents, flow: undefined };
  for (const key of path) {
    const around = found.node;
    const flow = found.flow ?? (isCollection(around) && around.flow === true ? around : undefined);
    if (isMap(around) && typeof key === "string") {
      const pair = around.items.find((one) => keyOf(one) === key);
      if (pair === undefined) {
        return undefined;
      }
      found = { node: pair.value as Node | null, pair, holder: around, flow };
    } else if (isSeq(around) && typeof key === "number") {
      if (key >= around.items.length) {
        return undefined;
      }
      found = { node: around.items[key] as Node | null, holder: around, flow };
    } else {
      return undefined;
    }
  }
  return found;
}

const keyOf = (pair: Pair): unknown => (isScalar(pair.key) ? pair.key.value : pair.key);

/** The change as a change of few lines; undefined where it is not possible so. */
function patch(text: string, document: Document.Parsed, change: Edit): string | undefined {
  const last = change.path[change.path.length - 1] ?? "";
  const around = change.path.slice(0, -1);
  switch (change.do) {
    case "set":
      return setIn(text, document, change.path, change.value, change.order);
    case "insert":
      return insert(text, document, change.path, change.at, change.value);
    case "remove":
    case "rename":
    case "move": {
      const of = find(document, change.do === "move" ? change.path : around);
      const holder = of?.node;
      const flow = of?.flow ?? (isCollection(holder) && holder.flow === true ? holder : undefined);
      if (flow !== undefined) {
        return inFlow(text, flow, () => {
          if (change.do === "rename") {
            renamed(document, holder, last, change.to);
          } else if (change.do === "move") {
            if (isSeq(holder)) {
              holder.items.splice(change.to, 0, ...holder.items.splice(change.from, 1));
            }
          } else {
            document.deleteIn(change.path);
          }
        });
      }
      if (change.do === "rename") {
        const key = isMap(holder) ? holder.items.find((one) => keyOf(one) === last)?.key : undefined;
        const range = isScalar(key) ? key.range : undefined;
        return range === undefined || range === null ? undefined : text.slice(0, range[0]) + (line(change.to) ?? change.to) + text.slice(range[1]);
      }
      if (change.do === "move") {
        return isSeq(holder) ? moveItem(text, holder, change.from, change.to) : undefined;
      }
      return isSeq(holder) ? removeItem(text, holder, Number(last)) : isMap(holder) ? removePair(text, holder, last) : undefined;
    }
  }
}

function renamed(document: Document.Parsed, holder: unknown, from: Key, to: string) {
  const pair = isMap(holder) ? holder.items.find((one) => keyOf(one) === from) : undefined;
  if (pair !== undefined) {
    pair.key = document.createNode(to);
  }
}

/** A change within a flow collection: that is written anew on its line. */
function inFlow(text: string, flow: Node, work: () => void): string | undefined {
  const range = flow.range;
  if (range === undefined || range === null) {
    return undefined;
  }
  work();
  const padded = /^[{[] /.test(text.slice(range[0], range[1]));
  const alone = new Document();
  alone.contents = flow;
  const written = alone.toString({ lineWidth: 0, flowCollectionPadding: padded }).trimEnd();
  return written.includes("\n") ? undefined : text.slice(0, range[0]) + written + text.slice(range[1]);
}

function setIn(text: string, document: Document.Parsed, path: Path, value: unknown, order: readonly string[] | undefined): string | undefined {
  const found = find(document, path);
  const last = path[path.length - 1];
  if (last === undefined) {
    return undefined;
  }
  if (found?.flow !== undefined) {
    return inFlow(text, found.flow, () => document.setIn(path, document.createNode(value)));
  }
  if (found !== undefined) {
    return replace(text, found, last, value);
  }
  // Nothing stands there yet: it is put into the nearest thing that does.
  const around = path.slice(0, -1);
  const holder = find(document, around);
  if (holder === undefined || !isCollection(holder.node) || holder.node.items.length === 0) {
    return setIn(text, document, around, typeof last === "number" ? [value] : { [last]: value }, undefined);
  }
  const flow = holder.flow ?? (holder.node.flow === true ? holder.node : undefined);
  if (flow !== undefined) {
    return inFlow(text, flow, () => document.setIn(path, document.createNode(value)));
  }
  if (isSeq(holder.node)) {
    return typeof last === "number" ? insertItem(text, holder.node, holder.node.items.length, value) : undefined;
  }
  return isMap(holder.node) && typeof last === "string" ? insertPair(text, holder.node, last, value, order) : undefined;
}

/** Another value in the place of one: of a word only the word, else the lines of the field. */
function replace(text: string, found: Found, last: Key, value: unknown): string | undefined {
  const range = found.node?.range;
  if (isScalar(found.node) && range !== undefined && range !== null && range[0] < range[1] && !text.slice(range[0], range[1]).includes("\n")) {
    const written = line(value, found.node.type);
    if (written !== undefined) {
      return text.slice(0, range[0]) + written + text.slice(range[1]);
    }
  }
  if (found.pair !== undefined && isScalar(found.pair.key) && found.pair.key.range !== undefined && found.pair.key.range !== null) {
    const begin = found.pair.key.range[0];
    const end = extent(text, begin, isSeq(found.pair.value));
    return text.slice(0, begin) + block({ [last]: value }, column(text, begin)) + text.slice(end);
  }
  if (isSeq(found.holder) && typeof last === "number") {
    const begin = dash(text, found.holder, last);
    return begin === undefined ? undefined : text.slice(0, begin) + block([value], column(text, begin)) + text.slice(extent(text, begin, false));
  }
  return undefined;
}

function insert(text: string, document: Document.Parsed, path: Path, index: number, value: unknown): string | undefined {
  const found = find(document, path);
  if (found === undefined || !isSeq(found.node) || found.node.items.length === 0) {
    return setIn(text, document, path, [value], undefined);
  }
  const list = found.node;
  const flow = found.flow ?? (list.flow === true ? list : undefined);
  if (flow !== undefined) {
    return inFlow(text, flow, () => list.items.splice(index, 0, document.createNode(value)));
  }
  return insertItem(text, list, index, value);
}

function insertItem(text: string, list: YAMLSeq, index: number, value: unknown): string | undefined {
  const near = dash(text, list, Math.min(index, list.items.length - 1));
  if (near === undefined) {
    return undefined;
  }
  const indent = column(text, near);
  const written = " ".repeat(indent) + block([value], indent);
  const place = index < list.items.length ? lineStart(text, near) : extent(text, near, false);
  return text.slice(0, place) + newline(text, place) + written + text.slice(place);
}

/** A field behind the last one that comes before it in the order of the language, else at the end. */
function insertPair(text: string, map: YAMLMap, key: string, value: unknown, order: readonly string[] | undefined): string | undefined {
  const rank = order?.indexOf(key) ?? -1;
  const before = rank < 0 ? [] : map.items.filter((pair) => { const place = order?.indexOf(String(keyOf(pair))) ?? -1; return place >= 0 && place < rank; });
  const near = before.length > 0 ? before[before.length - 1] : map.items[map.items.length - 1];
  const range = isScalar(near?.key) ? near.key.range : undefined;
  if (near === undefined || range === undefined || range === null) {
    return undefined;
  }
  const indent = column(text, range[0]);
  const place = extent(text, range[0], isSeq(near.value));
  return text.slice(0, place) + newline(text, place) + " ".repeat(indent) + block({ [key]: value }, indent) + text.slice(place);
}

function removePair(text: string, map: YAMLMap, key: Key): string | undefined {
  const i = map.items.findIndex((pair) => keyOf(pair) === key);
  const pair = map.items[i];
  const range = isScalar(pair?.key) ? pair.key.range : undefined;
  if (pair === undefined || range === undefined || range === null || map.items.length === 1) {
    return undefined;
  }
  const first = lineStart(text, range[0]);
  const end = extent(text, range[0], isSeq(pair.value));
  if (text.slice(first, range[0]).trim() === "") {
    return text.slice(0, first) + text.slice(end);
  }
  // The first field of an entry stands behind its dash: the next one takes its place.
  const next = map.items[i + 1]?.key;
  const to = isScalar(next) ? next.range : undefined;
  return to === undefined || to === null ? undefined : text.slice(0, range[0]) + text.slice(to[0]);
}

function removeItem(text: string, list: YAMLSeq, index: number): string | undefined {
  const begin = dash(text, list, index);
  if (begin === undefined || list.items.length === 1) {
    return undefined;
  }
  const first = lineStart(text, begin);
  return text.slice(first, begin).trim() === "" ? text.slice(0, first) + text.slice(extent(text, begin, false)) : undefined;
}

/** Entries change places with the comments above them. */
function moveItem(text: string, list: YAMLSeq, from: number, to: number): string | undefined {
  const dashes = list.items.map((_, i) => dash(text, list, i));
  const last = dashes[dashes.length - 1];
  if (last === undefined || dashes.some((one) => one === undefined || text.slice(lineStart(text, one), one).trim() !== "")) {
    return undefined;
  }
  const begins = dashes.map((one, i) => (i === 0 ? lineStart(text, one ?? 0) : above(text, lineStart(text, one ?? 0))));
  const end = extent(text, last, false);
  const pieces = begins.map((begin, i) => ended(text.slice(begin, begins[i + 1] ?? end)));
  pieces.splice(to, 0, ...pieces.splice(from, 1));
  return text.slice(0, begins[0]) + pieces.join("") + text.slice(end);
}

const ended = (piece: string) => (piece.endsWith("\n") ? piece : `${piece}\n`);

/** The beginning of the comment lines right above a line. */
function above(text: string, begin: number): number {
  for (;;) {
    const before = lineStart(text, Math.max(begin - 1, 0));
    if (begin === 0 || before === begin || !text.slice(before, begin).trim().startsWith("#")) {
      return begin;
    }
    begin = before;
  }
}

/** Where the dash of an entry is; undefined where it is not on the line of its value. */
function dash(text: string, list: YAMLSeq, index: number): number | undefined {
  const range = (list.items[index] as Node | null | undefined)?.range;
  if (range === undefined || range === null) {
    return undefined;
  }
  const behind = /-[ \t]*$/.exec(text.slice(lineStart(text, range[0]), range[0]));
  return behind === null ? undefined : lineStart(text, range[0]) + behind.index;
}

const lineStart = (text: string, offset: number) => text.lastIndexOf("\n", offset - 1) + 1;
const column = (text: string, offset: number) => offset - lineStart(text, offset);
const newline = (text: string, place: number) => (place > 0 && text[place - 1] !== "\n" ? "\n" : "");

/** The end of what begins at an offset: the lines below that stand further in; of a field with a list, its dashes too. */
function extent(text: string, begin: number, list: boolean): number {
  const indent = column(text, begin);
  let end = next(text, begin);
  for (let look = end; look < text.length; look = next(text, look)) {
    const one = text.slice(look, next(text, look));
    if (one.trim() === "") {
      continue;
    }
    const depth = one.search(/\S/);
    if (depth > indent || (list && depth === indent && /^\s*-(\s|$)/.test(one))) {
      end = next(text, look);
    } else {
      break;
    }
  }
  return end;
}

function next(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

/** A value as block lines, the first one without its indent. */
function block(value: unknown, indent: number): string {
  const document = new Document(value);
  return document
    .toString({ lineWidth: 0 })
    .split("\n")
    .map((one, i) => (i === 0 || one === "" ? one : " ".repeat(indent) + one))
    .join("\n");
}

/** A plain value as it stands behind a colon, quoted as the one before it where that can be. */
function line(value: unknown, as?: Scalar.Type | null): string | undefined {
  if (typeof value === "object" && value !== null) {
    return undefined;
  }
  const scalar = new Scalar(value);
  if (typeof value === "string" && (as === Scalar.QUOTE_DOUBLE || as === Scalar.QUOTE_SINGLE)) {
    scalar.type = as;
  }
  const document = new Document();
  document.contents = scalar;
  const written = document.toString({ lineWidth: 0 }).trimEnd();
  return written.includes("\n") ? undefined : written;
}
