import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useState } from "react";
import { useTop } from "@/part/List";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon, type IconName } from "@/vocabulary/Icon";
import type { Environment, Row } from "./data";
import { Face, Progress } from "./Face";
import type { Line } from "./lines";
import classes from "./overview.module.css";

const t = text.overview;

const kinds: Record<string, IconName> = { software: "software", database: "database", hardware: "hardware", documentation: "sheet", licence: "licence" };

// The least that the columns need: eight of them stand beside the first in a window of 1440 px.
const first = 160;
const least = 127;

interface Props {
  environments: readonly Environment[];
  lines: readonly Line[];
  more: boolean;
  loadMore: () => void;
  /** The past moment that is shown. */
  at: string | undefined;
  open: (component: string, environment: string) => void;
}

/**
 * Components by environments: only the rows on screen are drawn; the first column and the head stay.
 * It is drawn anew for what it shows, not for what else is done on the page.
 */
export const Matrix = memo(function Matrix({ environments, lines, more, loadMore, at, open }: Props) {
  const [body, setBody] = useState<HTMLDivElement | null>(null);
  const above = useTop(body);
  const virtual = useWindowVirtualizer({ count: lines.length, estimateSize: (i) => (lines[i]?.kind === "group" ? 27 : 44), overscan: 6, scrollMargin: above, getItemKey: (i) => keyOf(lines[i]) });
  const shown = virtual.getVirtualItems();
  const end = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (more && end >= lines.length - 8) {
      loadMore();
    }
  }, [more, end, lines.length, loadMore]);
  const tracks = { gridTemplateColumns: `minmax(${first}px, ${first / least}fr) repeat(${environments.length}, minmax(${least}px, 1fr))` };
  return (
    <div className={classes["frame"]} data-past={at !== undefined || undefined}>
      <div role="table" aria-label={t.title} aria-rowcount={more ? -1 : lines.length + 1} className={classes["matrix"]} style={{ minWidth: first + least * environments.length }}>
        <div role="rowgroup">
          <div role="row" className={classes["head"]} style={tracks}>
            <div role="columnheader" className={classes["corner"]}>
              {t.component}
            </div>
            {environments.map((environment) => (
              <Column key={environment.name} environment={environment} />
            ))}
          </div>
        </div>
        <div role="rowgroup" ref={setBody} className={classes["body"]} style={{ height: virtual.getTotalSize() }}>
          {shown.map((item) => {
            const line = lines[item.index];
            return line === undefined ? null : (
              <div key={item.key} ref={virtual.measureElement} data-index={item.index} role="row" aria-rowindex={item.index + 2} className={line.kind === "group" ? classes["group"] : classes["row"]} style={{ ...tracks, transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}>
                {line.kind === "group" ? (
                  <>
                    <div role="rowheader" className="strong cut">
                      {line.name === "" ? t.noService : line.name}
                    </div>
                    {environments.map((environment) => (
                      <div role="cell" key={environment.name} className={classes["cell"]} data-frozen={frozen(environment)} />
                    ))}
                  </>
                ) : (
                  <Cells row={line.row} environments={environments} at={at} open={open} />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
});

/** A line is the same wherever it stands: grouping moves it, and draws nothing of it anew. */
const keyOf = (line: Line | undefined) => (line === undefined ? "" : line.kind === "group" ? `group ${line.name}` : line.row.component);

const frozen = (environment: Environment) => (environment.freezes === undefined || environment.freezes.length === 0 ? undefined : true);

function Column({ environment }: { environment: Environment }) {
  const freeze = environment.freezes?.[0];
  return (
    <div role="columnheader" className={classes["column"]} data-frozen={freeze === undefined ? undefined : true}>
      <div className="strong cut">{environment.name}</div>
      {freeze === undefined ? (
        <div className="second cut">{t.targets(environment.targets)}</div>
      ) : (
        <div className={`second ice ${classes["freeze"] ?? ""}`} title={t.frozenBy(freeze.name, freeze.what)}>
          <Icon name="snowflake" size={12} /> {t.frozenUntil} <Time at={freeze.until} />
          <span className="unseen">{t.frozenBy(freeze.name, freeze.what)}</span>
        </div>
      )}
    </div>
  );
}

/** Scrolling draws the rows anew that come into sight, not those that stay. */
const Cells = memo(function Cells({ row, environments, at, open }: { row: Row; environments: readonly Environment[]; at: string | undefined; open: (component: string, environment: string) => void }) {
  return (
    <>
      <div role="rowheader" className={classes["component"]}>
        <span className="ink3">
          <Icon name={kinds[row.kind] ?? "software"} />
        </span>
        <span className="cut" title={row.component}>
          {row.component}
        </span>
      </div>
      {environments.map((environment) => {
        const cell = row.cells.find((one) => one.environment === environment.name);
        return (
          <div role="cell" key={environment.name} className={classes["cell"]} data-frozen={frozen(environment)} data-state={cell?.state}>
            {cell === undefined ? (
              <span className={`ink3 ${classes["dash"] ?? ""}`}>
                <span aria-hidden="true">–</span>
                <span className="unseen">{t.none}</span>
              </span>
            ) : (
              <button type="button" className={classes["open"]} data-rowlink onClick={() => open(row.component, environment.name)}>
                <span className="unseen">{`${row.component}, ${environment.name}: `}</span>
                <Face cell={cell} at={at} />
                <Progress cell={cell} at={at} />
              </button>
            )}
          </div>
        );
      })}
    </>
  );
});
