import type { Schema } from "@/api/client";
import { text } from "@/text";

const t = text.records.told;

type Entry = Schema["SealedEntry"]["entry"];

/** "deployment.state-changed" as words: "Deployment state changed". */
export const wordsOf = (kind: string): string => {
  const words = kind.replaceAll(/[.-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** What happened, as the title of an entry; what is said whole there needs nothing beside it. */
export interface Told {
  title: string;
  whole: boolean;
}

/** The title of an entry: who signed in and out is said as a sentence, all else by its kind. */
export function tell(entry: Entry): Told {
  const said = signing(entry);
  return said === undefined ? { title: wordsOf(entry.kind), whole: false } : { title: said, whole: true };
}

function signing(entry: Entry): string | undefined {
  const data = (entry.data ?? {}) as Record<string, unknown>;
  const of = (name: string) => (typeof data[name] === "string" ? data[name] : "");
  const person = entry.subject.replace(/^account\//, "");
  const who = entry.who.name;
  switch (entry.kind) {
    case "session.begun":
      return t.signedIn(who, of("address"), of("way") === "code");
    case "session.ended":
      // Entries of older servers do not say whose session it was.
      return entry.why === "signed out" ? t.signedOut(who) : t.sessionEnded(of("person"), entry.why ?? "");
    case "account.refused":
      return t.refused(person, of("address"));
    case "account.invited":
      return t.invited(who, person, of("role"));
    case "account.code-used":
      return t.codeUsed(person, of("address"));
    case "account.password-set":
      return t.passwordSet(person, of("address"));
    case "account.changed":
      return data["closed"] === true ? t.accountClosed(person, entry.why ?? "") : t.accountChanged(person, of("role"), entry.why ?? "");
    default:
      return undefined;
  }
}

/** What an entry is about, as short as people say it: "D-12", "Environment live" for "document/Environment/live", the beginning of a long id. */
export function aboutOf(subject: string): string {
  const rest = subject.split("/").slice(1).join(" ");
  return rest.replaceAll(/\b[0-9a-f]{8}(?:[0-9a-f]{8,}|(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g, (id) => `${id.slice(0, 8)}…`) || subject;
}

/** The kinds of subject that are left out unless somebody asks for them: they are many, and seldom what is looked for. */
export const quiet = ["session"];

/** The kinds of subject that belong together, by the name under which they are chosen. */
export const abouts: Readonly<Record<string, readonly string[]>> = {
  deployments: ["deployment", "journey", "plan", "review"],
  library: ["version", "evidence"],
  documents: ["document", "pin"],
  people: ["account", "session", "token"],
  agents: ["agent"],
  watching: ["drift", "reference", "health"],
  telling: ["trigger", "subscription", "announcement", "feed"],
  server: ["server", "key"],
};
