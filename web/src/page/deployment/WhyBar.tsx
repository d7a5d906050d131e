import { Button } from "@mantine/core";
import { AnewButton, anewOf } from "@/page/plan/anew";
import { PageButton } from "@/part/PageButton";
import { Why } from "@/part/Why";
import type { Manner } from "@/part/sentence";
import { text } from "@/text";
import { stateOfDeployment } from "@/vocabulary/deployment";
import { type Deployment, useWhy } from "./data";

const busy = ["verifying-components", "verifying-targets", "executing", "accepting", "remediating", "cancelling", "authorised", "requested"];

/** Why it waits, always in sight; for what ended otherwise than well, why. */
export function WhyBar({ d, answer }: { d: Deployment; answer: () => void }) {
  const why = useWhy(d.id);
  const reasons = why.data?.reasons ?? d.waiting.reasons ?? [];
  const person = d.state === "awaiting-guidance" && d.pausing === undefined;
  const approval = d.state === "planned" && reasons.some((reason) => reason.gate === "approval");
  const manner: Manner = d.state === "closed" ? "ended" : d.state === "awaiting-guidance" ? "stopped" : busy.includes(d.state) && d.stage.soakEnd === undefined ? "busy" : "waits";
  return (
    <Why
      reasons={reasons}
      manner={manner}
      person={person || approval}
      ended={stateOfDeployment(d)}
      action={
        person ? (
          <Button variant="filled" style={{ flex: "none" }} onClick={answer}>
            {text.deployment.answer}
          </Button>
        ) : anewOf(reasons) !== undefined ? (
          <AnewButton d={d} reasons={reasons} />
        ) : approval ? (
          <PageButton variant="filled" style={{ flex: "none" }} to="/deployments/$deployment/plan" params={{ deployment: d.id }}>
            {text.deployment.answer}
          </PageButton>
        ) : d.state !== "closed" && reasons.some((reason) => reason.gate === "freeze" || reason.gate === "conflict") ? (
          <PageButton style={{ flex: "none" }} to="/deployments/$deployment/plan" params={{ deployment: d.id }}>
            {text.work.openPlan}
          </PageButton>
        ) : null
      }
    />
  );
}
