import { Link, useNavigate } from "@tanstack/react-router";
import { type ColumnDef, type RowData, tableFeatures, useTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { useKey } from "@/frame/key";
import { text } from "@/text";
import classes from "./part.module.css";

const features = tableFeatures({});
export type Column<T extends RowData> = ColumnDef<typeof features, T> & {
  id: string;
  /** A track of the grid: "120px", "minmax(0, 2fr)". */
  width: string;
};

interface Props<T extends RowData> {
  /** What the list is of, for a screen reader. */
  label: string;
  columns: readonly Column<T>[];
  rows: T[];
  /** The stable name of a row. */
  id: (row: T) => string;
  /** Where a row leads. */
  to?: (row: T) => string;
  /** More can be had from the server; asked when the end comes into sight. */
  more?: boolean;
  loadMore?: () => void;
  /** The id of the row that the page shows beside the list. */
  chosen?: string | undefined;
  /** Rows have two lines. */
  two?: boolean;
  /** What stands there when there is nothing. */
  empty?: ReactNode;
  foot?: ReactNode;
  /** Rows can be chosen, by `x` and by a box before each. */
  select?: Selection;
}

/** Which rows of a list are chosen. */
export interface Selection {
  chosen: ReadonlySet<string>;
  set: (chosen: ReadonlySet<string>) => void;
  /** What a row's box is called. */
  label: (id: string) => string;
}

/** Chosen or not any more. */
function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}

/** The table of every page: only what is on screen is drawn, the server is asked page by page. */
export function List<T extends RowData>({ label, columns, rows, id, to, chosen, more = false, loadMore, two = false, empty, foot, select }: Props<T>) {
  const table = useTable({ features, columns: columns, data: rows, getRowId: id });
  const [body, setBody] = useState<HTMLDivElement | null>(null);
  const above = useTop(body);
  const lines = table.getRowModel().rows;
  const virtual = useWindowVirtualizer({
    count: lines.length,
    estimateSize: () => (two ? 52 : 38),
    overscan: 12,
    scrollMargin: above,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  const shown = virtual.getVirtualItems();
  const end = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (more && end >= lines.length - 5) {
      loadMore?.();
    }
  }, [more, end, lines.length, loadMore]);
  const navigate = useNavigate();
  const tracks = { gridTemplateColumns: [...(select === undefined ? [] : ["20px"]), ...columns.map((c) => c.width)].join(" ") };
  useKey("x", () => {
    const row = document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset["row"];
    if (select !== undefined && row !== undefined) {
      select.set(toggled(select.chosen, row));
    }
  });

  if (lines.length === 0 && !more) {
    return empty;
  }
  return (
    <div className={classes["table"]} role="table" aria-label={label} aria-rowcount={more ? -1 : lines.length + 1} data-list>
      <div role="rowgroup">
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" className={classes["head"]} style={tracks}>
            {select === undefined ? null : (
              <div role="columnheader" className={classes["pick"]}>
                <span className="unseen">{text.part.chosen}</span>
              </div>
            )}
            {group.headers.map((header) => (
              <div key={header.id} role="columnheader">
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <div role="rowgroup" ref={setBody} style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {shown.map((item) => {
          const row = lines[item.index];
          if (row === undefined) {
            return null;
          }
          const href = to?.(row.original);
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className={classes["line"]}
              data-two={two || undefined}
              data-row={row.id}
              {...(select?.chosen.has(row.id) === true ? { "data-chosen": true } : {})}
              {...(chosen !== undefined && row.id === chosen ? { "data-chosen": true, "aria-current": true } : {})}
              {...(href === undefined
                ? {}
                : {
                    "data-link": href,
                    onClick: (event) => {
                      if (!(event.target as HTMLElement).closest("a, button, input, label")) {
                        void navigate({ to: href });
                      }
                    },
                    onKeyDown: (event: KeyboardEvent) => {
                      if (event.key === "Enter" && event.target === event.currentTarget) {
                        void navigate({ to: href });
                      }
                    },
                  })}
              style={{ ...tracks, position: "absolute", top: 0, left: 0, right: 0, transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              {select === undefined ? null : (
                <div role="cell" className={classes["pick"]}>
                  <input type="checkbox" checked={select.chosen.has(row.id)} onChange={() => select.set(toggled(select.chosen, row.id))} aria-label={select.label(row.id)} />
                </div>
              )}
              {row.getAllCells().map((cell) => (
                <div key={cell.id} role="cell" className="cut">
                  <table.FlexRender cell={cell} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
      <div className={classes["foot"]}>
        <span>{text.part.shown(lines.length, more)}</span>
        {foot}
      </div>
    </div>
  );
}

/** How far below the top of the page an element begins; follows what comes and goes above it. */
export function useTop(element: HTMLElement | null): number {
  const [top, setTop] = useState(0);
  useEffect(() => {
    if (element === null) {
      return;
    }
    const measure = () => setTop(Math.round(element.getBoundingClientRect().top + window.scrollY));
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, [element]);
  return top;
}

/** The link of a row, in its first column: j, k and Enter go from one to the next. */
export function RowLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} data-rowlink className="strong">
      {children}
    </Link>
  );
}
