import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { useWho } from "@/frame/who";
import { type Act, Confirm } from "@/part/Confirm";
import { Said } from "@/part/Said";
import { moment } from "@/part/moment";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import type { Sheet } from "./data";
import classes from "./plan.module.css";

const t = text.plan;

/** Who has voted for which group, and who still can. */
export function Approvals({ sheet }: { sheet: Sheet }) {
  const now = useNow();
  const have = sheet.needs.reduce((n, need) => n + need.have, 0);
  const needed = sheet.needs.reduce((n, need) => n + need.needed, 0);
  const { id } = sheet.deployment;
  const who = useWho();
  const queries = useQueryClient();
  const [act, setAct] = useState<Act>();
  const withdraw = () =>
    setAct({
      title: t.withdrawTitle(id),
      consequence: t.withdrawWhat,
      verb: t.withdrawVerb,
      safe: t.keepVote,
      reason: "needed",
      run: async (reason) => {
        await ask(api.POST("/api/v1/deployments/{deployment}/votes/withdraw", { params: { path: { deployment: id } }, body: { reason } }));
        await Promise.all([queries.invalidateQueries({ queryKey: ["deployment", id] }), queries.invalidateQueries({ queryKey: ["work"] })]);
      },
    });
  return (
    <section className="card" aria-labelledby="approvals">
      <header>
        <h2 id="approvals" className="grow">
          {t.approvals}
        </h2>
        <span className="second">{needed === 0 ? (sheet.authorised ? t.authorised : "") : t.votesAll(have, needed)}</span>
      </header>
      <div className="body stack close">
        {sheet.needs.length === 0 ? <p className="ink2">{sheet.why === "" ? t.noPolicy : <Said words={sheet.why} />}</p> : null}
        {sheet.needs.map((need) => (
          <div key={`${need.policy} ${need.group}`} className="stack tight">
            <div className="row between">
              <h3>{need.group}</h3>
              <span className="second">{t.votes(need.have, need.needed)}</span>
            </div>
            {sheet.votes
              .filter(({ vote }) => vote.group === need.group && vote.withdrawn === undefined)
              .map(({ vote, counts, why }) => (
                <div key={vote.id} className={`row ${classes["vote"] ?? ""}`} title={vote.reason}>
                  <span className={counts ? (vote.decision === "approve" ? "good" : "bad") : "mute"}>
                    <Icon name={vote.decision === "approve" ? "disc" : "octagon"} label={vote.decision === "approve" ? t.approved : t.rejected} />
                  </span>
                  <span className="grow cut">
                    {vote.by} {counts ? "" : <span className="second">{why ?? t.voided}</span>}
                  </span>
                  <span className="second">
                    <Time at={vote.at} />
                  </span>
                  {sheet.ways.withdraw && vote.by === who?.actor.name ? (
                    <Button size="compact-xs" onClick={withdraw}>
                      {t.withdraw}
                    </Button>
                  ) : null}
                </div>
              ))}
            {need.missing > 0 ? (
              <div className={`row ${classes["vote"] ?? ""}`}>
                <span className={need.may.length > 0 ? "person" : "bad"}>
                  <Icon name="person" />
                </span>
                <span className="ink2">{need.may.length === 0 ? t.nobody : need.may.join(", ")}</span>
              </div>
            ) : null}
            {need.missing > 0 && need.escalatesAt !== undefined ? (
              <div className={`second ${classes["indent"] ?? ""}`}>
                {moment(new Date(need.escalatesAt), { now })}: {t.escalates(need.escalateTo ?? "")}
              </div>
            ) : null}
          </div>
        ))}
      </div>
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}
