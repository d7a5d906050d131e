import type { Schema } from "@/api/client";
import type { Deployment, Target } from "./data";

type Report = Schema["DeploymentReport"];

/** A step on one target: what the agent said of it, or that it is still to come. */
export interface Step {
  key: string;
  name: string;
  part: string;
  state: "waiting" | "running" | "done" | "failed" | "unknown" | "stopped" | "skipped";
  took?: string;
  tries?: number;
  message?: string;
  attempt: number;
}

const outcomes: Record<string, Step["state"]> = { done: "done", failed: "failed", unknown: "unknown", stopped: "stopped", skipped: "skipped" };

/** The steps of a target in the order in which they began, then those of the plan that are to come. */
export function stepsOf(d: Deployment, target: Target, reports: readonly Report[]): Step[] {
  const found = new Map<string, Step>();
  for (const report of reports) {
    if (report.stepName === undefined || report.stepName === "") {
      continue;
    }
    const key = `${report.stage}/${report.attempt}/${report.step}`;
    const before = found.get(key);
    const step: Step = before ?? { key, name: report.stepName, part: report.part ?? "", state: "running", attempt: report.attempt };
    if (report.kind === "step-end") {
      step.state = outcomes[report.outcome ?? ""] ?? "unknown";
      if (report.took !== undefined) {
        step.took = report.took;
      }
      if (report.tries !== undefined) {
        step.tries = report.tries;
      }
      if (report.message !== undefined) {
        step.message = report.message;
      }
    }
    found.set(key, step);
  }
  const begun = [...found.values()];
  if (d.state === "closed" || d.state === "remediating") {
    return begun;
  }
  const seen = new Set(begun.map((step) => step.name));
  const coming = planned(d, target).filter((name) => !seen.has(name));
  return [...begun, ...coming.map((name, i): Step => ({ key: `to come ${i}`, name, part: "", state: "waiting", attempt: 0 }))];
}

function planned(d: Deployment, target: Target): string[] {
  const h = d.header;
  const items = h.items.filter((_, i) => target.items === undefined || target.items.length === 0 || target.items.includes(i));
  const steps = h.direction === "remove" ? items.flatMap((item) => item.remove) : items.flatMap((item) => item.install);
  return [...(h.checks ?? []), ...steps, ...((h.direction === "remove" ? h.removal : h.acceptance) ?? [])].map((step) => step.name);
}
