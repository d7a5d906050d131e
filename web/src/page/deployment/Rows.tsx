import { UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { milliseconds, took } from "@/part/moment";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./deployment.module.css";
import type { Target } from "./data";
import type { Chosen } from "./fleet";
import { lookOf, lookState } from "./look";

const t = text.deployment;

interface RowProps {
  target: Target;
  opened: string | undefined;
  open: (name: string) => void;
  chosen: Chosen;
  choose: (name: string) => void;
}

/** A target as a row: what it does or why it failed. x selects it. */
export function TargetRow({ target, opened, open, chosen, choose }: RowProps) {
  const look = lookOf(target);
  const state = lookState[look];
  const wrong = look === "failed" || look === "unknown" || look === "held";
  return (
    <UnstyledButton
      className={classes["targetRow"]}
      data-on={opened === target.name || undefined}
      data-chosen={chosen.has(target.name) || undefined}
      data-rowlink
      onClick={(event) => (event.shiftKey || event.ctrlKey || event.metaKey ? choose : open)(target.name)}
      onKeyDown={(event) => {
        if (event.key === "x" && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          event.stopPropagation();
          choose(target.name);
        }
      }}
    >
      <span className={state.family}>
        <Icon name={state.icon} />
      </span>
      <code className="cut">{target.name}</code>
      <span className="ink2 cut" title={target.message}>
        {look === "running" && target.stepName !== undefined ? target.stepName : wrong ? `${state.word}: ${target.message ?? ""}` : state.word}
      </span>
      <span className="ink3 number">{chosen.has(target.name) ? t.picked : target.took === undefined ? "" : took(milliseconds(target.took))}</span>
    </UnstyledButton>
  );
}

interface ListProps extends Omit<RowProps, "target"> {
  rows: readonly Target[];
  /** How many there are on the server, and whether further ones can be had. */
  total: number;
  more: boolean;
  loadMore: () => void;
  label: string;
}

/** Rows of a large fleet: only what is in sight is drawn, further ones are asked for when the end comes near. */
export function RowList({ rows, total, more, loadMore, label, ...given }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => 32, overscan: 8, getItemKey: (index) => rows[index]?.name ?? index });
  const shown = virtual.getVirtualItems();
  const end = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (more && end >= rows.length - 10) {
      loadMore();
    }
  }, [more, end, rows.length, loadMore]);
  return (
    <div className={classes["rowList"]}>
      <div ref={box} className={classes["rowBox"]} style={{ height: Math.min(rows.length, 10) * 32 + 12 }} role="group" aria-label={label}>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {shown.map((item) => {
            const target = rows[item.index];
            return target === undefined ? null : (
              <div key={item.key} className={classes["rowAt"]} style={{ transform: `translateY(${item.start}px)` }}>
                <TargetRow target={target} {...given} />
              </div>
            );
          })}
        </div>
      </div>
      <div className="second">{t.rowsShown(rows.length, Math.max(total, rows.length))}</div>
    </div>
  );
}
