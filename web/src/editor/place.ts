/** Where the cursor stands in a YAML text. */
export interface Place {
  /** The table or list around the cursor. */
  path: (string | number)[];
  /** A field's name is typed, or the value of the field `key`. */
  typing: "field" | "value";
  key?: string | undefined;
  /** Where in the line the word begins that is typed. */
  from: number;
}

const field = /^(\s*)((?:-\s+)*)("?)([A-Za-z0-9_./-]+)\3:(?:\s+(.*))?$/;

/**
 * Finds the place by how lines are indented, so that it works while the text
 * is not whole yet. Undefined within comments and texts over several lines.
 */
export function placeAt(lines: readonly string[], row: number, column: number): Place | undefined {
  const line = (lines[row] ?? "").slice(0, column);
  if (/(^|\s)#/.test(line)) {
    return undefined;
  }
  const dashes = /^(\s*)((?:-\s+)*)/.exec(line);
  const lead = dashes?.[0].length ?? 0;
  const rest = line.slice(lead);
  const colon = /^("?)([A-Za-z0-9_./-]+)\1:\s+/.exec(rest);
  const around = parents(lines, row, lead, dashes?.[1]?.length ?? 0, dashes?.[2] ?? "");
  if (colon !== null) {
    return { path: around, typing: "value", key: colon[2], from: lead + colon[0].length };
  }
  if (/[^A-Za-z0-9_./-]/.test(rest)) {
    return undefined;
  }
  return { path: around, typing: "field", from: lead };
}

/** The path of the table or list whose entries begin in a column. */
function parents(lines: readonly string[], row: number, column: number, indent: number, dashes: string): (string | number)[] {
  const path: (string | number)[] = [];
  let level = column;
  if (dashes !== "") {
    // The line itself begins entries of lists: the outermost is counted by the lines above.
    const each = [...dashes.matchAll(/-\s+/g)];
    for (let i = each.length - 1; i > 0; i--) {
      path.unshift(0);
    }
    path.unshift(entryNumber(lines, row, indent));
    level = indent;
    return [...up(lines, row, level, true), ...path];
  }
  return up(lines, row, level, false);
}

/** Which entry of its list the line is that begins with a dash in a column. */
function entryNumber(lines: readonly string[], row: number, indent: number): number {
  let n = 0;
  for (let i = row - 1; i >= 0; i--) {
    const line = lines[i] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) {
      continue;
    }
    const at = line.search(/\S/);
    if (at < indent || (at === indent && line[at] !== "-")) {
      break;
    }
    if (at === indent) {
      n++;
    }
  }
  return n;
}

/** Walks up the lines to the root. `list`: what is looked for holds a list, which may begin in the same column. */
function up(lines: readonly string[], row: number, column: number, list: boolean): (string | number)[] {
  let level = column;
  let ofList = list;
  const path: (string | number)[] = [];
  for (let i = row - 1; i >= 0 && (level > 0 || ofList); i--) {
    const line = lines[i] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) {
      continue;
    }
    if (line.startsWith("---")) {
      break;
    }
    const indent = line.search(/\S/);
    const found = field.exec(line);
    const dashes = found?.[2] ?? /^\s*((?:-\s+)*)/.exec(line)?.[1] ?? "";
    const at = indent + dashes.length;
    if (found !== null && (at < level || (ofList && at <= level && dashes === "")) && (found[5] ?? "") === "") {
      path.unshift(found[4] ?? "");
      level = at;
      ofList = false;
      if (dashes !== "") {
        path.unshift(entryNumber(lines, i, indent));
        level = indent;
        ofList = true;
      }
      continue;
    }
    if (dashes !== "" && at === level && !ofList) {
      // The first field of an entry stands behind its dash.
      path.unshift(entryNumber(lines, i, indent));
      level = indent;
      ofList = true;
    }
  }
  return path;
}
