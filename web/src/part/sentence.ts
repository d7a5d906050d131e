import type { Schema } from "@/api/client";
import { text } from "@/text";
import type { Gate } from "@/vocabulary/state";
import { span, stampOf } from "./moment";
import { stated } from "./said";

export type Reason = Schema["Reason"];

/*
 * "Why is it waiting?" as one sentence, from what the server says:
 * {Waits | Stopped} for {gate} since {time}: {cause}. {Who can act}. {Until when}.
 */

// Gates that go by themselves, and those that a person opens.
const byTime = new Set(["schedule", "window", "approved window", "maintenance window", "soak"]);
const byOther = new Set(["other deployment", "queue", "booking", "deployment", "flow", "dependency"]);
const byPerson = new Set(["approval", "change", "decision", "guidance", "quality", "library", "authorisation", "event"]);

/** What kind of gate this is: it decides icon and colour. */
export function gateOf(reason: Reason, personActs: boolean): Gate {
  switch (reason.gate) {
    case "freeze":
      return "frozen";
    case "conflict":
      return "conflict";
    case "pause":
      return "paused";
    case "failed":
      return "refused";
    default:
  }
  if (personActs || byPerson.has(reason.gate)) {
    return "person";
  }
  if (byTime.has(reason.gate)) {
    return "time";
  }
  return byOther.has(reason.gate) ? "other" : "time";
}

/** What is said, its times as the server writes them: Said draws them, inZone makes a text of them. */
export interface Sentence {
  /** What it waits for and why. */
  lead: string;
  /** Who can act, and what comes next. */
  rest: string;
}

export type Manner = "waits" | "stopped" | "busy" | "ended";

/** The sentence of one reason, at now. */
export function say(reason: Reason, manner: Manner, now: Date, ended = ""): Sentence {
  const p = text.part;
  const since = reason.since === undefined ? "" : manner === "ended" ? p.at(stampOf(reason.since)) : p.since(stampOf(reason.since));
  const leads: Record<Manner, string> = {
    waits: p.whyWaits(p.gates[reason.gate] ?? reason.gate, since),
    stopped: p.whyStopped(reason.gate, since),
    busy: p.whyBusy(reason.gate, since),
    ended: p.whyEnded(ended, since),
  };
  const cause = reason.message.startsWith(`${reason.gate}: `) ? reason.message.slice(reason.gate.length + 2) : reason.message;
  const rest: string[] = [];
  if (reason.who !== undefined && reason.who !== "" && manner !== "ended" && manner !== "busy") {
    rest.push(p.canAct(reason.who));
  }
  if (reason.until !== undefined) {
    const left = Date.parse(reason.until) - now.getTime();
    rest.push(p.until(left > 0 ? `${stampOf(reason.until)}, ${p.inFuture(span(left))}` : stampOf(reason.until)));
  }
  const tail = cause === "" ? "." : manner === "busy" ? `, ${cause}` : `: ${cause}`;
  return { lead: stated(leads[manner] + tail), rest: rest.join(" ") };
}
