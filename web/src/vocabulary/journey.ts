import type { Schema } from "@/api/client";
import { deployment, journey as states, type State, stateOf } from "./state";

/** The state of a journey as people call it: how it ended, or which word of a person it waits for. */
export function stateOfJourney({ state, ending, waiting }: Pick<Schema["Journey"], "state" | "ending" | "waiting">): State {
  if (ending !== undefined && ending !== "") {
    return stateOf(states, ending);
  }
  switch (waiting.reasons?.[0]?.gate) {
    case "decision":
      return states["awaiting-decision"];
    case "approval":
      return deployment["awaiting-approval"];
    case "guidance":
      return deployment["awaiting-guidance"];
    default:
      return stateOf(states, state);
  }
}
