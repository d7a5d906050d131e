import { Checkbox, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Act } from "@/part/Confirm";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { StateMark } from "@/vocabulary/StateMark";
import { type Alike, called, ofHost, unasked } from "./alike";
import { Answers } from "./Answers";
import classes from "./environments.module.css";
import { driftState } from "./query";

const t = text.environments;
// A few targets are shown at once, and differences; more are for who asks.
const few = 4;
const shown = 6;

interface Props {
  environment: string;
  group: Alike;
  chosen: ReadonlySet<string>;
  toggle: (ids: readonly string[], on: boolean) => void;
  ask: (act: Act) => void;
}

/** Targets on which the same differs: what it is, since when, the answers for all of them, and each to be chosen. */
export function AlikeDrifts({ environment, group, chosen, toggle, ask }: Props) {
  const [open, setOpen] = useState(group.drifts.length <= few);
  const ids = group.drifts.map((d) => d.id);
  const on = ids.filter((id) => chosen.has(id)).length;
  const rest = group.differences.length - shown + group.more;
  return (
    <li className={classes["group"]}>
      <div className={classes["cause"]}>
        <Checkbox checked={on === ids.length} indeterminate={on > 0 && on < ids.length} onChange={(event) => toggle(ids, event.currentTarget.checked)} aria-label={t.chooseAll(ids.length, called(group.component))} />
        <div className="stack tight grow">
          <div className="row wrap">
            <span className="strong">{called(group.component)}</span>
            <StateMark state={driftState(group.state)} />
            <span className="ink2">{t.sameOn(ids.length)}</span>
            <span className="second">
              {t.sinceWhen} <Time at={group.since} />
            </span>
          </div>
          <span className="ink2">{says(group)}</span>
          {group.differences.length === 0 ? null : (
            <ul className={classes["differences"]}>
              {group.differences.slice(0, shown).map((d, i) => (
                <li key={i}>
                  <span>{d.what}</span>
                  <code className="ink3">{d.recorded === undefined || d.recorded === "" ? t.nothing : d.recorded}</code>
                  <Icon name="arrow" size={12} label={t.becomes} />
                  <code>{d.found === undefined || d.found === "" ? t.nothing : d.found}</code>
                </li>
              ))}
              {rest > 0 ? <li className="second">{t.andMore(rest)}</li> : null}
            </ul>
          )}
        </div>
        <Answers drifts={group.drifts} ask={ask} />
      </div>
      {group.drifts.length <= few ? null : (
        <UnstyledButton className={classes["fold"]} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? "down" : "right"} size={14} /> {open ? t.hideTargets : t.showTargets(group.drifts.length)}
        </UnstyledButton>
      )}
      {open ? (
        <ul className={classes["on"]}>
          {group.drifts.map((d) => (
            <li key={d.id} data-row={d.id} data-chosen={chosen.has(d.id) || undefined}>
              <Checkbox size="xs" checked={chosen.has(d.id)} onChange={(event) => toggle([d.id], event.currentTarget.checked)} aria-label={t.choose(d.id, d.target)} />
              <Link data-rowlink to="/environments/$environment/targets/$target" params={{ environment, target: d.target }} search={{ tab: "history" }}>
                {d.target}
              </Link>
              <code className="ink3">{d.id}</code>
              <span className="grow" />
              {unasked(d) ? null : (
                <span className="second">
                  {t.repairedBy}{" "}
                  <Link to="/deployments/$deployment" params={{ deployment: d.repair ?? "" }} search={{}}>
                    {d.repair}
                  </Link>
                </span>
              )}
              <span className="second nowrap">
                <Time at={d.since} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}

/** In words: what is recorded, and what was found. */
function says(group: Alike): string {
  if (ofHost(group.component)) {
    return t.cameToHost;
  }
  switch (group.state) {
    case "missing":
      return t.recordedGone(group.recorded ?? t.nothing);
    case "unmanaged":
      return t.foundInstead(group.found ?? t.other, group.recorded ?? t.nothing);
    default:
      return t.recordedOther(group.recorded ?? t.nothing);
  }
}
