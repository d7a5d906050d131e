import { Time, useNow } from "@/part/Time";
import { age, moment, span } from "@/part/moment";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { deployment, gate, place, type State } from "@/vocabulary/state";
import type { Cell, Open } from "./data";
import classes from "./overview.module.css";
import { leading, lookOf } from "./urgency";

const t = text.overview;

const states: Record<NonNullable<Cell["state"]>, State> = {
  "awaits-guidance": gate.person,
  failing: place.failing,
  unknown: place.silent,
  degraded: place.degraded,
  drifted: place.drifted,
  running: deployment.executing,
  frozen: place.frozen,
  pinned: place.pinned,
  scheduled: deployment.scheduled,
  "as-recorded": place.recorded,
};

/** Icon, version, age; a second line for exceptions only. That an environment is frozen is said at its head. */
export function Face({ cell, at }: { cell: Cell; at: string | undefined }) {
  const now = useNow();
  const then = at === undefined ? now : new Date(at);
  const look = lookOf(cell);
  const state = states[look];
  const open = leading(cell);
  const [first, ...others] = cell.versions;
  const moves = look === "running" && open?.version !== undefined && open.version !== first?.version;
  // How far it is takes the room of what else could be said of the version.
  const told = moves || (look === "awaits-guidance" && (open?.wave ?? 0) > 0 && (open?.waves ?? 0) > 1);
  // Two versions fill the line of a narrow column: how far it is stands below them.
  const second = moves && (open.wave ?? 0) > 0 ? onTheWay(open, at) : exception(cell, look, open, now);
  return (
    <>
      <span className={classes["line"]}>
        <span className={state.family}>
          <Icon name={state.icon} label={state.word} />
        </span>
        <code className={first === undefined ? "cut ink3" : "cut"}>{first === undefined ? t.nothingYet : first.version === "" ? "?" : first.version}</code>
        {others.length === 0 || told ? null : <span className="second nowrap">{t.mixed(others.length)}</span>}
        {moves ? (
          <>
            <span className="ink3">
              <Icon name="arrow" size={12} label={t.becomes} />
            </span>
            <code className="run cut">{open.version}</code>
          </>
        ) : null}
        {cell.behind === undefined || cell.behind === 0 || told ? null : (
          <span className={classes["behind"]} title={t.behindWord(cell.behind)}>
            <span aria-hidden="true">{t.behind(cell.behind)}</span>
            <span className="unseen">{t.behindWord(cell.behind)}</span>
          </span>
        )}
        <span className={`second nowrap ${look === "running" ? "run" : ""} ${classes["age"] ?? ""}`}>
          {look === "running" && open !== undefined ? (
            moves ? null : at === undefined ? t.percent(share(open)) : (open.wave ?? 0) > 0 && (open.waves ?? 0) > 1 ? <Wave open={open} /> : null
          ) : told && open !== undefined ? (
            <Wave open={open} />
          ) : cell.since === undefined ? null : at === undefined ? (
            <Time at={cell.since} as="age" />
          ) : (
            age(new Date(cell.since), then)
          )}
        </span>
      </span>
      {second === undefined ? null : <span className={`${classes["second"] ?? ""} ${state.family} cut`} title={second}>{second}</span>}
    </>
  );
}

/** Which wave it is in; a narrow column leaves the word to who listens. */
function Wave({ open }: { open: Open }) {
  return (
    <span title={t.wave(open.wave ?? 0, open.waves ?? 0)}>
      <span className={classes["word"]}>{t.waveWord} </span>
      {t.waveOf(open.wave ?? 0, open.waves ?? 0)}
    </span>
  );
}

/** How far what moves is; at a past moment its wave only, for the targets are not told. */
function onTheWay(open: Open, at: string | undefined): string {
  const waves = (open.waves ?? 0) > 1;
  if (at !== undefined) {
    return waves ? t.wave(open.wave ?? 0, open.waves ?? 0) : "";
  }
  return waves ? t.percentOfWave(share(open), open.wave ?? 0, open.waves ?? 0) : t.percent(share(open));
}

const share = (open: Open) => (open.targets === undefined || open.targets === 0 ? 0 : Math.floor((100 * (open.done ?? 0)) / open.targets));

/** How far a deployment is, as a line at the foot of its cell: done, and what failed. How far it was then is not told. */
export function Progress({ cell, at }: { cell: Cell; at: string | undefined }) {
  const open = leading(cell);
  if (at !== undefined || open?.targets === undefined || open.wave === undefined || open.wave === 0) {
    return null;
  }
  const part = (n: number | undefined) => `${(100 * (n ?? 0)) / (open.targets ?? 1)}%`;
  return (
    <span className={classes["progress"]} role="img" aria-label={t.progress(open.deployment, open.done ?? 0, open.targets)}>
      <span data-part="done" data-waits={open.asks === undefined ? undefined : true} style={{ width: part(open.done) }} />
      <span data-part="failed" style={{ width: part(open.failed) }} />
    </span>
  );
}

function exception(cell: Cell, look: NonNullable<Cell["state"]>, open: Open | undefined, now: Date): string | undefined {
  switch (look) {
    case "awaits-guidance":
      return open === undefined ? undefined : open.asks === "approval" ? t.needsApproval(open.version ?? open.deployment) : open.asks === "pause" ? t.atPause(open.version ?? open.deployment) : t.awaits(open.version ?? open.deployment, open.failed ?? 0);
    case "running":
      return open === undefined || open.wave !== undefined ? undefined : t.moving(open.deployment, (deployment as Record<string, State>)[open.state]?.word ?? open.state);
    case "scheduled":
      return open === undefined ? undefined : open.begins === undefined ? t.waits(open.version ?? open.deployment) : t.starts(open.version ?? open.deployment, moment(new Date(open.begins), { now }));
    case "drifted":
      return t.drifted(cell.drifted ?? 0, cell.targets);
    case "failing":
    case "degraded":
      return ill(cell);
    case "unknown":
      return notTold(cell) ?? ((cell.uncertain ?? 0) > 0 || cell.silentSince === undefined ? t.uncertain(cell.uncertain ?? 0) : t.silent(cell.silent ?? 0, cell.targets, span(now.getTime() - Date.parse(cell.silentSince))));
    case "pinned":
      return t.kept((cell.pins ?? []).join(", "));
    case "frozen":
    case "as-recorded":
      return undefined;
  }
}

/** What is wrong with what stands: on how many targets, and what a check said. */
function ill(cell: Cell): string {
  const n = cell.health?.counts;
  const on = t.ill((n?.failing ?? 0) + (n?.degraded ?? 0), n?.targets ?? 0);
  return cell.health?.check === undefined ? on : t.illBy(on, cell.health.check);
}

/** Why nobody can say how it is, where that is not for silence or doubt about what stands. */
function notTold(cell: Cell): string | undefined {
  const n = cell.health?.counts;
  if (n === undefined || (cell.uncertain ?? 0) + (cell.silent ?? 0) > 0) {
    return undefined;
  }
  return n.unknown > 0 ? t.unknownHealth(n.unknown, n.targets) : t.pendingHealth(n.pending, n.targets);
}
