import { text } from "@/text";
import { kindWord } from "@/page/library/kind";
import { Icon } from "@/vocabulary/Icon";
import { lasting, type ModelSpec, type Step } from "./model";
import classes from "./models.module.css";
import { healthFacts, inputsOf, stepFacts } from "./words";

const t = text.models;
const demands: Readonly<Record<string, string>> = t.componentChecks;
type Otherwise = "apply" | "remove" | "check";

/** What is done on each target, and what must be true before and after, with all that each step says. */
export function Steps({ spec }: { spec: ModelSpec }) {
  const checks = spec.checks ?? {};
  const { step, silent } = spec.timeouts ?? {};
  return (
    <>
      {(spec.procedures ?? []).map((procedure) => (
        <div key={procedure.kind} className={classes["rows"]}>
          <Row word={(spec.procedures ?? []).length > 1 ? t.onEach(kindWord(procedure.kind)) : t.install} steps={procedure.install ?? []} otherwise="apply" />
          <Row word={t.remove} steps={procedure.remove ?? []} otherwise="remove" none={t.removeDefault} />
          <Row word={t.remediate} steps={procedure.remediate ?? []} otherwise="apply" none={t.remediateDefault} />
        </div>
      ))}
      <div className={classes["rows"]}>
        {checks.component === undefined ? null : (
          <div className={classes["line"]}>
            <span className="ink3">{t.checkComponent}</span>
            <span>{checks.component.map((check) => demands[check] ?? check).join(", ")}</span>
          </div>
        )}
        <Row word={t.checkTarget} steps={checks.target ?? []} otherwise="check" />
        <Row word={t.checkAcceptance} steps={checks.acceptance ?? []} otherwise="check" />
        <Row word={t.checkRemoval} steps={checks.removal ?? []} otherwise="check" />
        {checks.health === undefined || checks.health.length === 0 ? null : (
          <div className={classes["line"]}>
            <span className="ink3">{t.checkHealth}</span>
            <div className="stack close">
              <ol className={classes["steps"]}>
                {checks.health.map((check, i) => (
                  <One key={check.name} number={i + 1} name={check.name} uses={check.uses} facts={healthFacts(check)} given={check.with} />
                ))}
              </ol>
              <span className="second">{t.failingPercent(checks.failingPercent ?? 100)}</span>
            </div>
          </div>
        )}
      </div>
      <p className={`second ${classes["last"] ?? ""}`}>
        {t.onFailure[spec.onFailure ?? "guidance"]} {t.timeouts(lasting(step ?? "10m"), lasting(silent ?? "2m"))}
      </p>
    </>
  );
}

function Row({ word, steps, otherwise, none }: { word: string; steps: readonly Step[]; otherwise: Otherwise; none?: string }) {
  if (steps.length === 0 && none === undefined) {
    return null;
  }
  return (
    <div className={classes["line"]}>
      <span className="ink3">{word}</span>
      {steps.length === 0 ? (
        <span className="ink3">{none}</span>
      ) : (
        <ol className={classes["steps"]} aria-label={word}>
          {steps.map((step, i) => (
            <One key={step.name} number={i + 1} name={step.name} uses={step.uses} facts={stepFacts(step, otherwise)} given={step.with} irreversible={step.irreversible} />
          ))}
        </ol>
      )}
    </div>
  );
}

interface OneProps {
  number: number;
  name: string;
  uses: string;
  facts: readonly string[];
  given: Record<string, unknown> | undefined;
  irreversible?: string | undefined;
}

/** One step or check: its driver, what is special about it, what it cannot undo, and its inputs. */
function One({ number, name, uses, facts, given, irreversible }: OneProps) {
  const inputs = inputsOf(given);
  return (
    <li className={classes["step"]}>
      <div>
        <span className="ink3">{number}</span> <span className="strong">{name}</span> <span className={classes["tag"]}>{uses}</span> <span className="second">{facts.join(", ")}</span>
      </div>
      {irreversible === undefined ? null : (
        <div className={`warn ${classes["lasting"] ?? ""}`}>
          <Icon name="triangle" size={14} /> {t.irreversible(irreversible)}
        </div>
      )}
      {inputs.length === 0 ? null : (
        <dl className={classes["inputs"]}>
          {inputs.map((input, i) => (
            <div key={`${input.name} ${i}`}>
              <dt>{input.name}</dt>
              <dd>
                {input.value.includes("\n") ? (
                  <details>
                    <summary>{t.manyLines(input.value.trimEnd().split("\n").length)}</summary>
                    <pre tabIndex={0}>{input.value}</pre>
                  </details>
                ) : (
                  <code>{input.value}</code>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
