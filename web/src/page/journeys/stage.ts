import { milliseconds } from "@/part/moment";
import { journey as journeys, deployment as deployments, gate, target, type State, stateOf } from "@/vocabulary/state";
import type { Passage, Stage, View } from "./data";

/** The deployment that was asked for last, of the whole way. */
export function lastOf(view: View): Passage | undefined {
  return view.stages.flatMap((stage) => stage.passages).reduce<Passage | undefined>((last, one) => (last === undefined || one.requested > last.requested ? one : last), undefined);
}

/** How a deployment of the way is, as people call it. */
export function stateOfPassage({ state, result, waiting }: Passage): State {
  if (state === "closed") {
    return stateOf(deployments, result ?? "closed");
  }
  return state === "planned" && (waiting.reasons ?? []).some((reason) => reason.gate === "approval") ? deployments["awaiting-approval"] : stateOf(deployments, state);
}

/** Whether the journey stands in this environment, or before it. */
export function isHere({ journey }: View, stage: Stage): boolean {
  return journey !== undefined && journey.stages?.[journey.at]?.environment === stage.environment;
}

/** How an environment of the way is: the release is there, on its way there, held before it, or has not come so far. */
export function stateOfStage(view: View, stage: Stage): State {
  if (stage.arrived !== undefined) {
    return deployments.succeeded;
  }
  const last = stage.passages.at(-1);
  if (view.journey?.state === "ended" && isHere(view, stage)) {
    return stateOf(journeys, view.journey.ending ?? "stopped");
  }
  if (last !== undefined && (view.journey === undefined || view.journey.state === "running")) {
    return stateOfPassage(last);
  }
  if (isHere(view, stage)) {
    return view.journey?.waiting.reasons?.[0]?.gate === "decision" ? journeys["awaiting-decision"] : gate.time;
  }
  return target.waiting;
}

/** How much of the time in an environment was work, from 0 to 1; undefined where there was none yet. */
export function shareOfWork(stage: Pick<Stage, "spent" | "worked">): number | undefined {
  const spent = milliseconds(stage.spent);
  return spent === 0 ? undefined : Math.min(1, milliseconds(stage.worked) / spent);
}
