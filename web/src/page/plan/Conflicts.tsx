import { Button } from "@mantine/core";
import { useState } from "react";
import { type Act, Confirm } from "@/part/Confirm";
import { Pathway } from "@/part/Pathway";
import { Said } from "@/part/Said";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { gate } from "@/vocabulary/state";
import type { Outlook } from "./data";
import classes from "./plan.module.css";
import { tellsUntil } from "./once";
import { type Conflict, useRevoke, useWaiver } from "./waive";

const t = text.plan;

/** What the calendar has against it: the rule, the path, and the way out. */
export function Conflicts({ outlook, deployment, requester }: { outlook: Outlook; deployment?: string; requester?: string }) {
  const [act, setAct] = useState<Act>();
  const waiver = useWaiver();
  const revoke = useRevoke(deployment, outlook.conflicts.some((conflict) => conflict.waived !== undefined));
  return (
    <section className="card" aria-labelledby="conflicts">
      <header>
        <h2 id="conflicts">{t.conflicts}</h2>
        {outlook.conflicts.length === 0 ? null : <span className="second">{t.foundSomething(outlook.conflicts.length)}</span>}
      </header>
      {outlook.conflicts.length === 0 ? (
        <div className="body row">
          <span className="good">
            <Icon name="tick" />
          </span>
          {t.noConflicts}
        </div>
      ) : null}
      {outlook.conflicts.map((conflict) => {
        const waive = waiver(conflict, deployment, requester);
        const back = revoke(conflict);
        return <ConflictRow key={conflict.ref} conflict={conflict} waive={waive === undefined ? undefined : () => setAct(waive)} revoke={back === undefined ? undefined : () => setAct(back)} />;
      })}
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}

export function ConflictRow({ conflict, waive, revoke }: { conflict: Conflict; waive?: (() => void) | undefined; revoke?: (() => void) | undefined }) {
  const now = useNow();
  const state = conflict.waived !== undefined ? gate.waived : conflict.rule.includes("freeze") ? gate.frozen : conflict.holds ? gate.conflict : gate.warning;
  return (
    <div className={classes["conflict"]}>
      <span className={state.family}>
        <Icon name={state.icon} label={state.word} />
      </span>
      <div className="stack tight grow">
        <div>
          <span className="strong">{conflict.waived !== undefined ? t.waivedBy(conflict.waived) : conflict.holds ? t.needsWaiver : t.warning}:</span> <Said words={conflict.message} />
        </div>
        <Pathway path={conflict.path} />
        {conflict.until === undefined || tellsUntil(conflict, { now }) ? null : (
          <div className="second">
            {t.until} <Time at={conflict.until} />
          </div>
        )}
        {conflict.waived !== undefined || !conflict.holds || conflict.groups === undefined || conflict.groups.length === 0 ? null : <div className="second">{t.waivable(conflict.groups)}</div>}
      </div>
      {waive === undefined ? null : (
        <Button size="compact-md" onClick={waive} flex="none">
          {t.waive}
        </Button>
      )}
      {revoke === undefined ? null : (
        <Button size="compact-md" onClick={revoke} flex="none">
          {t.revoke}
        </Button>
      )}
    </div>
  );
}
