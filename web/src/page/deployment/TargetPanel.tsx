import { ActionIcon, Button, UnstyledButton } from "@mantine/core";
import { useMemo, useState } from "react";
import { milliseconds, took } from "@/part/moment";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { stateOf, target as states } from "@/vocabulary/state";
import type { Answerable } from "./Answer";
import { choices } from "./Answer";
import classes from "./deployment.module.css";
import { type Deployment, type Target, useReports } from "./data";
import { Log } from "./Log";
import { lookOf, lookState } from "./look";
import { type Step, stepsOf } from "./steps";

const t = text.deployment;

/** One target: its steps, what they wrote, and the answers for it. */
export function TargetPanel({ d, target, close, answer }: { d: Deployment; target: Target; close: (() => void) | undefined; answer: (about: Answerable) => void }) {
  const reports = useReports(d.id, target.name);
  const steps = useMemo(() => stepsOf(d, target, reports.data?.items ?? []), [d, target, reports.data]);
  const [step, setStep] = useState<string>();
  const look = lookOf(target);
  const state = lookState[look];
  const troubled = d.state === "awaiting-guidance" && (look === "failed" || look === "unknown" || look === "held");
  return (
    <section className="card" aria-labelledby="target">
      <header>
        <span className={state.family}>
          <Icon name={state.icon} label={state.word} />
        </span>
        <h2 id="target" className="mono">
          {target.name}
        </h2>
        <span className="second">{t.agent(target.agent)}</span>
        <span className="grow" />
        {troubled
          ? choices(d, [target.name]).map((choice, i) => (
              <Button key={choice.advice} size="compact-md" variant={i === 0 ? "filled" : "default"} {...(choice.ends === true ? { "data-family": "bad" } : {})} onClick={() => answer({ names: [target.name], advice: choice.advice })}>
                {choice.word}
              </Button>
            ))
          : null}
        {close === undefined ? null : (
          <ActionIcon variant="subtle" color="gray" onClick={close} aria-label={t.closeTarget}>
            <Icon name="cross" />
          </ActionIcon>
        )}
      </header>
      <div className={classes["panel"]}>
        <div className={classes["steps"]}>
          {steps.length === 0 ? <p className="second">{t.noSteps}</p> : null}
          {steps.map((one) => (
            <StepRow key={one.key} step={one} on={step === one.name} choose={() => setStep(step === one.name ? undefined : one.name)} />
          ))}
          {target.message === undefined || target.message === "" || look === "done" ? null : <p className={`second ${state.family}`}>{target.message}</p>}
        </div>
        <Log d={d} target={target.name} running={look === "running"} step={step} failed={look === "failed"} />
      </div>
    </section>
  );
}

function StepRow({ step, on, choose }: { step: Step; on: boolean; choose: () => void }) {
  const state = stateOf(states, step.state);
  return (
    <UnstyledButton className={classes["step"]} data-on={on || undefined} aria-pressed={on} onClick={choose} disabled={step.state === "waiting"} title={step.message}>
      <span className={state.family}>
        <Icon name={state.icon} label={state.word} />
      </span>
      <span className="grow cut">{step.name}</span>
      <span className="second">
        {step.tries !== undefined && step.tries > 1 ? `${step.tries}×, ` : ""}
        {step.took === undefined ? "" : took(milliseconds(step.took))}
      </span>
    </UnstyledButton>
  );
}
