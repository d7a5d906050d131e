import { text } from "@/text";
import { state } from "./statement";

/*
 * Verifies a bundle here, in the browser: the same checks as `tranship verify`,
 * with nothing but the bytes of the bundle and the keys that are trusted. Every
 * hash is computed again, every proof followed, every signature checked.
 */
export type Check = "format" | "checkpoint" | "inclusion" | "chain" | "statement";

export interface Finding {
  check: Check;
  /** "line 3, entry 41", "checkpoint". */
  where: string;
  message: string;
}

export interface Report {
  subject: string;
  scope: string;
  entries: number;
  size: number;
  root: string;
  /** Identifiers of the keys that signed. */
  signedBy: string[];
  findings: Finding[];
}

export interface Head {
  size: number;
  root: string;
}

export interface Entry {
  kind: string;
  subject: string;
  target?: string;
  who: { kind: string; name: string };
  when: string;
  why?: string;
  data?: Record<string, unknown>;
}

export interface Leaf {
  scope: string;
  index: number;
  number: number;
  previous?: string;
  entry: Entry;
}

interface Envelope {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

interface Cover {
  format: string;
  scope: string;
  subject: string;
  entries: number;
  checkpoint: string;
  keys: string[];
  statement: Envelope;
}

const w = text.records.finding;
const bundleFormat = "tranship.dev/record-bundle/v1";
const payloadType = "application/vnd.in-toto+json";
const encoder = new TextEncoder();

export const originOf = (scope: string): string => `tranship.dev/record/${scope}`;

export function toBytes(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const raw = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return toBase64(raw) === base64 ? raw : undefined;
  } catch {
    return undefined;
  }
}

export const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

function joined(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const leafHash = (leaf: Uint8Array) => sha256(joined([0], leaf));
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(joined([1], left, right));

/** The root that an inclusion proof gives for a leaf (RFC 6962); undefined where it is of the wrong length. */
async function rootOf(proof: Uint8Array[], size: number, index: number, leaf: Uint8Array): Promise<Uint8Array | undefined> {
  // From the leaf up: which sides the proof's hashes stand on, from the top down.
  const sides: ("left" | "right")[] = [];
  let [low, high] = [0, size];
  while (low + 1 < high) {
    let half = 1;
    while (half * 2 < high - low) {
      half *= 2;
    }
    if (index < low + half) {
      high = low + half;
      sides.push("right");
    } else {
      low += half;
      sides.push("left");
    }
  }
  if (sides.length !== proof.length) {
    return undefined;
  }
  let hash = leaf;
  for (const [i, side] of sides.reverse().entries()) {
    const other = proof[i] ?? leaf;
    hash = side === "right" ? await nodeHash(hash, other) : await nodeHash(other, hash);
  }
  return hash;
}

/** RFC 8785: the one way to write a value. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const object = value as Record<string, unknown>;
    return `{${Object.keys(object)
      .filter((key) => object[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`)
      .join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Reads a line that must be canonical JSON with exactly these parts. */
function read(line: string, parts: readonly string[]): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === "object" && value !== null && canonical(value) === line && Object.keys(value).every((key) => parts.includes(key)) && parts.every((key) => key in value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const only = (value: object, ...keys: string[]) => Object.keys(value).every((key) => keys.includes(key));

function isLeaf(value: unknown): value is Leaf {
  const leaf = value as Leaf | null;
  return (
    typeof leaf === "object" && leaf !== null && only(leaf, "scope", "index", "number", "previous", "entry") &&
    typeof leaf.scope === "string" && Number.isSafeInteger(leaf.index) && Number.isSafeInteger(leaf.number) &&
    typeof leaf.entry === "object" && only(leaf.entry, "kind", "subject", "target", "who", "when", "why", "data") &&
    typeof leaf.entry.kind === "string" && typeof leaf.entry.subject === "string" && typeof leaf.entry.when === "string" &&
    typeof leaf.entry.who === "object" && only(leaf.entry.who, "kind", "name")
  );
}

async function signedBy(key: string, signed: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const raw = toBytes(key);
  if (raw?.length !== 32) {
    return false;
  }
  const imported = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, signed);
}

/** The identifier of a key: the first digits of the digest of its bytes. */
export async function keyID(key: string): Promise<string> {
  const raw = toBytes(key);
  return raw === undefined ? "?" : toHex(await sha256(raw)).slice(0, 16);
}

/** Whether this browser can check signatures. */
export async function able(): Promise<boolean> {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

interface Opened {
  head?: Head;
  by?: string;
  problem?: string;
}

/** Reads a checkpoint, a C2SP signed note with one signature of a trusted key. */
async function openCheckpoint(note: string, scope: string, trusted: readonly string[]): Promise<Opened> {
  const found = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/=]{44})\n\n— ([^ \n]+) ([A-Za-z0-9+/=]+)\n$/.exec(note);
  const [, origin = "", size = "", root = "", name = "", sig = ""] = found ?? [];
  const head = { size: Number(size), root };
  if (found === null || toBytes(root) === undefined || origin !== originOf(scope) || !Number.isSafeInteger(head.size)) {
    return { problem: w.checkpointForm };
  }
  const raw = toBytes(sig);
  if (raw?.length !== 68 || name !== origin) {
    return { head, problem: w.checkpointForm };
  }
  const body = encoder.encode(`${origin}\n${size}\n${root}\n`);
  for (const key of trusted) {
    const bytes = toBytes(key) ?? new Uint8Array(0);
    const hint = await sha256(joined(encoder.encode(`${name}\n`), [1], bytes));
    if (toHex(hint.slice(0, 4)) === toHex(raw.slice(0, 4))) {
      return (await signedBy(key, body, raw.slice(4))) ? { head, by: key } : { head, problem: w.checkpointSignature };
    }
  }
  return { head, problem: w.checkpointKey };
}

interface OpenedStatement {
  payload?: Uint8Array<ArrayBuffer>;
  by?: string;
  problem?: string;
}

/** Opens the statement's envelope (DSSE). */
async function openStatement(envelope: Envelope, trusted: readonly string[]): Promise<OpenedStatement> {
  const payload = toBytes(envelope.payload);
  const [signature] = envelope.signatures;
  if (payload === undefined || signature === undefined || envelope.signatures.length !== 1 || envelope.payloadType !== payloadType) {
    return { ...(payload === undefined ? {} : { payload }), problem: w.statementForm };
  }
  const sig = toBytes(signature.sig);
  const signed = joined(encoder.encode(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload);
  for (const key of trusted) {
    if (sig?.length === 64 && signature.keyid === (await keyID(key)) && (await signedBy(key, signed, sig))) {
      return { payload, by: key };
    }
  }
  return { payload, problem: w.statementSignature };
}

/** Checks a bundle, and says every thing that is wrong. Any bytes are safe. */
export async function verify(bundle: Uint8Array<ArrayBuffer>, trusted: readonly string[]): Promise<Report> {
  const report: Report = { subject: "", scope: "", entries: 0, size: 0, root: "", signedBy: [], findings: [] };
  const find = (check: Check, where: string, message: string) => {
    if (report.findings.length < 100) {
      report.findings.push({ check, where, message });
    }
  };
  let whole: string;
  try {
    whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bundle);
  } catch {
    find("format", w.line(1), w.notBundle);
    return report;
  }
  const lines = whole.split("\n");
  const rest = lines.pop();
  const cover = coverOf(lines[0] ?? "");
  if (cover === undefined) {
    find("format", w.line(1), w.notBundle);
    return report;
  }
  if (rest !== "") {
    find("format", w.line(lines.length + 1), w.notLine);
  }
  report.subject = cover.subject;
  report.scope = cover.scope;
  if (!cover.subject.startsWith("deployment/")) {
    find("format", w.line(1), w.notDeployment);
  }
  const checkpoint = await openCheckpoint(cover.checkpoint, cover.scope, trusted);
  if (checkpoint.problem !== undefined) {
    find("checkpoint", w.checkpoint, checkpoint.problem);
  }
  report.size = checkpoint.head?.size ?? 0;
  report.root = checkpoint.head?.root ?? "";
  const leaves = await entries(lines.slice(1), cover, checkpoint.head, report, find);
  if (cover.entries !== report.entries) {
    find("chain", w.line(1), w.count(cover.entries, report.entries));
  }
  const statement = await openStatement(cover.statement, trusted);
  if (statement.problem !== undefined) {
    find("statement", w.statement, statement.problem);
  }
  if (statement.payload !== undefined && checkpoint.head !== undefined && leaves.length === report.entries && leaves.length > 0) {
    const expected = canonical(await state(leaves, checkpoint.head));
    if (toHex(encoder.encode(expected)) !== toHex(statement.payload)) {
      find("statement", w.statement, w.statementDiffers);
    }
  }
  const by = [...new Set([checkpoint.by, statement.by].filter((key) => key !== undefined))].sort();
  report.signedBy = await Promise.all(by.map(keyID));
  if (report.findings.length === 0 && canonical(by) !== canonical(cover.keys)) {
    find("format", w.line(1), w.keys);
  }
  if (report.entries === 0) {
    find("chain", w.line(1), w.empty);
  }
  return report;
}

function coverOf(line: string): Cover | undefined {
  const cover = read(line, ["checkpoint", "entries", "format", "keys", "scope", "statement", "subject"]) as unknown as Cover | undefined;
  const sound =
    cover?.format === bundleFormat && typeof cover.checkpoint === "string" && typeof cover.scope === "string" && typeof cover.subject === "string" && Number.isSafeInteger(cover.entries) &&
    Array.isArray(cover.keys) && typeof cover.statement === "object" && only(cover.statement, "payload", "payloadType", "signatures") &&
    typeof cover.statement.payload === "string" && Array.isArray(cover.statement.signatures) &&
    cover.statement.signatures.every((s) => typeof s === "object" && only(s, "keyid", "sig") && typeof s.sig === "string");
  return sound ? cover : undefined;
}

/** An entry as the server proves it. */
export interface ProvenEntry {
  index: number;
  hash: string;
  leaf: string;
  proof: readonly string[];
  checkpoint: string;
  entry: { kind: string; subject: string };
}

/** Whether an entry is in the log that a trusted key signed: nothing when it is, what is wrong otherwise. */
export async function verifyEntry(e: ProvenEntry, trusted: readonly string[]): Promise<{ wrong?: string; size: number; by: string }> {
  let leaf: unknown;
  try {
    leaf = JSON.parse(e.leaf);
  } catch {
    return { wrong: w.notEntry, size: 0, by: "" };
  }
  // What the page shows is what was hashed, and nothing else.
  if (!isLeaf(leaf) || leaf.index !== e.index || canonical(leaf) !== e.leaf || canonical(leaf.entry) !== canonical(e.entry)) {
    return { wrong: w.notEntry, size: 0, by: "" };
  }
  const checkpoint = await openCheckpoint(e.checkpoint, leaf.scope, trusted);
  const { head } = checkpoint;
  if (checkpoint.problem !== undefined || head === undefined) {
    return { wrong: checkpoint.problem ?? w.checkpointForm, size: 0, by: "" };
  }
  const hash = await leafHash(encoder.encode(e.leaf));
  const proof = e.proof.map(toBytes);
  const sound = proof.every((part) => part?.length === 32) && e.index < head.size && toBase64(hash) === e.hash;
  const root = sound ? await rootOf(proof as Uint8Array[], head.size, e.index, hash) : undefined;
  if (root === undefined || toBase64(root) !== head.root) {
    return { wrong: w.notIncluded, size: head.size, by: "" };
  }
  return { size: head.size, by: await keyID(checkpoint.by ?? "") };
}

export interface Proven {
  leaf: Leaf;
  bytes: Uint8Array<ArrayBuffer>;
  hash: string;
}

/** Checks every entry: its proof, and that it follows the one before. */
async function entries(lines: readonly string[], cover: Cover, head: Head | undefined, report: Report, find: (check: Check, where: string, message: string) => void): Promise<Proven[]> {
  const found: Proven[] = [];
  for (const [i, line] of lines.entries()) {
    report.entries++;
    const parts = read(line, ["leaf", "proof"]);
    const leaf = parts?.["leaf"];
    const written = parts?.["proof"] ?? [];
    const proof = Array.isArray(written) ? written.map((hash) => (typeof hash === "string" ? toBytes(hash) : undefined)) : [undefined];
    if (parts === undefined || !isLeaf(leaf) || proof.some((hash) => hash?.length !== 32)) {
      find("format", w.line(i + 2), w.notEntry);
      continue;
    }
    const where = w.entry(i + 2, leaf.index);
    // The line is canonical, so that this is the leaf byte by byte.
    const bytes = encoder.encode(canonical(leaf));
    const hash = await leafHash(bytes);
    if (leaf.entry.subject !== cover.subject || leaf.scope !== cover.scope) {
      find("format", where, w.foreign(leaf.entry.subject));
      continue;
    }
    if (head !== undefined) {
      const root = leaf.index >= 0 && leaf.index < head.size ? await rootOf(proof as Uint8Array[], head.size, leaf.index, hash) : undefined;
      if (root === undefined || toBase64(root) !== head.root) {
        find("inclusion", where, w.notIncluded);
      }
    }
    const before = found.at(-1);
    if (before !== undefined && leaf.index <= before.leaf.index) {
      find("chain", where, w.order(before.leaf.index));
    } else if (leaf.number !== (before?.leaf.number ?? 0) + 1) {
      find("chain", where, w.number(leaf.number, (before?.leaf.number ?? 0) + 1));
    } else if (leaf.previous !== before?.hash) {
      find("chain", where, w.follows(leaf.number - 1));
    }
    found.push({ leaf, bytes, hash: toBase64(hash) });
  }
  return found;
}
