import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Act, Confirm } from "@/part/Confirm";
import { PageButton } from "@/part/PageButton";
import { Said } from "@/part/Said";
import { text } from "@/text";
import { useApproval } from "./data";

const t = text.plan;

type Reason = Schema["Reason"];
type Asked = Pick<Schema["Deployment"], "id" | "change">;

/** The reason for which whoever asked must ask otherwise; undefined where nothing is asked of them. */
export const anewOf = (reasons: readonly Reason[]): Reason | undefined => reasons.find((reason) => reason.way !== undefined);

/** Sends a deployment's new question: a new plan, or the same once more, maybe for another change. */
export function sendAnew(d: Asked, way: Reason["way"], reason: string, change = "") {
  const params = { path: { deployment: d.id } };
  return way === "replan"
    ? ask(api.POST("/api/v1/deployments/{deployment}/replan", { params, body: { reason } }))
    : ask(api.POST("/api/v1/deployments/{deployment}/ask-again", { params, body: { reason, ...(change === "" || change === d.change ? {} : { change }) } }));
}

/** For whoever asked, the button that lets a deployment go on again; nothing for everybody else. */
export function AnewButton({ d, reasons }: { d: Asked; reasons: readonly Reason[] }) {
  const reason = anewOf(reasons);
  const sheet = useApproval(d.id, reason !== undefined);
  const queries = useQueryClient();
  const [act, setAct] = useState<Act>();
  if (reason?.way === undefined || sheet.data?.ways.ask !== true) {
    return null;
  }
  if (reason.way === "reschedule") {
    return (
      <PageButton variant="filled" style={{ flex: "none" }} to="/calendar" search={{}}>
        {t.anotherTime}
      </PageButton>
    );
  }
  const { way } = reason;
  const open = () => {
    let change = d.change ?? "";
    setAct({
      title: t.anewTitle[way](d.id),
      consequence: (
        <div className="stack">
          <p>
            <Said words={reason.message} /> {t.anewWhat[way]}
          </p>
          {reason.gate === "change" ? <TextInput label={t.change} description={t.changeWhat} defaultValue={change} onChange={(event) => (change = event.currentTarget.value.trim())} /> : null}
        </div>
      ),
      verb: t.anewVerb[way],
      safe: t.notNow,
      reason: "needed",
      run: async (why) => {
        await sendAnew(d, way, why, change);
        await Promise.all([queries.invalidateQueries({ queryKey: ["deployment", d.id] }), queries.invalidateQueries({ queryKey: ["work"] })]);
      },
    });
  };
  return (
    <>
      <Button variant="filled" flex="none" onClick={open}>
        {t.anew[way]}
      </Button>
      <Confirm act={act} close={() => setAct(undefined)} />
    </>
  );
}
