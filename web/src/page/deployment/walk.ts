import { type KeyboardEvent, useState } from "react";

interface Walk {
  /** How many marks there are, and how many stand in a line of their box. */
  count: number;
  across: (box: Element) => number;
  open: (index: number) => void;
  select: (index: number) => void;
}

/** Walking marks by key: arrows, Home and End; Enter opens, x selects. -1: nowhere. */
export function useWalk({ count, across, open, select }: Walk) {
  const [here, setAt] = useState(-1);
  const at = Math.min(here, count - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const line = across(event.currentTarget);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: line, ArrowUp: -line }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (step !== undefined) {
      setAt(at < 0 ? 0 : Math.min(count - 1, Math.max(0, at + step)));
    } else if (event.key === "Home" || event.key === "End") {
      setAt(event.key === "Home" ? 0 : count - 1);
    } else if ((event.key === "Enter" || event.key === "o") && at >= 0) {
      open(at);
    } else if ((event.key === "x" || event.key === " ") && at >= 0) {
      select(at);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return { at, onKeyDown, onFocus: () => setAt((old) => Math.max(0, old)), onBlur: () => setAt(-1) };
}
