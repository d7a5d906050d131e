import { Button } from "@mantine/core";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { useActs } from "@/frame/acts";
import { useWho } from "@/frame/who";
import { type Act, Confirm } from "@/part/Confirm";
import { text } from "@/text";
import type { Journey, View } from "./data";
import { nameOf } from "./name";

const t = text.journeys;
const unbegun = ["requested", "planned", "authorised", "scheduled"];

/** What may be done with a journey by whoever may deploy: let it go on, and stop it. */
export function Acts({ view, j, changed }: { view: View; j: Journey; changed: () => Promise<unknown> }) {
  const [act, setAct] = useState<Act>();
  const may = useWho()?.rights.includes("deploy") === true && j.state !== "ended";
  const awaited = may && j.waiting.reasons?.some((reason) => reason.gate === "decision") === true;
  const promote = promotion(j, changed);
  const stop = stopping(view, j, changed);
  useActs([
    ...(awaited ? [{ word: t.actOn(t.promote, j.id), icon: "play" as const, run: () => setAct(promote) }] : []),
    ...(may ? [{ word: t.actOn(t.stop, j.id), icon: "bar" as const, run: () => setAct(stop) }] : []),
  ]);
  return (
    <div className="row wrap">
      {awaited ? (
        <Button variant="filled" onClick={() => setAct(promote)}>
          {t.promote}
        </Button>
      ) : null}
      {may ? (
        <Button data-family="bad" onClick={() => setAct(stop)}>
          {t.stop}
        </Button>
      ) : null}
      <Confirm act={act} close={() => setAct(undefined)} />
    </div>
  );
}

function promotion(j: Journey, changed: () => Promise<unknown>): Act {
  return {
    title: t.promoteTitle(j.id),
    consequence: t.promoteWhat(nameOf(j), j.stages?.[j.at]?.environment ?? ""),
    verb: t.promoteVerb,
    reason: "needed",
    run: async (reason) => {
      await ask(api.POST("/api/v1/journeys/{journey}/promote", { params: { path: { journey: j.id } }, body: { reason } }));
      await changed();
    },
  };
}

function stopping(view: View, j: Journey, changed: () => Promise<unknown>): Act {
  return {
    title: t.stopTitle(j.id),
    consequence: t.stopWhat(consequence(view, j)),
    verb: t.stopVerb,
    reason: "needed",
    ends: true,
    run: async (reason) => {
      await ask(api.POST("/api/v1/journeys/{journey}/stop", { params: { path: { journey: j.id } }, body: { reason } }));
      await changed();
    },
  };
}

/** What stopping leaves where: what is there, what runs, and where it does not go any more. */
function consequence(view: View, j: Journey): string {
  const there = view.stages.filter((stage) => stage.arrived !== undefined).map((stage) => stage.environment);
  const made = j.stages?.[j.at]?.deployments?.at(-1);
  const last = view.stages.flatMap((stage) => stage.passages).find((one) => one.deployment === made && one.state !== "closed");
  const left = (j.stages ?? []).slice(j.at).map((stage) => stage.environment).filter((name) => !there.includes(name));
  const runs = last !== undefined && !unbegun.includes(last.state);
  return [
    last === undefined ? "" : runs ? t.stopRuns(last.deployment) : t.stopTakes(last.deployment),
    t.stopLeft(runs ? left.slice(1) : left),
    there.length > 0 ? t.stopThere(there) : last === undefined ? t.stopNowhere : "",
  ]
    .filter((said) => said !== "")
    .join(" ");
}
