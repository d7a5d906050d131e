import { type ReactNode, useMemo } from "react";
import { milliseconds, span } from "@/part/moment";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { target as states } from "@/vocabulary/state";
import { Cells, type Drawn } from "./Cells";
import classes from "./deployment.module.css";
import { type Deployment, useRows } from "./data";
import { type Drawing, type Look, range, type Wave } from "./fleet";
import { countsSay, lookOf, told } from "./look";
import { TargetRow } from "./Rows";
import { Small } from "./Small";

const t = text.deployment;

export interface WaveGiven extends Omit<Drawn, "places" | "label"> {
  drawing: Drawing;
  /** Selects and opens by name; for rows. */
  pick?: (name: string, look: Look) => void;
  openNamed?: (name: string) => void;
}

/** A wave: its name and state, its targets as they are drawn, and what is to be said of it. */
export function WaveRow({ d, wave, drawing, pick, openNamed, children, ...given }: WaveGiven & { d: Deployment; wave: Wave; children?: ReactNode }) {
  const state = waveState(d, wave);
  const places = useMemo(() => range(wave.first, wave.size), [wave.first, wave.size]);
  const label = t.wave(wave.number);
  const drawn =
    drawing === "rows" ? (
      <WaveRows d={d} wave={wave} given={given} pick={pick} open={openNamed} />
    ) : drawing === "cells" ? (
      <Cells {...given} places={places} label={label} />
    ) : drawing === "small" ? (
      <Small {...given} places={places} label={label} />
    ) : (
      (children ?? <Progress wave={wave} />)
    );
  return (
    <div className={classes["wave"]} data-drawing={drawing}>
      <div className={classes["waveName"]}>
        <span className={state.family}>
          <Icon name={state.icon} label={state.word} />
        </span>
        <div>
          <div className="strong cut" title={wave.domain === "" ? undefined : wave.domain}>
            {wave.domain === "" ? label : `${wave.number} ${wave.domain}`}
          </div>
          <div className="second">{t.target(wave.size)}</div>
        </div>
      </div>
      <div className={classes["drawing"]}>{drawn}</div>
      <div className={classes["waveSays"]}>{waveSays(d, wave)}</div>
    </div>
  );
}

/** How far a wave has come, where its targets are drawn elsewhere. */
function Progress({ wave }: { wave: Wave }) {
  return (
    <div className={classes["progress"]} aria-hidden="true">
      {told.map((look) => (wave.counts[look] > 0 ? <span key={look} data-look={look} style={{ flexGrow: wave.counts[look] }} /> : null))}
    </div>
  );
}

/** Up to 24 targets: a row each. */
function WaveRows({ d, wave, given, pick, open }: { d: Deployment; wave: Wave; given: Omit<Drawn, "places" | "label">; pick: WaveGiven["pick"]; open: WaveGiven["openNamed"] }) {
  const rows = useRows(d.id, undefined, true);
  const own = (rows.data?.pages.flatMap((page) => page.items) ?? []).filter((row) => row.wave === wave.number && (given.only === undefined || lookOf(row) === given.only));
  return (
    <ul className={classes["rows"]}>
      {own.map((row) => (
        <li key={row.name}>
          <TargetRow target={row} opened={given.opened} open={(name) => open?.(name)} chosen={given.chosen} choose={(name) => pick?.(name, lookOf(row))} />
        </li>
      ))}
    </ul>
  );
}

function waveState(d: Deployment, wave: Wave) {
  const c = wave.counts;
  if (c.failed > 0) {
    return states.failed;
  }
  if (c.unknown > 0) {
    return states.unknown;
  }
  if (c.held > 0) {
    return states.held;
  }
  if (c.running > 0) {
    return states.running;
  }
  if (c.done + c.skipped === wave.size && c.done > 0) {
    return states.done;
  }
  if (d.state === "closed") {
    return states.skipped;
  }
  return d.wave === wave.number && d.state === "executing" ? states.running : states.waiting;
}

/** What is to be said of a wave, at its right. */
function waveSays(d: Deployment, wave: Wave) {
  const soak = milliseconds(wave.soak);
  const begun = wave.counts.todo < wave.size;
  return (
    <>
      {begun ? <div>{countsSay({ ...wave.counts, todo: 0 })}</div> : d.state !== "closed" && wave.number > Math.max(1, d.wave) ? <div className="ink3">{t.waitsForWave(wave.number - 1)}</div> : null}
      {soak > 0 ? <div className="second">{t.soak(span(soak))}</div> : null}
    </>
  );
}
