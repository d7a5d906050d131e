import { Link } from "@tanstack/react-router";
import { milliseconds, took } from "@/part/moment";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { StateMark } from "@/vocabulary/StateMark";
import type { Stage, View } from "./data";
import classes from "./journeys.module.css";
import { isHere, shareOfWork, stateOfPassage, stateOfStage } from "./stage";

const t = text.journeys;
/** Deployments of one environment that its place shows; the list below has all. */
const few = 3;

/** The environments of the way in their order, as a row; on a phone one below the other. */
export function Stages({ view }: { view: View }) {
  return (
    <div className={classes["scroll"]} tabIndex={0} role="group" aria-labelledby="way">
      <ol className={classes["stages"]}>
        {view.stages.map((stage) => (
          <Place key={stage.environment} view={view} stage={stage} />
        ))}
      </ol>
    </div>
  );
}

function Place({ view, stage }: { view: View; stage: Stage }) {
  const state = stateOfStage(view, stage);
  const here = isHere(view, stage) && view.journey?.state !== "ended";
  const spent = milliseconds(stage.spent);
  return (
    <li className={classes["stage"]} data-here={here || undefined} data-environment={stage.environment} {...(here ? { "aria-current": "step" as const } : {})}>
      <div className={classes["head"]}>
        <span className={state.family}>
          <Icon name={state.icon} label={state.word} />
        </span>
        <h3 className="grow cut">
          <Link to="/environments/$environment" params={{ environment: stage.environment }} search={{}}>
            {stage.environment}
          </Link>
        </h3>
        {spent === 0 ? null : <span className={classes["spent"]}>{took(spent)}</span>}
      </div>
      <Share stage={stage} />
      <div className="second">
        <Stand view={view} stage={stage} word={state.word} />
      </div>
      {stage.decision === undefined ? null : (
        <div className="second" title={stage.decision.why}>
          {t.decided(stage.decision.by.name)}
        </div>
      )}
      <ul className={classes["passages"]}>
        {stage.passages.slice(-few).map((one) => (
          <li key={one.deployment} className="row">
            <StateMark as="icon" state={stateOfPassage(one)} />
            <Link to="/deployments/$deployment" params={{ deployment: one.deployment }} search={{}}>
              {one.deployment}
            </Link>
          </li>
        ))}
        {stage.passages.length > few ? <li className="second">{t.moreDeployments(stage.passages.length - few)}</li> : null}
      </ul>
      <Loops stage={stage} />
      {stage.pins.map((pin) => (
        <div key={`${pin.component} ${pin.version}`} className="row second" title={pin.why}>
          <Icon name="pin" size={14} /> {t.keptOut(`${pin.component} ${pin.version}`, pin.by.name)}
        </div>
      ))}
    </li>
  );
}

/** How much of the time there was work: the rest was waiting. */
function Share({ stage }: { stage: Stage }) {
  const share = shareOfWork(stage);
  if (share === undefined) {
    return <div className={classes["share"]} aria-hidden="true" />;
  }
  const said = t.shareSays(took(milliseconds(stage.worked)), took(milliseconds(stage.waited)));
  return (
    <div className={classes["share"]} role="img" aria-label={said} title={said}>
      <span className={classes["work"]} style={{ width: `${share * 100}%` }} />
      <span className={classes["wait"]} style={{ width: `${(1 - share) * 100}%` }} />
    </div>
  );
}

function Stand({ view, stage, word }: { view: View; stage: Stage; word: string }) {
  if (stage.left !== undefined) {
    return (
      <>
        {t.leftAt}
        <Time at={stage.left} />
      </>
    );
  }
  if (stage.arrived !== undefined) {
    return (
      <>
        {t.arrivedAt}
        <Time at={stage.arrived} />
      </>
    );
  }
  if (stage.reached !== undefined || stage.entered !== undefined) {
    return <>{word}</>;
  }
  return <>{view.journey?.state === "ended" ? t.notEntered : t.notYet}</>;
}

/** The rounds of deploying, testing and mending there, where there was more than one. */
function Loops({ stage }: { stage: Stage }) {
  return stage.loops
    .filter((loop) => loop.deployments > 1)
    .map((loop) => {
      const said = t.rounds(loop.deployments, loop.versions, milliseconds(loop.took) === 0 ? "" : took(milliseconds(loop.took)));
      return (
        <div key={loop.component} className="row second" data-loop>
          <Icon name="back" size={14} /> {stage.loops.length > 1 ? t.roundsOf(loop.component, said) : said}
        </div>
      );
    });
}
