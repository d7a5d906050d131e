import type { Sealed } from "./data";

/** The most entries that are written into one file. */
export const mostSaved = 100_000;

const columns: readonly (readonly [string, (e: Sealed) => unknown])[] = [
  ["index", (e) => e.index],
  ["when", (e) => e.entry.when],
  ["kind", (e) => e.entry.kind],
  ["subject", (e) => e.entry.subject],
  ["target", (e) => e.entry.target],
  ["who", (e) => e.entry.who.name],
  ["whoKind", (e) => e.entry.who.kind],
  ["why", (e) => e.entry.why],
  ["data", (e) => (e.entry.data === undefined ? undefined : JSON.stringify(e.entry.data))],
  ["hash", (e) => e.hash],
];

/** A cell of CSV (RFC 4180). What a spreadsheet would take for a formula is kept from being one. */
function cell(value: unknown): string {
  let said = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(said)) {
    said = `'${said}`;
  }
  return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
}

export const asCSV = (entries: readonly Sealed[]): string =>
  [columns.map(([name]) => name), ...entries.map((e) => columns.map(([, value]) => cell(value(e))))].map((row) => `${row.join(",")}\r\n`).join("");

export const asLines = (entries: readonly Sealed[]): string => entries.map((e) => `${JSON.stringify(e)}\n`).join("");

/** Saves a text or bytes as a file. */
export function save(name: string, content: BlobPart, type: string) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
