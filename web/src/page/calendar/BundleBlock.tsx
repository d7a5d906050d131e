import { Popover } from "@mantine/core";
import { type CSSProperties, useState } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type Board, useBoard } from "./board";
import classes from "./calendar.module.css";
import { type Entry, refOf } from "./data";
import { Extent } from "./Extent";
import type { Bundle, Standing } from "./lane";
import { clockTime, spanText, stateOfItem, trouble, where } from "./say";

const t = text.calendar;

/** What is looked at or moved is never folded into the crowd; what is in trouble only where that is a crowd itself. */
export function standsOut({ item }: Entry, board: Board): "must" | "should" | undefined {
  return board.on === refOf(item) || board.placing?.id === item.name ? "must" : trouble(item) === undefined ? undefined : "should";
}

/** Many deployments at one time as one block, which opens as a list. */
export function BundleBlock({ bundle, style, standing }: { bundle: Bundle<Entry>; style: CSSProperties; standing?: Standing }) {
  const { now, zone, on, select } = useBoard();
  const [opened, setOpened] = useState(false);
  const troubled = bundle.all.filter(({ item }) => trouble(item) !== undefined);
  const holds = troubled.some(({ item }) => trouble(item) === "holds");
  const said = t.bundle(bundle.all.length, clockTime(new Date(bundle.from), zone), clockTime(new Date(bundle.to), zone));
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={320} trapFocus withRoles portalProps={{ target: "#page" }} returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes["block"]}
          style={style}
          data-bundle
          data-beside={standing === undefined || standing.name === "in" ? undefined : standing.name}
          data-trouble={troubled.length === 0 ? undefined : holds ? "holds" : "warns"}
          data-on={bundle.all.some(({ item }) => refOf(item) === on) || undefined}
          title={spanText(bundle.from, bundle.to, now, zone)}
          onClick={() => setOpened(!opened)}
        >
          {standing === undefined ? null : <Extent standing={standing} each={{ of: bundle, all: bundle.all }} />}
          <span className={classes["blockTitle"]}>
            <span className={troubled.length === 0 ? "mute" : holds ? "bad" : "warn"}>
              <Icon name={troubled.length === 0 ? "arrows" : "boxes"} size={14} />
            </span>
            <span className="cut">
              {t.bundled(bundle.all.length)}
              <span className="unseen">,</span>
            </span>
          </span>
          <span className={standing === undefined ? classes["blockLine"] : "unseen"}>{t.span(clockTime(new Date(bundle.from), zone), clockTime(new Date(bundle.to), zone))}</span>
          {troubled.length === 0 ? null : <span className="unseen">, {t.conflicts(troubled.length)}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={said} p={0}>
        <ul className={classes["bundle"]}>
          {bundle.all.map((entry) => {
            const state = stateOfItem(entry.item);
            return (
              <li key={entry.key}>
                <button
                  type="button"
                  className={classes["bundleItem"]}
                  data-on={on === refOf(entry.item) || undefined}
                  onClick={() => {
                    select(refOf(entry.item));
                    setOpened(false);
                  }}
                >
                  <span className={state.family}>
                    <Icon name={state.icon} size={14} label={state.word} />
                  </span>
                  <span className="nowrap">{clockTime(new Date(entry.from), zone)}</span>
                  <span className="cut grow">
                    <span className="strong">{entry.item.release}</span> <span className="ink2">{`${t.into} ${where(entry.item)}`}</span>
                  </span>
                  {trouble(entry.item) === undefined ? null : (
                    <span className={trouble(entry.item) === "holds" ? "bad" : "warn"}>
                      <Icon name="boxes" size={14} label={t.conflict} />
                    </span>
                  )}
                </button>
              </li>
            );
          })}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
