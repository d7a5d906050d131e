import { milliseconds, span } from "@/part/moment";
import { Time } from "@/part/Time";
import { text } from "@/text";
import type { Header } from "./difference";
import classes from "./plan.module.css";

const t = text.plan;

interface Props {
  header: Header;
  /** How long it will take, as the API writes durations. */
  estimate?: string | undefined;
  start?: string | undefined;
  window?: { start?: string; end?: string } | undefined;
}

/** In which waves it goes, how long that takes, and what follows a failure. */
export function Waves({ header, estimate, start, window }: Props) {
  return (
    <section className="card" aria-labelledby="waves">
      <header>
        <h2 id="waves" className="grow">
          {t.waves}
        </h2>
        {estimate === undefined || milliseconds(estimate) === 0 ? null : <span className="second">{t.about(span(milliseconds(estimate)))}</span>}
      </header>
      <ol className={classes["waves"]}>
        {header.waves.map((wave) => (
          <li key={wave.number}>
            <div className="second">{t.wave(wave.number)}</div>
            <div className="strong">{wave.domain ?? t.targets(wave.size)}</div>
            {wave.domain === undefined ? null : <div className="second">{t.targets(wave.size)}</div>}
            {milliseconds(wave.soak) > 0 ? <div className="second">{t.soak(span(milliseconds(wave.soak)))}</div> : null}
            <div className="second">{t.tolerates(wave.maxFailures ?? header.maxFailures)}</div>
            {wave.pause === undefined ? null : <div className="second person">{t.pause(wave.pause.message)}</div>}
          </li>
        ))}
      </ol>
      <dl className={classes["facts"]}>
        <div>
          <dt>{t.start}</dt>
          <dd>{start === undefined ? t.asSoonAs : <Time at={start} />}</dd>
        </div>
        <div>
          <dt>{t.window}</dt>
          <dd>
            {window?.start === undefined && window?.end === undefined ? (
              t.anyTime
            ) : (
              <>
                {window.start === undefined ? null : <Time at={window.start} />} – {window.end === undefined ? null : <Time at={window.end} />}
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>{t.ifFails}</dt>
          <dd>{t.onFailure[header.onFailure] ?? header.onFailure}</dd>
        </div>
        <div>
          <dt>{t.model}</dt>
          <dd>
            {header.model.name} v{header.model.revision}
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** What is done on each target, in its order. */
export function Steps({ header }: { header: Header }) {
  const rows: { phase: string; component: string; name: string; uses: string; lasting: boolean }[] = [];
  const add = (phase: string, component: string, steps: Header["checks"]) => {
    for (const step of steps ?? []) {
      rows.push({ phase, component, name: step.name, uses: step.uses, lasting: (header.irreversible ?? []).some((one) => one.component === component && one.step === step.name) });
    }
  };
  const removing = header.direction === "remove";
  add(t.verify, "", header.checks);
  for (const item of header.direction === "install" ? header.items : [...header.items].reverse()) {
    if (removing) {
      add(t.remove, item.component, item.remove);
    } else if (header.direction === "restore") {
      add(t.back, item.component, item.remediate === undefined || item.remediate.length === 0 ? item.install : item.remediate);
    } else {
      add(t.install, item.component, item.install);
    }
  }
  add(t.accept, "", removing ? header.removal : header.acceptance);
  for (const check of removing ? [] : (header.health ?? [])) {
    rows.push({ phase: t.watched, component: (check.components ?? []).join(", "), name: t.watchedEvery(check.name, check.every ?? ""), uses: check.uses, lasting: false });
  }
  return (
    <section className="card" aria-labelledby="steps">
      <header>
        <h2 id="steps">{t.checksAndSteps}</h2>
      </header>
      <ol className={classes["steps"]}>
        {rows.map((row, i) => (
          <li key={i}>
            <span className="ink3">{row.phase}</span>
            <span>
              {row.name} {row.lasting ? <span className="warn">({t.irreversible.replace(/:$/, "").toLowerCase()})</span> : null}
            </span>
            <code className="ink3">
              {row.component} {row.uses}
            </code>
          </li>
        ))}
      </ol>
    </section>
  );
}
