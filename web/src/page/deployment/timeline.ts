import { text } from "@/text";
import { stated } from "@/part/said";
import type { Family } from "@/theme/token";
import type { IconName } from "@/vocabulary/Icon";
import type { Entry } from "./data";

const t = text.deployment;

/** One matter of a deployment: an event that turned it, or a wait as long as it lasted. */
export interface Matter {
  at: number;
  icon: IconName;
  family: Family;
  title: string;
  detail: string;
  /** What befell a target, where that may befall many. */
  befell?: "failed" | "unknown" | "silent";
  /** Milliseconds that it waited; an open wait has none yet. */
  waited?: number;
  open?: boolean;
  /** What was waited for: time, a person, or something else. */
  cause?: "time" | "person" | "other";
}

const timeGates = ["schedule", "window", "approved window", "maintenance window", "soak", "freeze"];
const personGates = ["authorisation", "approval", "change", "guidance", "pause"];

function causeOf(gate: string): "time" | "person" | "other" {
  return timeGates.includes(gate) ? "time" : personGates.includes(gate) ? "person" : "other";
}

type Data = Record<string, unknown>;

function word(data: Data, name: string): string {
  const value = data[name];
  if (Array.isArray(value)) {
    return value.map((one: unknown) => (typeof one === "object" && one !== null && "message" in one ? String(one.message) : String(one))).join("; ");
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

interface Wait {
  gate: string;
  from: number;
  detail: string;
}

/** Waits under this length are not worth a row. */
const shortest = 1000;

/** The entries of a deployment as matters, in the order in which they began. `soaks` says whether a wave is looked at for a while once it is well. */
export function matters(entries: readonly Entry[], now: number, soaks: (wave: number) => boolean = () => false): Matter[] {
  const found: Matter[] = [];
  const open = new Map<string, Wait>();
  let closed = false;
  const end = (gate: string, at: number) => {
    const wait = open.get(gate);
    open.delete(gate);
    if (wait !== undefined && at - wait.from >= shortest) {
      found.push({ at: wait.from, icon: gate === "approval" || gate === "authorisation" ? "people" : "clock", family: "mute", title: t.waitedFor(text.part.gates[gate] ?? gate), detail: wait.detail, waited: at - wait.from, cause: causeOf(gate) });
    }
  };
  const begin = (gate: string, from: number, detail: string) => {
    if (!open.has(gate)) {
      open.set(gate, { gate, from, detail });
    }
  };
  for (const { entry } of entries) {
    const at = Date.parse(entry.when);
    const data: Data = entry.data ?? {};
    switch (entry.kind) {
      case "gate.judged": {
        const gate = word(data, "gate");
        const healthy = /^health of wave (\d+)$/.exec(gate);
        if (data["open"] === true) {
          end(gate, at);
          if (healthy !== null && soaks(Number(healthy[1]))) {
            begin("soak", at, "");
          }
        } else if (/^(health|acceptance|target verification|component verification|remediation)/.test(gate)) {
          found.push({ at, icon: "octagon", family: "bad", title: t.gateRefused(sentenceless(gate)), detail: reasons(data, gate) });
        } else {
          begin(gateOf(data, gate), at, reasons(data, gate));
        }
        break;
      }
      case "deployment.state-changed": {
        const from = word(data, "from");
        const to = word(data, "to");
        end("soak", at);
        if (from === "planned" || from === "scheduled" || from === "authorised") {
          for (const gate of [...open.keys()]) {
            end(gate, at);
          }
        }
        if (to === "awaiting-guidance") {
          begin("guidance", at, entry.why ?? "");
        }
        if (from === "awaiting-guidance") {
          end("guidance", at);
        }
        break;
      }
      case "deployment.closed":
        closed = true;
        for (const gate of [...open.keys()]) {
          end(gate, at);
        }
        found.push(closing(data, at));
        break;
      default: {
        if (entry.kind === "stage.begun") {
          end("soak", at);
        }
        const matter = plain(entry, data, at);
        if (matter !== undefined) {
          found.push(matter);
        }
      }
    }
  }
  if (!closed) {
    for (const wait of open.values()) {
      const cause = causeOf(wait.gate);
      found.push({ at: wait.from, icon: cause === "person" ? "person" : "clock", family: cause === "person" ? "person" : "mute", title: t.waitsFor(text.part.gates[wait.gate] ?? wait.gate), detail: wait.detail, waited: now - wait.from, open: true, cause });
    }
  }
  return folded(found.sort((a, b) => a.at - b.at));
}

const manyWords = { failed: t.manyFailed, unknown: t.manyUnknown, silent: t.manySilent };

/** More than three targets that the same befell one after the other are one matter. */
function folded(list: readonly Matter[]): Matter[] {
  const found: Matter[] = [];
  for (let i = 0; i < list.length; ) {
    const first = list[i];
    let end = i + 1;
    while (first?.befell !== undefined && list[end]?.befell === first.befell) {
      end++;
    }
    if (first?.befell !== undefined && end - i > 3) {
      found.push({ ...first, title: manyWords[first.befell](end - i) });
    } else {
      found.push(...list.slice(i, end));
    }
    i = end;
  }
  return found;
}

/** The gate start is many: what its first reason names is what is waited for. */
function gateOf(data: Data, gate: string): string {
  const first = Array.isArray(data["reasons"]) ? (data["reasons"] as unknown[])[0] : undefined;
  if (typeof first === "string") {
    const [named] = first.split(": ");
    if (gate === "start" && /^(hard |soft )?freeze\b/.test(first)) {
      return "freeze";
    }
    return named !== undefined && named.length < 30 && first.includes(": ") ? named : gate;
  }
  if (typeof first === "object" && first !== null && "gate" in first && typeof first.gate === "string") {
    return first.gate;
  }
  return gate;
}

function reasons(data: Data, gate: string): string {
  const said = word(data, "reasons");
  return stated(said.startsWith(`${gate}: `) ? said.slice(gate.length + 2) : said);
}

function sentenceless(gate: string): string {
  return gate.charAt(0).toUpperCase() + gate.slice(1);
}

function closing(data: Data, at: number): Matter {
  const result = word(data, "result");
  const drawn: Record<string, [IconName, Family, string]> = {
    succeeded: ["disc", "good", text.state.succeeded],
    failed: ["octagon", "bad", text.state.failed],
    remediated: ["back", "good", text.state.remediated],
    cancelled: ["bar", "mute", text.state.cancelled],
  };
  const [icon, family, title] = drawn[result] ?? ["dot", "mute", result];
  return { at, icon, family, title, detail: result === "succeeded" ? "" : stated(word(data, "cause")) };
}

function plain(entry: Entry["entry"], data: Data, at: number): Matter | undefined {
  const who = entry.who.name;
  const why = stated(entry.why ?? "");
  const of = (icon: IconName, family: Family, title: string, detail = why): Matter => ({ at, icon, family, title, detail });
  switch (entry.kind) {
    case "deployment.requested":
      return of("dot", "mute", t.requestedBy(who));
    case "deployment.authorised":
      return of("tick", "good", t.authorised);
    case "stage.begun": {
      const wave = Number(data["wave"] ?? 0);
      const phase = word(data, "phase");
      const again = data["retry"] === true;
      return of("dot", "run", phase === "execute" && wave > 0 ? t.waveStarted(wave) : (t.phaseStarted[phase] ?? phase), again ? t.again : why);
    }
    case "report.received": {
      const outcome = word(data, "outcome");
      if (word(data, "report") !== "step-end" && (outcome === "failed" || outcome === "unknown")) {
        return outcome === "failed"
          ? { ...of("octagon", "bad", t.targetFailed(entry.target ?? "")), befell: "failed" }
          : { ...of("diamond", "unknown", t.targetUnknown(entry.target ?? "")), befell: "unknown" };
      }
      return undefined;
    }
    case "target.silent":
      return { ...of("diamond", "unknown", t.targetSilent(entry.target ?? "")), befell: "silent" };
    case "guidance.given":
      return of("people", "mute", t.guidance(word(data, "advice"), who));
    case "pause.asked":
      return of("bars", "mute", t.pauseAsked(who));
    case "pause.ended":
      return of("play", "mute", t.pauseEnded(who));
    case "cancel.asked":
      return of("bar", "mute", t.cancelAsked(who));
    case "approval.given":
      return of("tick", "good", t.approved(who));
    case "approval.rejected":
      return of("octagon", "bad", t.rejected(who));
    case "approval.withdrawn":
      return of("dot", "mute", t.withdrew(who));
    case "authorisation.voided":
      return of("triangle", "warn", t.voided);
    case "calendar.waived":
    case "baseline.waived":
      return of("shield", "mute", t.waived(word(data, "ref") || word(data, "environment")));
    case "deployment.rescheduled":
      return of("clock", "mute", t.rescheduled);
    case "deployment.asked-anew":
      return of("dot", "mute", t.askedAnew);
    case "window.ended":
      return of("clock", "warn", t.windowEnded);
    default:
      return undefined;
  }
}

/** How long a deployment took and how much of that it waited, by cause. */
export function shares(list: readonly Matter[], from: number, to: number) {
  const all = Math.max(1, to - from);
  const sum = { time: 0, person: 0, other: 0 };
  for (const matter of list) {
    if (matter.waited !== undefined && matter.cause !== undefined) {
      sum[matter.cause] += matter.waited;
    }
  }
  const waited = Math.min(all, sum.time + sum.person + sum.other);
  return { all, waited, ...sum, worked: all - waited };
}
