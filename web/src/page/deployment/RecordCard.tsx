import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { Copy, digestShort } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { record as states } from "@/vocabulary/state";
import classes from "./deployment.module.css";
import { type Deployment, useEntries } from "./data";

const t = text.deployment;

/** The sealed record of it: how much there is, whether it verifies, and a copy to keep. */
export function RecordCard({ d }: { d: Deployment }) {
  const entries = useEntries(d.id, d.header.targetCount);
  const check = useMutation({ mutationFn: () => ask(api.POST("/api/v1/record/verify", { body: {} })) });
  const findings = check.data?.findings ?? [];
  const state = check.data === undefined ? states.unchecked : findings.length > 0 ? states.broken : states.verified;
  const last = entries.data?.at(-1)?.index;
  return (
    <section className="card" aria-labelledby="record">
      <div className="body stack close">
        <div className="row">
          <span className={state.family}>
            <Icon name={state.icon} size={20} />
          </span>
          <div className="grow">
            <h2 id="record">{state.word}</h2>
            <div className="second" role="status">
              {check.data === undefined ? (last === undefined ? "" : `${t.record} ${last}`) : findings.length > 0 ? t.findings(findings.length + (check.data.more ?? 0)) : t.checkedWhat(check.data.entries)}
            </div>
          </div>
          <Button size="compact-sm" loading={check.isPending} onClick={() => check.mutate()}>
            {t.check}
          </Button>
        </div>
        {findings.length === 0 ? null : (
          <ul className={classes["findings"]}>
            {findings.map((finding, i) => (
              <li key={i}>
                <code>{finding.where}</code> {finding.message}
              </li>
            ))}
          </ul>
        )}
        {check.error === null ? null : <Failure error={check.error} />}
        <dl className={classes["pairs"]}>
          <dt>{t.planDigest}</dt>
          <dd>
            <Copy value={d.planDigest} shown={digestShort(d.planDigest)} />
          </dd>
        </dl>
        {d.authority === undefined || d.authority === "" ? null : (
          <p className="second">
            {t.authority}: {d.authority}.
          </p>
        )}
        {d.acceptedBy === undefined ? null : (
          <p className="second">
            {t.acceptedBy(d.acceptedBy.by.name)} <Time at={d.acceptedBy.at} />: {d.acceptedBy.why}
          </p>
        )}
        {d.state === "closed" ? (
          <a href={`/api/v1/deployments/${d.id}/bundle`} download={`${d.id}.record`} className="row">
            <Icon name="download" size={14} /> {t.export}
          </a>
        ) : null}
      </div>
    </section>
  );
}
