import classes from "./calendar.module.css";
import type { Spanned, Standing } from "./lane";

interface Props {
  /** How it stands in the line; its name stands in it or beside it. */
  standing: Standing;
  /** Of many that are drawn as one: when each of them is, so that none seems to last as long as all. */
  each?: { of: Spanned; all: readonly Spanned[] };
}

/** The time that something takes, drawn as long as it is; a mark where that would be too little to see. */
export function Extent({ standing, each }: Props) {
  const whole = each === undefined ? 0 : each.of.to - each.of.from;
  const part = (time: number) => `${whole === 0 ? 0 : (100 * time) / whole}%`;
  return (
    <span className={classes["extent"]} data-extent data-name={standing.name} data-each={each === undefined ? undefined : true} style={{ width: standing.name === "in" ? "100%" : `max(${100 * standing.bar}%, 5px)` }}>
      {each?.all.map(({ from, to }, i) => (
        <span key={i} style={{ left: `min(${part(from - each.of.from)}, calc(100% - 3px))`, width: `max(${part(to - from)}, 3px)` }} />
      ))}
    </span>
  );
}
