import { Fragment } from "react";
import { text } from "@/text";
import { stateOfDeployment } from "@/vocabulary/deployment";
import { Icon } from "@/vocabulary/Icon";
import { deployment as states } from "@/vocabulary/state";
import classes from "./deployment.module.css";
import type { Deployment } from "./data";

const t = text.deployment;
const order = ["planned", "authorised", "scheduled", "verifying-components", "verifying-targets", "executing", "accepting", "closed"];

/** How far it is on its way, in one line. */
export function Stages({ d }: { d: Deployment }) {
  const words = [t.stagePlanned, t.stageAuthorised, t.stageScheduled, t.stageComponents, t.stageTargets, t.stageExecuting(d.wave, d.header.waves.length), t.stageAccepting, t.stageClosed];
  const at = place(d);
  const back = d.state === "remediating" || d.result === "remediated";
  return (
    <ol className={classes["stages"]} aria-label={t.progress}>
      {words.map((word, i) => {
        const now = i === at;
        const state = stateOfDeployment(d);
        const icon = i < at ? states.succeeded.icon : now ? (d.state === "requested" ? "dashed" : state.icon) : "dashed";
        const family = i < at ? (back && i >= 5 ? "mute" : "good") : now ? state.family : "mute";
        return (
          <Fragment key={word}>
            <li data-now={now || undefined} {...(now ? { "aria-current": "step" as const } : {})}>
              <span className={family}>
                <Icon name={i < at && back && i >= 5 ? "dot" : icon} />
              </span>
              {now && (d.state === "remediating" || d.state === "cancelling" || d.state === "closed") ? state.word : word}
            </li>
          </Fragment>
        );
      })}
    </ol>
  );
}

function place(d: Deployment): number {
  switch (d.state) {
    case "requested":
      return 0;
    case "planned":
      return 1;
    case "authorised":
      return 2;
    case "scheduled":
      return 2;
    case "awaiting-guidance":
      return { verify: 4, execute: 5, accept: 6, remediate: 6 }[d.stage.phase ?? "execute"] ?? 5;
    case "remediating":
    case "cancelling":
      return 6;
    default:
      return order.indexOf(d.state);
  }
}
