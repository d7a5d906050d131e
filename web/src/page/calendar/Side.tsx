import { Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useWaiver } from "@/page/plan/waive";
import { type Act, Confirm } from "@/part/Confirm";
import { Failure } from "@/part/Failure";
import { milliseconds, moment, span } from "@/part/moment";
import { Pathway } from "@/part/Pathway";
import { Said } from "@/part/Said";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { StateMark } from "@/vocabulary/StateMark";
import { type Board, type Placing, useBoard } from "./board";
import classes from "./calendar.module.css";
import { type Conflict, type Entry, moveOf, refOf, useSlots } from "./data";
import { verdict } from "./Ghost";
import { kindOf, otherZone, spanText, stateOfItem, titleOf, trouble } from "./say";
import { clockText, instantOf, wallOf } from "./wall";

const t = text.calendar;

/** Each is asked for its way out: more stand in the calendar, and open from there. */
const shownConflicts = 5;

/** What is looked at, where it may be placed, and what conflicts. */
export function Side({ slotsFailed, slotsLoading, duration }: { slotsFailed: unknown; slotsLoading: boolean; duration: string | undefined }) {
  const board = useBoard();
  const [act, setAct] = useState<Act>();
  const looked = board.entries.find((entry) => refOf(entry.item) === board.on);
  const troubled = board.entries.filter(({ item }) => trouble(item) !== undefined && refOf(item) !== board.on);
  return (
    <aside className="stack" aria-label={t.conflict}>
      {board.placing?.at === undefined ? null : <MoveCard placing={board.placing} />}
      {looked === undefined ? null : <Looked entry={looked} ask={setAct} />}
      {board.placing === undefined ? null : <SlotList placing={board.placing} failed={slotsFailed} loading={slotsLoading} duration={duration} />}
      {troubled.slice(0, shownConflicts).map((entry) => (
        <section key={entry.key} className="card">
          <header>
            <span className={trouble(entry.item) === "holds" ? "bad" : "warn"}>
              <Icon name="boxes" />
            </span>
            <h2>{t.conflict}</h2>
          </header>
          <div className="body stack close">
            <div>
              <button type="button" className={classes["linkish"]} onClick={() => board.select(refOf(entry.item))}>
                {entry.item.release}
              </button>{" "}
              <code>{entry.item.name}</code> <span className="ink2">{spanText(entry.from, entry.to, board.now, board.zone)}</span>
            </div>
            <Conflicts list={entry.item.conflicts ?? []} release={entry.item.release} />
            <WayOut entry={entry} ask={setAct} />
          </div>
        </section>
      ))}
      {troubled.length <= shownConflicts ? null : <p className="second">{t.moreConflicts(troubled.length - shownConflicts)}</p>}
      <Confirm act={act} close={() => setAct(undefined)} />
    </aside>
  );
}

/** Each conflict: what, by which way it comes about, what follows, who may waive it. */
export function Conflicts({ list, release }: { list: readonly Conflict[]; release?: string | undefined }) {
  return list.map((c) => (
    <div key={`${c.rule} ${c.ref} ${c.span?.start ?? ""}`} className="stack close">
      <div className="ink2"><Said words={c.message} /></div>
      <Pathway path={c.path} release={release} />
      <div className="second">
        {c.waived === undefined || c.waived === "" ? t.rule(c.rule, t.severity[c.severity] ?? "") : t.waived(c.waived)} {c.groups === undefined || c.groups.length === 0 ? null : t.waivers(c.groups.join(", "))}
      </div>
    </div>
  ));
}

/**
 * How a conflict ends: the cheapest way first, which is the next time at which the
 * deployment fits without anybody's waiver; then a waiver, with its reason.
 */
function WayOut({ entry: { item }, ask }: { entry: Entry; ask: (act: Act) => void }) {
  const { now, zone, mayMove, settle } = useBoard();
  const waiver = useWaiver();
  const movable = item.movable === true && mayMove;
  // Nobody is surprised by a start before the one that was planned.
  const slots = useSlots(movable ? item.name : undefined, item.start).data?.slots ?? [];
  const from = Date.parse(item.start);
  const free = slots.filter((slot) => (slot.waivers ?? []).length === 0 && Date.parse(slot.start) > from).sort((a, b) => (a.warnings ?? []).length - (b.warnings ?? []).length || Date.parse(a.start) - Date.parse(b.start))[0];
  const acts = (item.conflicts ?? []).flatMap((c) => {
    const act = waiver(c, item.name, item.by);
    return act === undefined ? [] : [{ act, ref: c.ref }];
  });
  if (free === undefined && acts.length === 0) {
    return null;
  }
  return (
    <div className="row wrap">
      {free === undefined ? null : (
        <Button {...(trouble(item) === "holds" ? { variant: "filled" } : {})} onClick={() => settle(item.name, Date.parse(free.start))}>
          {t.moveTo(moment(new Date(free.start), { now, zone }))}
        </Button>
      )}
      {acts.map(({ act, ref }) => (
        <Button key={ref} onClick={() => ask(act)}>
          {t.waiveOf(ref.replace("/", " "))}
        </Button>
      ))}
    </div>
  );
}

function Looked({ entry, ask }: { entry: Entry; ask: (act: Act) => void }) {
  const { now, zone, mayMove, select, find } = useBoard();
  const { item } = entry;
  const other = otherZone(item, entry.from, zone);
  return (
    <section className="card">
      <header>
        <h2 className="grow">{titleOf(item)}</h2>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => select(undefined)} aria-label={t.close}>
          <Icon name="cross" size={14} />
        </Button>
      </header>
      <div className="body stack close">
        {item.kind === "deployment" ? <StateMark state={stateOfItem(item)} /> : <div>{kindOf(item)}</div>}
        <div className="strong">{spanText(entry.from, entry.to, now, zone)}</div>
        {other === undefined ? null : <div className="ink2">{t.inZone(spanText(entry.from, entry.to, now, other), other)}</div>}
        <div className="second">{t.utcSpan(new Date(entry.from).toISOString().slice(0, 16).replace("T", " "), new Date(entry.to).toISOString().slice(0, 16).replace("T", " "))}</div>
        {item.what === undefined || item.kind === "deployment" ? null : <div className="ink2">{item.what}</div>}
        {item.kind === "deployment" && item.by !== undefined ? <div className="second">{t.askedBy(item.by)}</div> : null}
        <Reach entry={entry} />
        <Conflicts list={item.conflicts ?? []} release={item.release} />
        {trouble(item) === undefined ? null : <WayOut entry={entry} ask={ask} />}
        {item.kind === "deployment" ? (
          <div className="row wrap">
            <Button component={Link} to={`/deployments/${item.name}`}>
              {text.frame.openId(item.name)}
            </Button>
            {item.movable === true && mayMove ? (
              <Button onClick={() => find(item.name)}>{t.findSlot}</Button>
            ) : null}
          </div>
        ) : null}
      </div>
    </section>
  );
}

function Reach({ entry: { item } }: { entry: Entry }) {
  const names = Object.entries(item.reach ?? {}).filter(([, list]) => list.length > 0);
  if (item.kind !== "window" && item.kind !== "freeze") {
    return null;
  }
  return (
    <div className="second">
      {t.reach}: {names.length === 0 ? t.everywhere : names.map(([kind, list]) => `${kind} ${list.join(", ")}`).join("; ")}
    </div>
  );
}

/** The place that is tried: free or not, and what moving there voids. */
function MoveCard({ placing }: { placing: Placing }) {
  const board = useBoard();
  const { at, id } = placing;
  if (at === undefined) {
    return null;
  }
  const { day, minutes } = wallOf(at, board.zone);
  return (
    <section className="card" data-move>
      <header>
        <Icon name="clock" />
        <h2>{t.move(id)}</h2>
      </header>
      <div className="body stack close">
        <TextInput
          type="datetime-local"
          label={t.newStart}
          description={t.newStartHint(board.zone)}
          value={`${day}T${clockText(minutes)}`}
          onChange={(event) => {
            const [date = "", time = ""] = event.currentTarget.value.split("T");
            const [h = 0, m = 0] = time.split(":").map(Number);
            if (date !== "" && time !== "") {
              board.attempt(id, instantOf(date, h * 60 + m, board.zone));
            }
          }}
        />
        <Consequence placing={placing} />
        <div className="row wrap">
          <Button variant="filled" onClick={() => board.settle(id, at)} disabled={placing.error !== null && placing.error !== undefined}>
            {t.moveHere}
          </Button>
          <Button onClick={board.leave}>{t.stays}</Button>
        </div>
      </div>
    </section>
  );
}

/** What moving a deployment to the tried place means, asked of the server without changing anything. */
export function Consequence({ placing }: { placing: Placing }) {
  const board: Board = useBoard();
  const { at, check, deployment, from } = placing;
  const window = deployment === undefined || at === undefined ? undefined : moveOf(deployment, from, at).window;
  if (placing.error !== null && placing.error !== undefined) {
    return <Failure error={placing.error} />;
  }
  const said = check === undefined ? undefined : verdict(check);
  return (
    <div className="stack close" role="status">
      {at === undefined ? null : <div>{t.movedTo(placing.id, spanText(at, at + placing.length, board.now, board.zone))}</div>}
      {said === undefined || check === undefined ? (
        <div className="ink2">{t.checking}</div>
      ) : (
        <>
          <div className={`row strong ${said.family}`}>
            <Icon name={said.family === "good" ? "tick" : "boxes"} /> {said.word}
          </div>
          <Conflicts list={check.conflicts} />
          {window === undefined ? null : <div className="ink2">{t.windowMoves(spanText(Date.parse(window.start ?? ""), Date.parse(window.end ?? ""), board.now, board.zone))}</div>}
          <div className={check.voids ? "strong" : "ink2"}>{said.votes}</div>
        </>
      )}
    </div>
  );
}

function SlotList({ placing, failed, loading, duration }: { placing: Placing; failed: unknown; loading: boolean; duration: string | undefined }) {
  const { slots, now, zone, attempt, settle } = useBoard();
  return (
    <section className="card" data-slots>
      <header>
        <h2>{t.freeSlots(placing.id)}</h2>
        {duration === undefined ? null : <span className="second">{t.takes(span(milliseconds(duration)))}</span>}
      </header>
      {failed === null ? null : <Failure error={failed} />}
      {slots.length === 0 && !loading && failed === null ? (
        <div className="body stack close">
          <div className="strong">{t.noSlots}</div>
          <div className="ink2">{t.noSlotsDetail}</div>
        </div>
      ) : null}
      <ol className={classes["slots"]}>
        {slots.map((slot, i) => {
          const start = Date.parse(slot.start);
          return (
            <li key={slot.start}>
              <span className={classes["number"]}>{i + 1}</span>
              <div className="stack close grow">
                <div>{spanText(start, Date.parse(slot.end), now, zone)}</div>
                <Needs slot={slot} />
                <div className="row wrap">
                  <Button size="compact-sm" onClick={() => attempt(placing.id, start)}>
                    {t.placeHere}
                  </Button>
                  <Button size="compact-sm" onClick={() => settle(placing.id, start)}>
                    {t.moveHere}
                  </Button>
                </div>
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Needs({ slot }: { slot: Board["slots"][number] }) {
  const name = (c: { with: { kind: string; name: string } }) => `${c.with.kind.toLowerCase()} ${c.with.name}`;
  const lines = [
    ...(slot.waivers ?? []).map((c) => ({ family: "bad", icon: "shield" as const, word: t.needsWaiver(name(c)) })),
    ...(slot.warnings ?? []).map((c) => ({ family: "warn", icon: "boxes" as const, word: t.warnsOf(name(c)) })),
    ...(slot.late > 0 ? [{ family: "warn", icon: "clock" as const, word: t.late(span(slot.late / 1e6)) }] : []),
  ];
  if (lines.length === 0) {
    return (
      <span className="row good">
        <Icon name="tick" /> {t.noConflict}
      </span>
    );
  }
  return lines.map(({ family, icon, word }) => (
    <span key={word} className={`row ${family}`}>
      <Icon name={icon} /> {word}
    </span>
  ));
}
