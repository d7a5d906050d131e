import { text } from "@/text";
import type { Criterion, HealthCheck, Stage, Step, Strategy, Wave } from "./model";
import { lasting, waveWord } from "./model";

const t = text.models;

/** An input of a step, as it is read: many lines are shown apart. */
export interface Input {
  name: string;
  value: string;
}

const word = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const table = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** A command with its arguments; an argument that is not plain stands in quotes. */
function command(argv: readonly unknown[]): string {
  return argv.map((one) => (typeof one === "string" && !/^[^\s"'\\]+$/.test(one) ? JSON.stringify(one) : word(one))).join(" ");
}

/** The inputs of a driver, each in one row: what holds others is taken apart. */
export function inputsOf(given: Record<string, unknown> | undefined): Input[] {
  return Object.entries(given ?? {}).flatMap(([name, value]) => inputOf(name, value));
}

function inputOf(name: string, value: unknown): Input[] {
  if (Array.isArray(value)) {
    if (value.some(table)) {
      return value.flatMap((one: unknown, i) => requirement(name, one) ?? inputOf(`${name} ${i + 1}`, one));
    }
    return [{ name, value: ["argv", "check", "undo", "run"].includes(name) ? command(value) : value.map(word).join(", ") }];
  }
  return table(value) ? Object.entries(value).flatMap(([key, inner]) => inputOf(`${name}.${key}`, inner)) : [{ name, value: word(value) }];
}

/** What a baseline demands, in one row. */
function requirement(name: string, value: unknown): Input[] | undefined {
  if (!table(value) || typeof value["parameter"] !== "string" || typeof value["operator"] !== "string") {
    return undefined;
  }
  const { parameter, operator, value: bound, why, on, run } = value;
  const said = [parameter, operator, bound === undefined ? undefined : word(bound)].filter(Boolean).join(" ");
  const more = [Array.isArray(run) ? command(run) : undefined, table(on) ? labels(on as Record<string, string>) : undefined, why === undefined ? undefined : word(why)].filter(Boolean).join("; ");
  return [{ name, value: more === "" ? said : `${said} (${more})` }];
}

export const labels = (given: Record<string, string>): string =>
  Object.entries(given)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");

/** What is special about a step, each fact in words; otherwise is what its list does. */
export function stepFacts(step: Step, otherwise: "apply" | "remove" | "check"): string[] {
  const facts: string[] = [];
  if (step.action !== undefined && step.action !== otherwise) {
    facts.push(t.does[step.action]);
  }
  if (step.watch !== undefined) {
    facts.push(t.watched(lasting(step.watch.for), lasting(step.watch.every ?? "10s"), step.watch.failures ?? 0));
  }
  if (step.timeout !== undefined) {
    facts.push(t.timeout(lasting(step.timeout)));
  }
  if (step.stopWithin !== undefined) {
    facts.push(t.stopWithin(lasting(step.stopWithin)));
  }
  if (step.retry?.attempts !== undefined) {
    facts.push(t.retried(step.retry.attempts, step.retry.delay === undefined ? undefined : lasting(step.retry.delay)));
  }
  if (step.onDoubt !== undefined) {
    facts.push(t.onDoubt[step.onDoubt]);
  }
  return facts;
}

/** How often a check of health is made, and what it means. */
export function healthFacts(check: HealthCheck): string[] {
  return [
    t.every(lasting(check.every ?? "1m")),
    t.after(check.after ?? 3, check.means === "degraded" ? t.degraded : t.failing),
    ...(check.timeout === undefined ? [] : [t.timeout(lasting(check.timeout))]),
    ...(check.components === undefined ? [] : [t.only(check.components.join(", "))]),
    ...(check.environments === undefined ? [] : [t.onlyIn(check.environments.join(", "))]),
  ];
}

/** What a stage says besides its kind of strategy: its waves, whom it asks, when it stops, what tests it needs. */
export function stageRows(stage: Stage): { word: string; said: string }[] {
  const s: Strategy = stage.strategy ?? {};
  const rows: { word: string; said: string }[] = [];
  const add = (word: string, said: string) => rows.push({ word, said });
  if (s.pause !== undefined) {
    add(t.before, asks(s.pause));
  }
  s.waves?.forEach((wave, i) => add(t.wave(i + 1), waveSaid(wave, i === (s.waves?.length ?? 0) - 1, s)));
  if (s.rolling !== undefined) {
    add(t.eachWave, [rollingSaid(s.rolling), ...(s.soak === undefined ? [] : [t.soak(lasting(s.soak))])].join(", "));
  }
  if (s.slots !== undefined && s.slots.length > 0) {
    add(t.slotsWord, t.slotsSaid(s.slots.join(" / ")));
  }
  if (rows.length > 0 || s.maxFailures !== undefined || s.maxFailuresTotal !== undefined) {
    add(t.stops, t.stopsSaid((s.maxFailures ?? 0) + 1, s.maxFailuresTotal === undefined ? undefined : s.maxFailuresTotal + 1));
  }
  for (const q of stage.quality ?? []) {
    add(t.goesOn, threshold(q));
  }
  return rows;
}

function rollingSaid(r: NonNullable<Strategy["rolling"]>): string {
  return r.by !== undefined ? t.rollingBy(r.by) : r.percent !== undefined ? t.rollingPercent(r.percent) : t.rollingCount(r.count ?? 0);
}

const asks = (pause: { message: string; group?: string }): string => t.asksThis(pause.message, pause.group);

function waveSaid(wave: Wave, last: boolean, s: Strategy): string {
  const soak = last ? undefined : (wave.soak ?? s.soak);
  return [
    t.takes(waveWord(wave, last), wave.count),
    ...(soak === undefined ? [] : [t.soak(lasting(soak))]),
    ...(wave.maxFailures === undefined ? [] : [t.maxFailures(wave.maxFailures + 1)]),
    ...(wave.pause === undefined ? [] : [asks(wave.pause)]),
  ].join(", ");
}

/** What test results must show. */
export function threshold(q: { suite: string; passRate?: number; maxFailed?: number; maxAge?: string }): string {
  return [
    t.suite(q.suite),
    q.passRate === undefined && q.maxFailed === undefined ? t.noneFailed : undefined,
    q.passRate === undefined ? undefined : t.passRate(Math.round(q.passRate * 10_000) / 100),
    q.maxFailed === undefined ? undefined : q.maxFailed === 0 ? t.noneFailed : t.maxFailed(q.maxFailed),
    q.maxAge === undefined ? undefined : t.maxAge(lasting(q.maxAge)),
  ]
    .filter(Boolean)
    .join(", ");
}

/** When a criterion is judged: "Before the targets change, wave 1". */
export function criterionWhen(c: Criterion): string {
  const when = c.kind === "acceptance" ? t.criterionAccept : (t.criterionWhen[c.kind][c.stage ?? ""] ?? `${c.kind} ${c.stage ?? ""}`);
  return c.wave === undefined ? when : `${when}, ${t.waveOf(c.wave)}`;
}

/** By what it is judged. */
export function criterionSaid(c: Criterion): string {
  if (c.question !== undefined) {
    return c.question;
  }
  if (c.evidence !== undefined) {
    return threshold(c.evidence);
  }
  if (c.check !== undefined) {
    return t.byCheck(c.check);
  }
  return c.bound === undefined ? "" : t.byBound(t.measures[c.bound.of] ?? c.bound.of, c.bound.max);
}

/** Who answers, how long it may take, where it holds and for what. */
export function criterionFacts(c: Criterion): string[] {
  const ways = c.for ?? ["install"];
  return [
    ...(c.question === undefined ? [] : [c.group === undefined ? t.answersWho : t.answersGroup(c.group)]),
    ...(c.within === undefined ? [] : [t.within(lasting(c.within))]),
    ...(c.environments === undefined ? [] : [t.onlyIn(c.environments.join(", "))]),
    ...(ways.includes("remove") ? [ways.includes("install") ? t.forBoth : t.forRemoval] : []),
  ];
}
