import type { Schema } from "@/api/client";
import { deployment as states, type State, stateOf } from "./state";

type Deployment = Schema["Deployment"];

/** The state of a deployment as people call it: how it ended, that it is paused, or that a person is waited for. */
export function stateOfDeployment(d: Pick<Deployment, "state" | "result" | "pausing" | "waiting">): State {
  if (d.state === "closed") {
    return stateOf(states, d.result ?? "closed");
  }
  if (d.state === "awaiting-guidance") {
    return d.pausing === undefined ? states["awaiting-guidance"] : states.paused;
  }
  if (d.state === "planned" && (d.waiting.reasons ?? []).some((reason) => reason.gate === "approval")) {
    return states["awaiting-approval"];
  }
  return stateOf(states, d.state);
}
