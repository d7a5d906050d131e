import { Button, Modal, Radio, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { useTyped } from "@/part/typed";
import { text } from "@/text";
import classes from "./deployment.module.css";
import type { Deployment } from "./data";
import { retried } from "./retry";

type Advice = Schema["GuideDeploymentRequest"]["advice"];
const t = text.deployment;

/** What is answered for: the whole deployment, or the named targets of it. */
export interface Answerable {
  names: string[];
  advice?: Advice;
}

/** Answers a deployment that awaits guidance: what may be answered, each with its consequence. */
export function Answer({ d, about, close, changed }: { d: Deployment; about: Answerable | undefined; close: () => void; changed: () => Promise<unknown> }) {
  return (
    <Modal opened={about !== undefined} onClose={close} title={t.answerTitle} size={560}>
      {about === undefined ? null : <GuideForm d={d} about={about} close={close} changed={changed} />}
    </Modal>
  );
}

export interface Choice {
  advice: Advice;
  word: string;
  what: string;
  ends?: boolean;
}

/** The answers that a deployment takes now, the most likely first. */
export function choices(d: Deployment, names: readonly string[]): Choice[] {
  const named = names.length > 0;
  const s = d.stage;
  const wrong = s.failed + s.unknown + s.stopped > 0 && s.paused !== true;
  const remediating = s.phase === "remediate";
  const list: Choice[] = [];
  if (wrong || named) {
    const { again, follow } = retried(d);
    list.push({ advice: "retry", word: named ? t.retryThese(names.length) : t.retryAll(again, follow), what: named || follow === 0 ? t.retryWhat : t.retryFollow(follow, s.wave) });
    if (!remediating) {
      list.push({ advice: "skip", word: t.skip, what: t.skipWhat });
    }
  }
  if (!named) {
    list.push({ advice: "continue", word: t.goOn, what: t.goOnWhat });
  }
  if (d.touched > 0 && !remediating) {
    list.push({ advice: "remediate", word: t.back, what: [t.backWhat(names.length), ...(d.header.irreversible ?? []).map((one) => t.backNot(one.component, one.step, one.what))].join(" ") });
  }
  list.push(named ? { advice: "fail", word: t.failTargets(names.length), what: t.failTargetsWhat(names.length), ends: true } : { advice: "fail", word: t.fail, what: t.failWhat, ends: true });
  return s.paused === true ? [...list].sort((a, b) => Number(b.advice === "continue") - Number(a.advice === "continue")) : list;
}

/** The answers with their consequences and the reason; in a dialog, or in place. */
export function GuideForm({ d, about, close, changed }: { d: Deployment; about: Answerable; close?: () => void; changed: () => Promise<unknown> }) {
  const offered = choices(d, about.names);
  const [advice, setAdvice] = useState<Advice>(about.advice ?? offered[0]?.advice ?? "continue");
  const [reason, setReason, forget] = useTyped(`${t.answerTitle} ${d.id}`);
  const [tried, setTried] = useState(false);
  const sending = useMutation({
    mutationFn: async () => {
      await ask(
        api.POST("/api/v1/deployments/{deployment}/guidance", {
          params: { path: { deployment: d.id } },
          body: { advice, reason: reason.trim(), ...(about.names.length === 0 ? {} : { targets: about.names }) },
        }),
      );
      forget();
      await changed();
    },
    onSuccess: () => close?.(),
  });
  const chosen = offered.find((one) => one.advice === advice);
  const silent = reason.trim() === "";
  return (
    <form
      className="stack"
      data-keeps
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!silent) {
          sending.mutate();
        }
      }}
    >
      {about.names.length === 0 ? null : (
        <div className="second cut" title={about.names.join(", ")}>
          <code>{about.names.slice(0, 6).join(", ")}</code>
          {about.names.length > 6 ? ` … (${about.names.length})` : ""}
        </div>
      )}
      <Radio.Group value={advice} onChange={(value) => setAdvice(value)} aria-label={t.answerTitle}>
        <div className="stack close">
          {offered.map((one) => (
            <Radio.Card key={one.advice} value={one.advice} className={classes["choice"]}>
              <Radio.Indicator size="xs" />
              <span>
                <span className="strong">{one.word}</span>
                <span className="second block">{one.what}</span>
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      <Textarea label={text.part.reason} description={text.part.reasonHint} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={tried && silent ? text.part.mustSay : undefined} autosize minRows={2} {...firstField} />
      {sending.error === null ? null : <Failure error={sending.error} />}
      <div className="row between">
        {close === undefined ? (
          <span />
        ) : (
          <Button
            onClick={() => {
              forget();
              close();
            }}
          >
            {t.notYet}
          </Button>
        )}
        <Button type="submit" variant="filled" loading={sending.isPending} {...(chosen?.ends === true ? { "data-family": "bad" } : {})}>
          {chosen?.word}
        </Button>
      </div>
    </form>
  );
}
