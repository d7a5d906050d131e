import type { CSSProperties } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type Placing, useBoard } from "./board";
import classes from "./calendar.module.css";
import type { Checked } from "./data";
import { clockTime } from "./say";
import type { Schema } from "@/api/client";

const t = text.calendar;

/** What a check came to, as one line: whether it is free, and which votes it voids. */
export function verdict(check: Checked): { word: string; family: "good" | "warn" | "bad"; votes: string } {
  const open = check.conflicts.filter((c) => c.waived === undefined || c.waived === "");
  const holding = open.filter((c) => c.holds);
  const votes = !check.voids ? t.keepsVotes : check.votes.length === 0 ? t.voidsAll : t.voids(check.votes.length, check.votes.join(", "));
  if (holding.length > 0) {
    return { word: t.held(holding.length), family: "bad", votes };
  }
  return open.length > 0 ? { word: t.warned(open.length), family: "warn", votes } : { word: t.free, family: "good", votes };
}

/** The deployment where it is tried, with what is known of that place. */
export function Ghost({ placing, first, above = false, style }: { placing: Placing; first: boolean; above?: boolean; style: CSSProperties }) {
  const { zone } = useBoard();
  const said = placing.check === undefined ? undefined : verdict(placing.check);
  const refused = placing.error instanceof Error ? placing.error.message : undefined;
  const family = refused === undefined ? (said?.family ?? "mute") : "bad";
  return (
    <div className={classes["ghost"]} style={style} data-family={family} data-ghost>
      {first ? (
        <>
          <span className={classes["ghostTitle"]}>
            {placing.at === undefined ? null : clockTime(new Date(placing.at), zone)} {placing.id}
          </span>
          <span className={classes["bubble"]} data-family={family} data-above={above || undefined}>
            {refused ?? (said === undefined || placing.checking ? t.checking : `${said.word} ${said.votes}`)}
          </span>
        </>
      ) : null}
    </div>
  );
}

/** A time that is free, with its number in the list beside. */
export function SlotBox({ number, slot, style }: { number: number; slot: Schema["CalendarProposal"]; style: CSSProperties }) {
  const { zone, placing, attempt } = useBoard();
  const start = Date.parse(slot.start);
  const needs = slot.waivers?.length ?? 0;
  return (
    <button
      type="button"
      className={classes["slot"]}
      style={style}
      onClick={() => {
        if (placing !== undefined) {
          attempt(placing.id, start);
        }
      }}
    >
      <span className="unseen">{t.slot}</span>
      <span className={classes["number"]}>{number}</span>
      <span className="cut">
        {clockTime(new Date(start), zone)}
        {needs > 0 ? <Icon name="shield" size={12} /> : null}
      </span>
    </button>
  );
}
