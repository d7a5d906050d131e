import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { useWho } from "@/frame/who";
import { type Act, Confirm } from "@/part/Confirm";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import { gate, type State } from "@/vocabulary/state";
import type { Sheet } from "./data";
import classes from "./plan.module.css";

const t = text.plan;
const begun = ["verifying-components", "verifying-targets", "executing", "awaiting-guidance", "accepting", "remediating", "cancelling", "closed"];

/** The change that authorises a deployment, as the tool that keeps it decided; whoever may say so for the tool says it here. */
export function Change({ sheet }: { sheet: Sheet }) {
  const d = sheet.deployment;
  const [act, setAct] = useState<Act>();
  const who = useWho();
  const say = useSaying(sheet);
  const name = sheet.change?.change ?? d.change ?? "";
  const others = useOthers(name, d.id);
  if (name === "") {
    return null;
  }
  const said = sheet.change;
  const held = sheet.reasons.find((reason) => reason.gate === "change");
  const may = who !== undefined && who.rights.includes("integrate") && !begun.includes(d.state);
  const mine = d.requestedBy.name === who?.actor.name; // nobody confirms for what they asked for
  return (
    <section className="card" aria-labelledby="change">
      <header>
        <h2 id="change" className="grow cut">
          {t.changeNamed(name)}
        </h2>
        <StateMark state={stateOf(said, held !== undefined)} word={wordOf(said, held !== undefined)} />
      </header>
      <div className="body stack close">
        {said?.state === undefined || said.state === "" ? <p className="ink2">{held === undefined ? t.changeFree : t.changeWaits}</p> : <Said said={said} />}
        {others.map((one) => (
          <div key={one.deployment} className="row second">
            <Link to="/deployments/$deployment" params={{ deployment: one.deployment }} search={{}}>
              {one.deployment}
            </Link>
            <span>{one.state === "refused" ? t.changeRefused : t.changeConfirmed}</span>
            <Time at={one.at} />
          </div>
        ))}
        {may ? (
          <div className={classes["buttons"]}>
            <Button onClick={() => setAct(say("refused", name))} data-family="bad">
              {t.refuseChange}
            </Button>
            <Button variant={held === undefined ? "default" : "filled"} onClick={() => setAct(say("confirmed", name))} disabled={mine} {...(mine ? { title: t.changeMine } : {})}>
              {t.confirmChange}
            </Button>
          </div>
        ) : null}
      </div>
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}

type SaidOf = NonNullable<Sheet["change"]>;

function Said({ said }: { said: SaidOf }) {
  return (
    <div className="stack tight">
      <span>
        {said.by?.name ?? ""} {said.at === undefined ? null : <Time at={said.at} />}
      </span>
      {said.why === undefined || said.why === "" ? null : <span className="ink2">{said.why}</span>}
      {said.validUntil === undefined ? null : (
        <span className="second">
          {t.until} <Time at={said.validUntil} />
        </span>
      )}
    </div>
  );
}

function stateOf(said: SaidOf | undefined, held: boolean): State {
  if (said?.state === "refused") {
    return gate.refused;
  }
  return held ? gate.person : gate.open;
}

/** A confirmation of something else than what is asked now counts as none. */
function wordOf(said: SaidOf | undefined, held: boolean): string {
  if (said?.state === "refused") {
    return t.changeRefused;
  }
  return held ? t.changeOpen : said?.state === "confirmed" ? t.changeConfirmed : t.changeNamedOnly;
}

/** What was said of the same change for other deployments. */
function useOthers(change: string, deployment: string): Schema["ApprovalConfirmation"][] {
  const list = useQuery({ queryKey: ["changes", { change }], queryFn: () => ask(api.GET("/api/v1/changes", { params: { query: { change, limit: 20 } } })), enabled: change !== "" });
  return (list.data?.items ?? []).filter((one) => one.deployment !== deployment).slice(0, 5);
}

function useSaying({ deployment: d, subject }: Sheet) {
  const queries = useQueryClient();
  return (state: "confirmed" | "refused", change: string): Act => ({
    title: state === "confirmed" ? t.confirmTitle(change, d.id) : t.refuseTitle(change, d.id),
    consequence: state === "confirmed" ? t.confirmWhat(d.id) : t.refuseWhat(d.id),
    verb: state === "confirmed" ? t.confirmVerb : t.refuseVerb,
    reason: state === "confirmed" ? "wanted" : "needed",
    ends: state === "refused",
    run: async (reason) => {
      // Exactly what stands on the page is confirmed: the digest says so.
      await ask(api.POST("/api/v1/changes/{change}", { params: { path: { change } }, body: { state, deployment: d.id, subject, ...(reason === "" ? {} : { reason }) } }));
      await Promise.all([["deployment", d.id], ["changes"], ["work"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
}
