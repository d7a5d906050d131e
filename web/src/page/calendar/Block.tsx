import type { CSSProperties, PointerEvent } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { useBoard } from "./board";
import classes from "./calendar.module.css";
import { type Entry, refOf } from "./data";
import { Extent } from "./Extent";
import type { Standing } from "./lane";
import { spanText, stateOfItem, tip, trouble, where } from "./say";
import { addDays, instantOf, minute, quarter, wallOf } from "./wall";

const t = text.calendar;

/** A moment some quarters of an hour or some days away; days keep the clock on the wall. */
function shifted(at: number, key: string, zone: string): number | undefined {
  const { day, minutes } = wallOf(at, zone);
  switch (key) {
    case "ArrowUp":
      return at - 15 * minute;
    case "ArrowDown":
      return at + 15 * minute;
    case "ArrowLeft":
      return instantOf(addDays(day, -1), minutes, zone);
    case "ArrowRight":
      return instantOf(addDays(day, 1), minutes, zone);
    default:
      return undefined;
  }
}

interface Props {
  entry: Entry;
  style?: CSSProperties;
  lines: 1 | 2 | 3;
  /** In a line of time: how it stands there. */
  standing?: Standing;
  onPointerDown?: (event: PointerEvent<HTMLButtonElement>) => void;
}

/** A deployment in the calendar: opened by a click, moved by dragging or by Alt with the arrow keys. */
export function Block({ entry, style, lines, standing, onPointerDown }: Props) {
  const board = useBoard();
  const { item } = entry;
  const state = stateOfItem(item);
  const trying = board.placing?.id === item.name ? board.placing.at : undefined;
  const movable = item.movable === true && board.mayMove;
  return (
    <button
      type="button"
      className={classes["block"]}
      style={style}
      data-beside={standing === undefined || standing.name === "in" ? undefined : standing.name}
      data-family={state.family}
      data-trouble={trouble(item)}
      data-movable={movable || undefined}
      data-on={board.on === refOf(item) || undefined}
      data-moving={trying !== undefined || undefined}
      data-deployment={item.name}
      title={tip(entry, board.now, board.zone)}
      aria-label={`${item.name}, ${item.release ?? ""} ${t.into} ${where(item)}, ${state.word}, ${spanText(entry.from, entry.to, board.now, board.zone)}${trouble(item) === undefined ? "" : `, ${t.conflicts(item.conflicts?.length ?? 0)}`}`}
      aria-keyshortcuts={movable ? "Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight" : undefined}
      onClick={() => board.select(refOf(item))}
      onPointerDown={movable ? onPointerDown : undefined}
      onKeyDown={(event) => {
        if (!movable) {
          return;
        }
        const to = event.altKey ? shifted(trying ?? quarter(entry.from), event.key, board.zone) : undefined;
        if (to !== undefined) {
          event.preventDefault();
          board.attempt(item.name, Math.max(to, board.now.getTime()));
        } else if (event.key === "Enter" && trying !== undefined) {
          event.preventDefault();
          board.settle(item.name, trying);
        } else if (event.key === "Escape" && trying !== undefined) {
          board.select(refOf(item));
        }
      }}
    >
      {standing === undefined || standing.name === "in" ? null : <Extent standing={standing} />}
      <span className={classes["blockTitle"]}>
        <span className={state.family}>
          <Icon name={state.icon} size={14} />
        </span>
        <span className="cut">{item.release}</span>
      </span>
      {lines > 1 ? (
        <span className={classes["blockLine"]}>
          {where(item)} <code>{item.name}</code>
        </span>
      ) : null}
      {lines > 2 ? <span className={classes["blockLine"]}>{state.word}</span> : null}
    </button>
  );
}
