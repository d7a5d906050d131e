import type { Schema } from "@/api/client";

/** One line of what a target wrote. */
export interface Line {
  /** From 1, among all lines of the target. */
  number: number;
  at: string;
  step: number;
  stepName: string;
  text: string;
}

type Piece = Pick<Schema["DeploymentOutput"], "at" | "step" | "stepName" | "text">;

/** Adds pieces of output to lines; a piece may begin in the middle of a line. */
export function lines(pieces: readonly Piece[]): Line[] {
  const found: Line[] = [];
  let whole = true;
  for (const piece of pieces) {
    const parts = piece.text.split("\n");
    const last = parts.pop() ?? "";
    const rest = last === "" ? parts : [...parts, last];
    rest.forEach((text, i) => {
      const before = found.at(-1);
      if (i === 0 && !whole && before !== undefined && before.step === piece.step) {
        before.text += text;
      } else {
        found.push({ number: found.length + 1, at: piece.at, step: piece.step, stepName: piece.stepName, text });
      }
    });
    whole = last === "";
  }
  return found;
}

/** A run of a line in one colour of the page's own. */
export interface Run {
  text: string;
  family?: "bad" | "good" | "warn" | "run" | "unknown" | "ice" | "mute";
  strong?: boolean;
}

const colours: Record<string, Run["family"]> = { 31: "bad", 32: "good", 33: "warn", 34: "run", 35: "unknown", 36: "ice", 90: "mute", 91: "bad", 92: "good", 93: "warn", 94: "run", 95: "unknown", 96: "ice" };

/** Takes the colours of a terminal out of a line; every other control sequence is dropped. */
export function runs(text: string): Run[] {
  const found: Run[] = [];
  let look: Omit<Run, "text"> = {};
  let rest = 0;
  // eslint-disable-next-line no-control-regex
  for (const match of text.matchAll(/\u001b\[([\d;]*)([A-Za-z])/g)) {
    push(found, text.slice(rest, match.index), look);
    rest = match.index + match[0].length;
    if (match[2] === "m") {
      look = after(look, (match[1] ?? "").split(";"));
    }
  }
  push(found, text.slice(rest), look);
  return found;
}

function push(found: Run[], text: string, look: Omit<Run, "text">) {
  if (text !== "") {
    found.push({ text, ...look });
  }
}

function after(look: Omit<Run, "text">, codes: string[]): Omit<Run, "text"> {
  let next = { ...look };
  for (const code of codes) {
    const family = colours[code];
    if (code === "" || code === "0") {
      next = {};
    } else if (code === "1") {
      next.strong = true;
    } else if (code === "39") {
      delete next.family;
    } else if (family !== undefined) {
      next.family = family;
    }
  }
  return next;
}

const grave = /\b(error|fatal|failed|failure|exception|panic|refused)\b|exit status [1-9]/i;
const doubtful = /\b(warn|warning|deprecated|retry(ing)?)\b/i;

/** Whether a line tells of an error or warns. */
export function tone(text: string): "bad" | "warn" | undefined {
  return grave.test(text) ? "bad" : doubtful.test(text) ? "warn" : undefined;
}
