import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schema } from "@/api/client";
import { useActs } from "@/frame/acts";
import { Confirm, type Act } from "@/part/Confirm";
import { Copy, digestShort } from "@/part/Copy";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { stateOf, version as states } from "@/vocabulary/state";
import { StateMark } from "@/vocabulary/StateMark";
import { actsOf } from "./act";
import classes from "./library.module.css";
import { Contents } from "./Contents";
import { sourceName } from "./gather";
import { evidenceQuery, placesQuery, type Version, volume } from "./query";
import { AskedStep, Detail, Step } from "./step";

const t = text.library;
type Evidence = Schema["LibraryEvidence"];

/** Where a version comes from, step by step, and whether each is as it must be. */
export function Origin({ version: v, mustSign }: { version: Version; mustSign: boolean }) {
  const [act, setAct] = useState<Act>();
  const places = useQuery(placesQuery(v.component)).data ?? [];
  const o = v.origin;
  const acts = actsOf(v, places);
  useActs(acts.map((one) => ({ word: `${one.verb} ${v.component} ${v.version}…`, icon: one.ends === true ? "struck" : one.main === true ? "disc" : "hexagon", run: () => setAct(one) })));
  return (
    <section className={`card ${classes["origin"] ?? ""}`} aria-label={t.origin(v.version)}>
      <header>
        <h2 className="grow cut">{t.origin(v.version)}</h2>
        <Link to="/journeys/$journey" params={{ journey: `${v.component}@${v.version}` }} className="second">
          {t.itsWay}
        </Link>
        <StateMark as="chip" state={stateOf(states, v.state)} />
      </header>
      <ol className={classes["steps"]}>
        <Step icon={o.commit === undefined && o.uri === undefined ? "dot" : "disc"} family={o.commit === undefined && o.uri === undefined ? "mute" : "good"} title={t.source}>
          {o.uri === undefined && o.commit === undefined && o.source === undefined ? <span className="ink3">{t.noSource}</span> : null}
          {o.uri === undefined ? null : /^https?:\/\//.test(o.uri) ? <a href={o.uri} rel="noreferrer" target="_blank">{o.uri}</a> : <code>{o.uri}</code>}
          {o.commit === undefined ? null : <Detail><code title={o.commit}>{t.commit(o.commit.slice(0, 12))}</code></Detail>}
          {o.source === undefined ? null : <Detail><code>{sourceName(o.source)}</code></Detail>}
          {o.way === undefined ? null : <Detail>{t.way[o.way]}</Detail>}
          {o.note === undefined ? null : <Detail>{o.note}</Detail>}
        </Step>
        <Step icon="disc" family="good" title={t.package}>
          <Copy value={v.digest} shown={digestShort(v.digest)} />
          <Detail>
            {volume(v.size)}, <Time at={v.addedAt} />, {v.addedBy.name}
          </Detail>
          <Detail>
            <code>{v.reference}</code>
          </Detail>
        </Step>
        <SignatureStep version={v} mustSign={mustSign} />
        <Contents version={v} />
        <Tests component={v.component} version={v.version} />
        <Step icon={stateOf(states, v.state).icon} family={stateOf(states, v.state).family} title={t.admission}>
          <span>
            {stateOf(states, v.state).word}, <Time at={v.stateAt} />, {v.stateBy.name}
          </span>
          {v.stateWhy === undefined ? null : <Detail>{v.stateWhy}</Detail>}
        </Step>
      </ol>
      <footer className={classes["acts"]}>
        {acts.map((one) => (
          <Button key={one.verb} onClick={() => setAct(one)} {...(one.ends === true ? { "data-family": "bad" } : {})} {...(one.main === true ? { variant: "filled" } : {})}>
            {one.verb}…
          </Button>
        ))}
      </footer>
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}

function SignatureStep({ version: v, mustSign }: { version: Version; mustSign: boolean }) {
  if (v.signedBy !== undefined) {
    return (
      <Step icon="disc" family="good" title={t.signature}>
        <span className="cut" title={v.signedBy}>
          {t.signedBy(`${v.signedBy.slice(0, 16)}…`)}
        </span>
      </Step>
    );
  }
  if (v.signature !== undefined) {
    return (
      <Step icon="triangle" family="warn" title={t.signature}>
        {t.signedUnchecked}
      </Step>
    );
  }
  return (
    <Step icon={mustSign ? "octagon" : "dot"} family={mustSign ? "bad" : "mute"} title={t.signature}>
      {mustSign ? <span className="bad">{t.signatureMissing}</span> : <span className="ink3">{t.unsigned}</span>}
    </Step>
  );
}

/** The newest result of each suite in each environment. */
function newest(list: readonly Evidence[]): Evidence[] {
  const found = new Map<string, Evidence>();
  for (const e of list) {
    const key = `${e.suite} ${e.environment ?? ""}`;
    const before = found.get(key);
    if (before === undefined || e.at > before.at) {
      found.set(key, e);
    }
  }
  return [...found.values()];
}

function Tests({ component, version }: { component: string; version: string }) {
  const evidence = useQuery(evidenceQuery(component, version));
  return <AskedStep of={evidence}>{(data) => <Results component={component} version={version} data={data} />}</AskedStep>;
}

function Results({ component, version, data }: { component: string; version: string; data: readonly Evidence[] }) {
  if (data.length === 0) {
    return (
      <Step icon="dot" family="mute" title={t.tests}>
        <span className="ink3">{t.noTests}</span>
        <Copy value={t.evidenceCommand(component, version)} />
      </Step>
    );
  }
  const results = newest(data);
  const failed = results.some((e) => e.failed > 0);
  return (
    <Step icon={failed ? "triangle" : "disc"} family={failed ? "warn" : "good"} title={t.tests}>
      {results.map((e) => (
        <div key={e.id} className="stack tight">
          <span>
            {t.testsOf(e.suite, e.environment ?? "")}: {t.passed(e.passed, e.passed + e.failed)}
            {e.failed === 0 ? null : <span className="warn">, {t.failedTests(e.failed)}</span>}
            {e.skipped === undefined || e.skipped === 0 ? null : `, ${t.skippedTests(e.skipped)}`}
          </span>
          <Detail>
            <Time at={e.at} />, {e.by.name}
            {e.url === undefined ? null : (
              <>
                {" "}
                <a href={e.url} rel="noreferrer" target="_blank">
                  {t.result}
                </a>
              </>
            )}
          </Detail>
        </div>
      ))}
    </Step>
  );
}
