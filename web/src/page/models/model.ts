import { text } from "@/text";

/** What a Model document says, as far as this page shows it. */
export interface ModelSpec {
  description?: string;
  owner?: string;
  appliesTo?: { components?: string[]; kinds?: string[]; labels?: Record<string, string> };
  flow?: Stage[];
  procedures?: { kind: string; install?: Step[]; remove?: Step[]; remediate?: Step[] }[];
  checks?: { component?: string[]; target?: Step[]; acceptance?: Step[]; removal?: Step[]; health?: HealthCheck[]; failingPercent?: number };
  criteria?: Criterion[];
  onFailure?: "guidance" | "remediate" | "fail";
  timeouts?: { step?: string; silent?: string };
}

export interface Criterion {
  name: string;
  kind: "entry" | "exit" | "acceptance";
  stage?: string;
  wave?: number;
  for?: string[];
  environments?: string[];
  question?: string;
  group?: string;
  evidence?: { suite: string; passRate?: number; maxFailed?: number; maxAge?: string };
  check?: string;
  bound?: { of: string; max: number };
  within?: string;
}

export interface Stage {
  environment: string;
  strategy?: Strategy;
  quality?: { suite: string; passRate?: number; maxFailed?: number; maxAge?: string }[];
}

export interface Pause {
  message: string;
  group?: string;
}

export interface Wave {
  count?: number;
  percent?: number;
  labels?: Record<string, string>;
  soak?: string;
  pause?: Pause;
  maxFailures?: number;
}

export interface Strategy {
  waves?: Wave[];
  rolling?: { count?: number; percent?: number; by?: string };
  soak?: string;
  slots?: string[];
  pause?: Pause;
  maxFailures?: number;
  maxFailuresTotal?: number;
}

export interface Step {
  name: string;
  uses: string;
  action?: "apply" | "remove" | "check";
  with?: Record<string, unknown>;
  timeout?: string;
  /** How long what it runs may take to end when it is asked to. */
  stopWithin?: string;
  retry?: { attempts?: number; delay?: string };
  watch?: { for: string; every?: string; failures?: number };
  /** What it does that cannot be undone, in words. */
  irreversible?: string;
  onDoubt?: "probe" | "repeat" | "ask";
}

export interface HealthCheck {
  name: string;
  uses: string;
  with?: Record<string, unknown>;
  every?: string;
  after?: number;
  timeout?: string;
  means?: "failing" | "degraded";
  components?: string[];
  environments?: string[];
}

const t = text.models;

const units: Readonly<Record<string, string>> = t.units;

/** A duration of a document, as it is written there: "1h30m" is 1 h 30 min. */
export const lasting = (d: string): string => d.replace(/(\d+(?:\.\d+)?)(ms|h|m|s)/g, (_, n: string, unit: string) => `${n} ${units[unit] ?? unit} `).trim();

/** A strategy in words, the most telling first. */
export function strategyWords(strategy: Strategy | undefined): string[] {
  const s = strategy ?? {};
  const words = [kindOfStrategy(s)];
  if (s.waves !== undefined && s.waves.length > 0) {
    words.push(s.waves.map((wave, i) => waveWord(wave, i === (s.waves?.length ?? 0) - 1)).join(", "));
  }
  if (s.slots !== undefined && s.slots.length > 0) {
    words.push(t.slots(s.slots.join(", ")));
  }
  if (s.soak !== undefined) {
    words.push(t.soak(lasting(s.soak)));
  }
  if (s.maxFailures !== undefined && s.maxFailures > 0) {
    words.push(t.maxFailures(s.maxFailures + 1));
  }
  if (s.pause !== undefined) {
    words.push(t.asks);
  }
  if (s.waves?.some((wave) => wave.pause !== undefined) === true) {
    words.push(t.asksBetween);
  }
  return words;
}

function kindOfStrategy(s: Strategy): string {
  if (s.rolling?.by !== undefined) {
    return t.rollingBy(s.rolling.by);
  }
  if (s.rolling?.percent !== undefined) {
    return t.rollingPercent(s.rolling.percent);
  }
  if (s.rolling?.count !== undefined) {
    return t.rollingCount(s.rolling.count);
  }
  return s.waves === undefined || s.waves.length === 0 ? t.allAtOnce : t.waves(s.waves.length);
}

/** Which targets a wave takes. */
export function waveWord(wave: Wave, last: boolean): string {
  if (wave.labels !== undefined) {
    return Object.entries(wave.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(" ");
  }
  if (wave.count !== undefined && wave.count > 0) {
    return t.wavePart.count(wave.count);
  }
  return last && (wave.percent === undefined || wave.percent === 100) ? t.wavePart.rest : t.wavePart.percent(wave.percent ?? 0);
}
