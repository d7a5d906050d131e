import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { type PageAct, useActs } from "@/frame/acts";
import { useWho } from "@/frame/who";
import { useApproval } from "@/page/plan/data";
import { type Act, Confirm } from "@/part/Confirm";
import { PageButton } from "@/part/PageButton";
import { text } from "@/text";
import { Icon, type IconName } from "@/vocabulary/Icon";
import type { Answerable } from "./Answer";
import type { Deployment } from "./data";
import { retried } from "./retry";

const t = text.deployment;

const running = ["verifying-components", "verifying-targets", "executing", "accepting"];

interface Props {
  d: Deployment;
  changed: () => Promise<unknown>;
  answer: (about: Answerable) => void;
}

/** What may be done with a deployment; each act says what will be left where before it is done. */
export function Acts({ d, changed, answer }: Props) {
  const [act, setAct] = useState<Act>();
  const acts = actsOf(d, changed);
  const open = d.state !== "closed";
  const paused = d.pausing !== undefined;
  const troubled = d.state === "awaiting-guidance" && !paused && d.stage.failed + d.stage.unknown + d.stage.stopped > 0;
  const { again, follow } = retried(d);
  const retry = t.retryMore(again === 0 ? follow : again);
  const { history } = useRouter();
  const can = (is: boolean, word: string, icon: IconName, run: () => void): PageAct[] => (is ? [{ word: `${word} ${d.id}`, icon, run }] : []);
  useActs([
    ...can(troubled, retry, "back", () => answer({ names: [], advice: "retry" })),
    ...can(paused && open, t.resume, "play", () => setAct(acts.resume)),
    ...can(running.includes(d.state) && !paused, t.pause, "bars", () => setAct(acts.pause)),
    ...can(!open && d.touched > 0 && d.header.direction !== "restore", t.rollBack, "back", () => history.push(`/deployments/new?restores=${d.id}`)),
    ...can(open && d.state !== "cancelling", t.cancel, "bar", () => setAct(acts.cancel)),
  ]);
  return (
    <div className="row wrap">
      {troubled ? (
        <Button leftSection={<Icon name="back" />} onClick={() => answer({ names: [], advice: "retry" })}>
          {retry}
        </Button>
      ) : null}
      {running.includes(d.state) && !paused ? (
        <Button leftSection={<Icon name="bars" />} onClick={() => setAct(acts.pause)}>
          {t.pause}
        </Button>
      ) : null}
      {paused && open ? (
        <Button variant="filled" leftSection={<Icon name="play" />} onClick={() => setAct(acts.resume)}>
          {t.resume}
        </Button>
      ) : null}
      {open ? null : <Afterwards d={d} />}
      {open ? null : <Accept d={d} ask={setAct} changed={changed} />}
      {open && d.state !== "cancelling" ? (
        <Button data-family="bad" onClick={() => setAct(acts.cancel)}>
          {t.cancel}
        </Button>
      ) : null}
      {d.state === "cancelling" && d.interrupting === undefined ? (
        <Button data-family="bad" onClick={() => setAct(acts.now)}>
          {t.cancelNow}
        </Button>
      ) : null}
      {open && d.state !== "cancelling" && d.started !== undefined ? (
        <Menu position="bottom-end" withInitialFocusPlaceholder={false} portalProps={{ target: "#page" }}>
          <Menu.Target>
            <ActionIcon variant="default" size={32} className="ts-icon" aria-label={t.moreActs}>
              <Icon name="more" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item data-family="bad" onClick={() => setAct(acts.now)}>
              {t.cancelNow}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : null}
      <Confirm act={act} close={() => setAct(undefined)} />
    </div>
  );
}

/** What may follow a deployment that is closed. */
function Afterwards({ d }: { d: Deployment }) {
  return (
    <>
      {d.touched > 0 && d.header.direction !== "restore" ? (
        <Tooltip label={t.rollBackWhat} multiline w={260}>
          <PageButton to="/deployments/new" search={{ restores: d.id }} leftSection={<Icon name="back" />}>
            {t.rollBack}
          </PageButton>
        </Tooltip>
      ) : null}
      {d.header.direction === "install" && d.result !== "succeeded" && (d.header.spots ?? []).length === 0 ? (
        <Tooltip label={t.planAgainWhat} multiline w={260}>
          <PageButton to="/deployments/new" search={{ release: d.header.release, env: d.header.environment }} leftSection={<Icon name="sheet" />}>
            {t.planAgain}
          </PageButton>
        </Tooltip>
      ) : null}
    </>
  );
}

/** That somebody who neither asked for it nor carried it out looked at what it did. */
function Accept({ d, ask: question, changed }: { d: Deployment; ask: (act: Act) => void; changed: () => Promise<unknown> }) {
  const sheet = useApproval(d.id, d.acceptedBy === undefined);
  const rights = useWho()?.rights ?? [];
  return sheet.data?.ways.accept === true && rights.includes("deploy") ? (
    <Button
      leftSection={<Icon name="tick" />}
      onClick={() =>
        question({
          title: text.plan.acceptTitle(d.id),
          consequence: text.plan.acceptWhat,
          verb: text.plan.acceptVerb,
          safe: text.plan.notNow,
          reason: "needed",
          run: async (reason) => {
            await ask(api.POST("/api/v1/deployments/{deployment}/accept", { params: { path: { deployment: d.id } }, body: { reason } }));
            await changed();
          },
        })
      }
    >
      {t.accept}
    </Button>
  ) : null;
}

function actsOf(d: Deployment, changed: () => Promise<unknown>): Record<"pause" | "resume" | "cancel" | "now", Act> {
  const path = { params: { path: { deployment: d.id } } };
  const after = async (call: Promise<unknown>) => {
    await call;
    await changed();
  };
  const left = d.touched === 0 ? t.cancelNothing : t.cancelSome(d.touched, d.header.targetCount - d.touched, d.header.environment);
  const typed = d.touched > 0 ? { type: d.header.environment } : {};
  const underWay = d.stage.running;
  return {
    pause: {
      title: t.pauseTitle(d.id),
      consequence: t.pauseWhat,
      verb: t.pauseVerb,
      reason: "needed",
      run: (reason) => after(ask(api.POST("/api/v1/deployments/{deployment}/pause", { ...path, body: { reason } }))),
      undo: { done: t.pausedNow(d.id), run: () => after(ask(api.POST("/api/v1/deployments/{deployment}/resume", { ...path, body: { reason: text.part.undoing(t.pausedNow(d.id)) } }))) },
    },
    resume: {
      title: t.resumeTitle(d.id),
      consequence: t.resumeWhat,
      verb: t.resume,
      reason: "needed",
      run: (reason) => after(ask(api.POST("/api/v1/deployments/{deployment}/resume", { ...path, body: { reason } }))),
      undo: { done: t.resumedNow(d.id), run: () => after(ask(api.POST("/api/v1/deployments/{deployment}/pause", { ...path, body: { reason: text.part.undoing(t.resumedNow(d.id)) } }))) },
    },
    cancel: {
      title: t.cancelTitle(d.id),
      consequence: d.started === undefined ? left : `${t.cancelWaits(underWay)} ${left}`,
      verb: t.cancelVerb,
      reason: "needed",
      ends: true,
      ...typed,
      run: (reason) => after(ask(api.POST("/api/v1/deployments/{deployment}/cancel", { ...path, body: { reason } }))),
    },
    now: {
      title: t.cancelNowTitle(d.id),
      consequence: `${t.cancelNowWhat(underWay)} ${left}`,
      verb: t.cancelNowVerb,
      reason: "needed",
      ends: true,
      ...typed,
      run: (reason) => after(ask(api.POST("/api/v1/deployments/{deployment}/cancel", { ...path, body: { reason, now: true } }))),
    },
  };
}
