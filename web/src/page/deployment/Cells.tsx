import { memo, useEffect, useId, useState } from "react";
import { text } from "@/text";
import classes from "./deployment.module.css";
import { type Chosen, type Fleet, isWrong, type Look, lookAt } from "./fleet";
import { glyphs } from "./glyph";
import { Hint, type Pointed, Sentence } from "./Hint";
import { lookState } from "./look";
import type { Names } from "./names";
import { useWalk } from "./walk";

const t = text.deployment;

/** What every drawing of targets is given: some places of a fleet, and what may be done there. */
export interface Drawn {
  deployment: string;
  fleet: Fleet;
  places: readonly number[];
  names: Names;
  /** Only these are drawn in full. */
  only: Look | undefined;
  opened: string | undefined;
  open: (place: number) => void;
  chosen: Chosen;
  choose: (place: number) => void;
  label: string;
}

/** One cell of 15 px. */
export const Cell = memo(function Cell({ look }: { look: Look }) {
  return (
    <svg viewBox="0 0 16 16" width={15} height={15} aria-hidden="true" className={classes["cell"]}>
      {glyphs[look]}
    </svg>
  );
});

interface BoxProps {
  id: string;
  place: number;
  look: Look;
  name: string | undefined;
  at: boolean;
  on: boolean;
  picked: boolean;
  faded: boolean;
}

const Box = memo(function Box({ id, place, look, name, at, on, picked, faded }: BoxProps) {
  return (
    <span
      id={id}
      role="option"
      aria-selected={picked}
      aria-label={t.cell(name ?? String(place + 1), lookState[look].word)}
      className={classes["cellBox"]}
      data-place={place}
      data-at={at || undefined}
      data-on={on || undefined}
      data-faded={faded || undefined}
    >
      <Cell look={look} />
    </span>
  );
});

/** 25 to 600 targets: cells with a glyph each, a gap after ten. Arrow keys walk them. */
export function Cells({ deployment, fleet, places, names, only, opened, open, chosen, choose, label }: Drawn) {
  const id = useId();
  const [pointed, point] = useState<Pointed>();
  // Each cell is told by its name to who does not see it.
  useEffect(() => names.want(places), [names, places]);
  const act = (go: (place: number) => void) => (index: number) => {
    const place = places[index];
    if (place !== undefined) {
      go(place);
    }
  };
  const { at, ...walking } = useWalk({ count: places.length, across: cellsAcross, open: act(open), select: act(choose) });
  const here = places[at];
  return (
    <div className={classes["drawn"]}>
      <div
        role="listbox"
        tabIndex={0}
        aria-label={`${label}. ${t.cellsHint}`}
        aria-multiselectable="true"
        aria-activedescendant={at >= 0 ? `${id}${at}` : undefined}
        className={classes["cells"]}
        {...walking}
        onClick={(event) => {
          const place = placeOf(event.target);
          if (place !== undefined) {
            (event.shiftKey || event.ctrlKey || event.metaKey ? choose : open)(place);
          }
        }}
        onPointerMove={(event) => {
          const place = event.pointerType === "mouse" ? placeOf(event.target) : undefined;
          if (place !== pointed?.place) {
            const frame = event.currentTarget.getBoundingClientRect();
            point(place === undefined ? undefined : { place, x: event.clientX - frame.left + 8, y: event.clientY - frame.top + 20 });
            names.want(place === undefined ? [] : [place]);
          }
        }}
        onPointerLeave={() => point(undefined)}
      >
        {tens(places.length).map((first) => (
          <span key={first} role="presentation" className={classes["ten"]}>
            {places.slice(first, first + 10).map((place, i) => {
              const look = lookAt(fleet, place);
              const name = names.at(place);
              return (
                <Box
                  key={place}
                  id={`${id}${first + i}`}
                  place={place}
                  look={look}
                  name={name}
                  at={first + i === at}
                  on={name !== undefined && name === opened}
                  picked={name !== undefined && chosen.has(name)}
                  faded={only !== undefined && only !== look}
                />
              );
            })}
          </span>
        ))}
      </div>
      {here === undefined || !isWrong(lookAt(fleet, here)) ? null : (
        <div className={`${classes["hint"] ?? ""} ${classes["below"] ?? ""}`} role="status">
          <Sentence deployment={deployment} name={names.at(here)} look={lookAt(fleet, here)} />
        </div>
      )}
      {pointed === undefined ? null : <Hint deployment={deployment} name={names.at(pointed.place)} look={lookAt(fleet, pointed.place)} at={pointed} />}
    </div>
  );
}

function tens(count: number): number[] {
  return Array.from({ length: Math.ceil(count / 10) }, (_, i) => i * 10);
}

/** How many cells stand in a line: those before the first that stands lower. */
function cellsAcross(box: Element): number {
  const cells = [...box.querySelectorAll<HTMLElement>("[data-place]")];
  const lower = cells.findIndex((cell) => cell.offsetTop > (cells[0]?.offsetTop ?? 0));
  return lower < 0 ? Math.max(1, cells.length) : lower;
}

function placeOf(element: EventTarget): number | undefined {
  const box = (element as Element).closest("[data-place]");
  return box instanceof HTMLElement ? Number(box.dataset["place"]) : undefined;
}
