import { Modal } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Copy, digestShort } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { healthState } from "@/part/health";
import { Loading } from "@/part/Loading";
import { PageButton } from "@/part/PageButton";
import { Time } from "@/part/Time";
import { Why } from "@/part/Why";
import { text } from "@/text";
import { deployment as states, stateOf } from "@/vocabulary/state";
import { StateMark } from "@/vocabulary/StateMark";
import type { Schema } from "@/api/client";
import { Said } from "@/part/Said";
import { usePlace } from "./data";
import classes from "./overview.module.css";

const t = text.overview;

/** The card of a cell: what stands there, by whose authority, since when, and what may be done. */
export function PlaceCard({ cell, at, close }: { cell: string | undefined; at: string | undefined; close: () => void }) {
  const [component = "", environment = ""] = (cell ?? "").split("~");
  return (
    <Modal opened={cell !== undefined} onClose={close} title={t.card(component, environment)} size={560} closeButtonProps={{ "aria-label": t.close }}>
      {cell === undefined ? null : <Card component={component} environment={environment} at={at} />}
    </Modal>
  );
}

function Card({ component, environment, at }: { component: string; environment: string; at: string | undefined }) {
  const place = usePlace(component, environment, at);
  if (place.error !== null) {
    return <Failure error={place.error} retry={() => void place.refetch()} />;
  }
  if (place.data === undefined) {
    return <Loading rows={3} />;
  }
  const versions = new Map<string, { n: number; since: string; digest: string }>();
  for (const target of place.data.targets) {
    const before = versions.get(target.version);
    versions.set(target.version, { n: (before?.n ?? 0) + 1, since: before === undefined || target.since > before.since ? target.since : before.since, digest: target.digest });
  }
  const whole = place.data.targets.length < 100;
  const last = place.data.by[0];
  return (
    <div className="stack">
      {place.data.why === undefined ? null : <Why reasons={[place.data.why]} person={place.data.open?.[0]?.asks !== undefined} manner={place.data.open?.[0]?.asks === "guidance" ? "stopped" : "waits"} />}
      {(place.data.open ?? []).map((open) => (
        <div key={open.deployment} className="row">
          <span className="grow">
            {at === undefined ? t.open : t.wasOpen}: <code>{open.deployment}</code>
            {at === undefined ? null : <span className="ink2"> {[stateOf(states, open.state).word, (open.wave ?? 0) > 0 ? t.wave(open.wave ?? 0, open.waves ?? 0) : ""].filter(Boolean).join(", ")}</span>}
          </span>
          <PageButton to="/deployments/$deployment" params={{ deployment: open.deployment }} search={{}} variant="filled">
            {text.work.openDeployment}
          </PageButton>
        </div>
      ))}
      {place.data.health === undefined ? null : <HowItIs health={place.data.health} />}
      {versions.size === 0 ? <p className="ink2">{t.notThere}</p> : null}
      {[...versions].map(([version, { n, since, digest }]) => (
        <div key={version} className="stack tight">
          <div className="row between">
            <span>
              <code className={classes["bigVersion"]}>{version}</code> <span className="second">{whole ? t.on(n) : t.onMany(n)}</span>
            </span>
            <span className="second">
              {t.since} <Time at={since} />
            </span>
          </div>
          <Copy value={digest} shown={digestShort(digest)} />
        </div>
      ))}
      {place.data.by.map((by) => (
        <dl key={by.deployment} className={classes["by"]}>
          <dt>{t.broughtBy}</dt>
          <dd>
            <Link to="/deployments/$deployment" params={{ deployment: by.deployment }} search={{}}>
              {by.deployment}
            </Link>{" "}
            {by.release}, {text.deployment.by(by.requestedBy.name)}
            {by.ended === undefined ? null : (
              <>
                , <Time at={by.ended} />
              </>
            )}
          </dd>
          <dt>{t.authority}</dt>
          <dd>{by.authority === undefined || by.authority === "" ? text.deployment.none : <Said words={by.authority} />}</dd>
        </dl>
      ))}
      {at !== undefined ? null : (
        <div className="row wrap">
          <PageButton to="/deployments/new" search={{ env: environment }}>
            {t.deployHere}
          </PageButton>
          {last === undefined || last.result !== "succeeded" ? null : (
            <PageButton to="/deployments/new" search={{ restores: last.deployment }}>
              {t.rollBack}
            </PageButton>
          )}
        </div>
      )}
    </div>
  );
}

/** How it does its work: since when, which check says so, and its words. */
function HowItIs({ health: h }: { health: Schema["PlaceHealth"] }) {
  return (
    <div className="stack tight">
      <div className="row between">
        <StateMark state={healthState(h.state)} />
        <span className="second">
          <Link to="/environments/$environment" params={{ environment: h.environment }} search={{ tab: "health" }}>{text.health.of(h.healthy, h.counts.targets)}</Link>, {t.since} <Time at={h.since} />
        </span>
      </div>
      {h.check === undefined ? null : (
        <span className="second">
          {text.health.said(h.check, h.target ?? "")}: {h.says}
        </span>
      )}
    </div>
  );
}
