import { kindWord } from "@/page/library/kind";
import { text } from "@/text";
import type { ModelSpec } from "./model";
import classes from "./models.module.css";
import { criterionFacts, criterionSaid, criterionWhen, labels, stageRows } from "./words";

const t = text.models;

/** What stages say besides all at once: the waves, whom it asks, when it stops, and what must have been tested. */
export function Stages({ spec }: { spec: ModelSpec }) {
  const telling = (spec.flow ?? []).map((stage) => ({ stage, rows: stageRows(stage) })).filter(({ rows }) => rows.length > 0);
  return telling.length === 0 ? null : (
    <div className={classes["rows"]}>
      {telling.map(({ stage, rows }) => (
        <div key={stage.environment} className={classes["line"]}>
          <span className="ink3">{t.inStage(stage.environment)}</span>
          <dl className={classes["said"]}>
            {rows.map((row) => (
              <div key={`${row.word} ${row.said}`}>
                <dt>{row.word}</dt>
                <dd>{row.said}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}

/** What must hold besides the checks, in the order in which it is asked for. */
export function Criteria({ spec }: { spec: ModelSpec }) {
  const criteria = spec.criteria ?? [];
  return criteria.length === 0 ? null : (
    <section className="card" aria-label={t.criteria}>
      <header>
        <h2>{t.criteria}</h2>
        <span className="second">{t.criteriaLead}</span>
      </header>
      <div className={classes["rows"]}>
        {criteria.map((criterion) => (
          <div key={criterion.name} className={classes["line"]}>
            <span className="ink3">{criterionWhen(criterion)}</span>
            <div className="stack tight">
              <span>{criterionSaid(criterion)}</span>
              <span className="second">{[criterion.name, ...criterionFacts(criterion)].join(", ")}</span>
            </div>
          </div>
        ))}
      </div>
    </section>
  );
}

/** For which components it is, in words. */
export function forWhich(spec: ModelSpec): string {
  const { components, kinds, labels: carried } = spec.appliesTo ?? {};
  const said = [
    components === undefined || components.length === 0 ? undefined : t.forComponents(components.join(", ")),
    kinds === undefined || kinds.length === 0 ? undefined : t.forKinds(kinds.map(kindWord).join(", ")),
    carried === undefined || Object.keys(carried).length === 0 ? undefined : t.forLabels(labels(carried)),
  ].filter(Boolean);
  return said.length === 0 ? t.forAll : said.join("; ");
}
