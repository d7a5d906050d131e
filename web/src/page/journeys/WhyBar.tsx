import { PageButton } from "@/part/PageButton";
import type { Manner } from "@/part/sentence";
import { Why } from "@/part/Why";
import { stateOfJourney } from "@/vocabulary/journey";
import { useWhyJourney, type View } from "./data";
import { lastOf } from "./stage";

const busy = ["verifying-components", "verifying-targets", "executing", "accepting", "remediating", "cancelling", "authorised", "requested"];

/** Why it waits, always in sight: of itself, or of the deployment of it that is under way. */
export function WhyBar({ view }: { view: View }) {
  const j = view.journey;
  const why = useWhyJourney(j?.id);
  const reasons = (j === undefined ? undefined : why.data?.reasons) ?? view.why.reasons ?? [];
  const last = lastOf(view);
  const open = last !== undefined && last.state !== "closed" ? last : undefined;
  const gate = reasons[0]?.gate;
  const manner: Manner =
    j?.state === "ended" ? "ended" : j?.state === "waiting" ? "waits" : open?.state === "awaiting-guidance" ? "stopped" : open !== undefined && busy.includes(open.state) ? "busy" : "waits";
  return (
    <Why
      reasons={reasons}
      manner={manner}
      person={manner === "stopped" || gate === "approval" || gate === "decision"}
      {...(j === undefined ? {} : { ended: stateOfJourney(j) })}
      action={
        open === undefined || j?.state === "waiting" ? null : (
          <PageButton to="/deployments/$deployment" params={{ deployment: open.deployment }} search={{}} style={{ flex: "none" }}>
            {open.deployment}
          </PageButton>
        )
      }
    />
  );
}
