import { Link } from "@tanstack/react-router";
import { span } from "@/part/moment";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { stateOfDeployment } from "@/vocabulary/deployment";
import { StateMark } from "@/vocabulary/StateMark";
import { Acts } from "./Acts";
import type { Answerable } from "./Answer";
import classes from "./deployment.module.css";
import type { Deployment } from "./data";

const t = text.deployment;

/** What it is, how it is, and what may be done with it. */
export function Head({ d, changed, answer }: { d: Deployment; changed: () => Promise<unknown>; answer: (about: Answerable) => void }) {
  return (
    <div className={classes["top"]}>
      <div className="stack tight grow">
        <div className="row wrap">
          <Title d={d} />
          <StateMark as="chip" state={stateOfDeployment(d)} />
        </div>
        <Facts d={d} />
      </div>
      <Acts d={d} changed={changed} answer={answer} />
    </div>
  );
}

/** "shop 3.0.0 into staging". */
export function Title({ d }: { d: Pick<Deployment, "header"> }) {
  const { release, environment, direction } = d.header;
  const [component = "", version] = release.split("@");
  const before = { remove: t.removal, restore: t.rollback }[direction];
  return (
    <h1 className={classes["title"]}>
      {before === undefined ? null : <span className={classes["light"]}>{before} </span>}
      {component}
      {version === undefined ? null : (
        <>
          {" "}
          <span className={classes["version"]}>{version}</span>
        </>
      )}{" "}
      <span className={classes["light"]}>{direction === "remove" ? t.from : t.into}</span> {environment}
    </h1>
  );
}

function Facts({ d }: { d: Deployment }) {
  const facts = [
    <code key="id">{d.id}</code>,
    <span key="model">
      {d.header.model.name} v{d.header.model.revision}
    </span>,
    <span key="by">{t.by(d.requestedBy.name)}</span>,
    d.remediates === undefined || d.remediates === "" ? null : (
      <Link key="restores" to="/deployments/$deployment" params={{ deployment: d.remediates }} search={{}}>
        {t.restores(d.remediates)}
      </Link>
    ),
    d.journey === undefined || d.journey === "" ? null : (
      <Link key="journey" to="/journeys/$journey" params={{ journey: d.journey }}>
        {t.ofJourney(d.journey)}
      </Link>
    ),
    d.change === undefined || d.change === "" ? null : <span key="change">{t.change(d.change)}</span>,
    d.started === undefined ? (
      <Time key="at" at={d.requestedAt} />
    ) : d.ended === undefined ? (
      <span key="at">
        {t.started("")}
        <Time at={d.started} />
      </span>
    ) : (
      <span key="at">
        {t.ended("")}
        <Time at={d.ended} />, {t.tookAll(span(Date.parse(d.ended) - Date.parse(d.started)))}
      </span>
    ),
    d.mustEnd === undefined || d.ended !== undefined ? null : (
      <span key="end">
        {t.windowEnds("")}
        <Time at={d.mustEnd} />
      </span>
    ),
    <Link key="plan" to="/deployments/$deployment/plan" params={{ deployment: d.id }}>
      {t.plan} {d.plan}
    </Link>,
  ].filter((fact) => fact !== null);
  return <div className={classes["facts"]}>{facts}</div>;
}
