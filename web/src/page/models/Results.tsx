import { Link } from "@tanstack/react-router";
import type { Schema } from "@/api/client";
import { milliseconds, took } from "@/part/moment";
import { text } from "@/text";
import { deployment as states, stateOf } from "@/vocabulary/state";
import classes from "./models.module.css";

const t = text.models;

/** What came of the model: by environment in numbers, and the last deployments as a row of marks. */
export function Results({ results }: { results: Schema["ModelResults"] }) {
  // Deployments are listed by component: of a model for one, these are just its own.
  const only = results.components.length === 1 ? results.components[0] : undefined;
  const ran = results.environments.filter((e) => e.succeeded + e.failed + e.remediated + e.cancelled > 0);
  return (
    <section className="card" aria-label={t.results}>
      <header>
        <h2 className="grow">{t.results}</h2>
        {results.runs === 0 ? null : <span className="second">{t.resultsOf(results.runs)}</span>}
      </header>
      {results.runs === 0 ? (
        <div className="body ink2">{t.noResults}</div>
      ) : (
        <>
          <div className={classes["scroll"]} tabIndex={0} role="group" aria-label={t.results}>
            <table className={classes["numbers"]}>
              <thead>
                <tr>
                  <th scope="col">{t.environment}</th>
                  <th scope="col">{t.success}</th>
                  <th scope="col">{t.failed}</th>
                  <th scope="col">{t.broughtBack}</th>
                  <th scope="col">{t.cancelled}</th>
                  <th scope="col">{t.medianTime}</th>
                  <th scope="col">{t.medianWait}</th>
                </tr>
              </thead>
              <tbody>
                {ran.map((e) => (
                  <tr key={e.environment}>
                    <th scope="row">{e.environment}</th>
                    {(["succeeded", "failed", "remediated", "cancelled"] as const).map((how) => (
                      <td key={how} className={e[how] === 0 ? "ink3" : how === "failed" ? "bad" : ""}>
                        <Amount n={e[how]} how={how} environment={e.environment} component={only} />
                      </td>
                    ))}
                    <td>{e.took === undefined ? "–" : took(milliseconds(e.took))}</td>
                    <td>{e.waited === undefined ? "–" : took(milliseconds(e.waited))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className={classes["recent"]}>
            <span className="second">{t.recent}</span>
            <ol>
              {[...results.recent].reverse().map((run) => (
                <li key={run.deployment}>
                  <RunMark run={run} />
                </li>
              ))}
            </ol>
          </div>
        </>
      )}
    </section>
  );
}

/** A number that opens the deployments that it counts. */
function Amount({ n, how, environment, component }: { n: number; how: string; environment: string; component: string | undefined }) {
  return n === 0 || component === undefined ? (
    n
  ) : (
    <Link to="/deployments" search={{ all: true, state: how, env: environment, component }} aria-label={t.amount(n, how, environment)}>
      {n}
    </Link>
  );
}

function RunMark({ run }: { run: Schema["ModelRun"] }) {
  const state = stateOf(states, run.result);
  const said = t.run(run.release, run.environment, state.word);
  const to: string = `/deployments/${run.deployment}`;
  return <Link to={to} className={classes["mark"]} data-result={run.result} title={`${run.deployment} ${said}`} aria-label={`${run.deployment} ${said}`} />;
}
