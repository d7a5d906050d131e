import { type Entry, type Head, originOf, type Proven, sha256, toHex } from "./verify";

/*
 * States a deployment anew from its entries, as the server did when it signed:
 * the in-toto statement of predicate tranship.dev/deployment/v0.1. What it says
 * of given entries never changes.
 */
type Data = Record<string, unknown>;

const textOf = (data: Data, key: string): string => (typeof data[key] === "string" ? data[key] : "");
const listOf = (data: Data, key: string): unknown[] => (Array.isArray(data[key]) ? data[key] : []);
const objectOf = (value: unknown): Data => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {});
/** An empty text is left out. */
const some = (value: string): string | undefined => (value === "" ? undefined : value);
const isDigest = (digest: string) => /^sha256:[0-9a-f]{64}$/.test(digest);

interface Resource {
  name: string | undefined;
  uri: string | undefined;
  digest: { sha256: string };
  mediaType: string | undefined;
}

/** What {name, version, digest, reference, mediaType} names; nothing without a digest. */
function resource(data: Data): Resource | undefined {
  const digest = textOf(data, "digest");
  const version = textOf(data, "version");
  return isDigest(digest)
    ? { name: some(textOf(data, "name") + (version === "" ? "" : `@${version}`)), uri: some(textOf(data, "reference")), digest: { sha256: digest.slice(7) }, mediaType: some(textOf(data, "mediaType")) }
    : undefined;
}

/** By their bytes in UTF-8, which is by their code points. */
function sorted(names: Set<string>): string[] {
  const points = (name: string) => Array.from(name, (c) => c.codePointAt(0) ?? 0);
  return [...names].sort((a, b) => {
    const [x, y] = [points(a), points(b)];
    const at = x.findIndex((point, i) => point !== y[i]);
    return at === -1 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
  });
}

const header = ["environment", "release", "direction", "plan", "plannedStart", "plannedEnd", "supersedes", "remediates", "planDigest"] as const;

class Stating {
  said: Record<string, unknown> = {};
  authorisation: unknown[] = [];
  gates: unknown[] = [];
  steps: unknown[] = [];
  evidence: Resource[] = [];
  artifacts: Resource[] = [];
  targets = new Set<string>();
  executors = new Set<string>();

  read(e: Entry) {
    const d = objectOf(e.data);
    if (e.target !== undefined && e.target !== "") {
      this.targets.add(e.target);
    }
    switch (e.kind) {
      case "deployment.requested":
      case "deployment.planned":
      case "deployment.rescheduled":
        this.#header(d);
        break;
      case "deployment.authorised":
        this.authorisation.push({ who: e.who, when: e.when, why: some(e.why ?? ""), planDigest: some(textOf(d, "planDigest")) });
        break;
      case "authorisation.voided":
        this.authorisation = [];
        break;
      case "deployment.state-changed":
        if (textOf(d, "to") === "executing") {
          this.said["startedOn"] ??= e.when;
        }
        break;
      case "gate.judged":
        this.#gate(e, d);
        break;
      case "report.received":
        this.executors.add(`${e.who.kind}:${e.who.name}`);
        if (textOf(d, "step") !== "" && textOf(d, "outcome") !== "") {
          this.steps.push({
            target: some(e.target ?? ""), phase: some(textOf(d, "phase")), step: textOf(d, "step"), outcome: textOf(d, "outcome"),
            message: some(textOf(d, "message")), executor: e.who, started: some(textOf(d, "started")), reported: e.when,
          });
        }
        break;
      case "evidence.added": {
        const found = resource(objectOf(d["evidence"]));
        if (found !== undefined) {
          this.evidence.push(found);
        }
        break;
      }
      case "deployment.closed":
        this.said["result"] = some(textOf(d, "result"));
        this.said["finishedOn"] = e.when;
        break;
      default:
    }
  }

  #gate(e: Entry, d: Data) {
    const reasons = listOf(d, "reasons").flatMap((r) => (typeof r === "string" ? [r] : typeof r === "object" && r !== null && !Array.isArray(r) ? [textOf(r as Data, "message")] : []));
    const judged = { gate: textOf(d, "gate"), target: some(e.target ?? ""), open: d["open"] === true, reasons: reasons.length === 0 ? undefined : reasons, who: e.who, when: e.when };
    this.gates.push(judged);
    if (judged.gate === "acceptance" && judged.target === undefined) {
      this.said["acceptance"] = judged;
    }
  }

  /** Takes what a request or a plan says; what it leaves out stays. */
  #header(d: Data) {
    for (const key of header) {
      const said = textOf(d, key);
      if (said !== "") {
        this.said[key] = said;
      }
    }
    const model = objectOf(d["model"]);
    if (textOf(model, "name") !== "") {
      const revision = typeof model["revision"] === "number" ? Math.trunc(model["revision"]) : 0;
      this.said["model"] = { name: textOf(model, "name"), revision: revision === 0 ? undefined : revision, digest: some(textOf(model, "digest")) };
    }
    if ("artifacts" in d) {
      this.artifacts = listOf(d, "artifacts").flatMap((a) => resource(objectOf(a)) ?? []);
    }
    for (const name of listOf(d, "targets")) {
      if (typeof name === "string") {
        this.targets.add(name);
      }
    }
  }
}

/** The statement of these entries, all that the deployment has in the log of head. */
export async function state(rows: readonly Proven[], head: Head): Promise<unknown> {
  const s = new Stating();
  for (const { leaf } of rows) {
    s.read(leaf.entry);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  const digest = typeof s.said["planDigest"] === "string" ? s.said["planDigest"] : "";
  const plan = typeof s.said["plan"] === "string" ? s.said["plan"] : "";
  const subject: unknown[] =
    s.artifacts.length > 0
      ? s.artifacts
      : isDigest(digest)
        ? [{ name: `plan/${plan}`, digest: { sha256: digest.slice(7) } }]
        : [{ name: first?.leaf.entry.subject, digest: { sha256: first === undefined ? "" : toHex(await sha256(first.bytes)) } }];
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject,
    predicateType: "https://tranship.dev/deployment/v0.1",
    predicate: {
      ...s.said,
      deploymentId: first?.leaf.entry.subject.slice("deployment/".length),
      targets: sorted(s.targets),
      authorisation: s.authorisation,
      gates: s.gates,
      steps: s.steps,
      executors: sorted(s.executors),
      evidence: s.evidence,
      record: { origin: originOf(first?.leaf.scope ?? ""), size: head.size, root: head.root, entries: rows.length, last: last?.hash },
    },
  };
}
