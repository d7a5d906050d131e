import { stamp, stampTime } from "./moment";

/*
 * Words of the server, cut into what is drawn of them: times, lines that are
 * typed on the command line, and the text between. Pure, so that tests can hold it.
 */

/** The verbs of the command line; a test compares them with its description. */
export const verbs = [
  "agent", "agents", "announcement", "apply", "approval", "backlog", "backup", "calendar", "change", "completion", "delete", "demo", "deploy",
  "deployment", "drift", "environment", "evidence", "exit-codes", "feed", "get", "health", "history", "inventory", "journey", "key", "library",
  "login", "logout", "model", "overview", "person", "pin", "pins", "plan", "record", "restore", "review", "role", "rollback", "schema", "server",
  "settings", "subscription", "target", "tasks", "token", "trigger", "unpin", "verify", "version", "whoami", "why",
] as const;

// Where a line that is typed ends and the sentence goes on: "tranship get models lists them".
const goesOn = ["lists", "shows", "says", "tells", "names", "ends", "prints", "makes", "and", "or", "then", "to", "what", "which"];
const line = new RegExp(`\\btranship (?:${verbs.join("|")})(?![\\w-])(?: (?!(?:${goesOn.join("|")})(?![\\w-]))(?:[^\\s;,:()"]|:(?=\\S))+)*`);
const beginsWithLine = new RegExp(`^${line.source}`);
const endsWithLine = new RegExp(`${line.source}$`);
const marks = new RegExp(`(?<at>${stamp.source})|(?<line>${line.source})`, "g");

export type Piece = { text: string } | { at: string } | { line: string };

/** The pieces of words, in their order; together they are the words. */
export function piecesOf(words: string): Piece[] {
  const pieces: Piece[] = [];
  const say = (text: string) => {
    if (text !== "") {
      pieces.push({ text });
    }
  };
  let from = 0;
  for (const found of words.matchAll(marks)) {
    const typed = found.groups?.["line"];
    say(words.slice(from, found.index));
    from = found.index + found[0].length;
    if (typed === undefined) {
      const at = stampTime(found[0]);
      pieces.push(at === undefined ? { text: found[0] } : { at: at.toISOString() });
      continue;
    }
    const bare = typed.replace(/\.+$/, ""); // the full stop of the sentence
    pieces.push({ line: bare });
    from -= typed.length - bare.length;
  }
  say(words.slice(from));
  return pieces;
}

/** A message of the server as a sentence: its first letter large, a full stop behind. What is typed stays as it is typed. */
export function stated(message: string): string {
  const said = message.trim();
  if (said === "") {
    return said;
  }
  const large = /^[a-z][a-z ,']/.test(said) && !beginsWithLine.test(said) ? said.charAt(0).toUpperCase() + said.slice(1) : said;
  return /[.!?:]$/.test(large) || endsWithLine.test(large) ? large : `${large}.`;
}
