import { Tooltip, UnstyledButton } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { Fragment } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { useCounts } from "./counts";
import classes from "./frame.module.css";
import { type Entry, entries } from "./entries";

const f = text.frame;

/** The mark of the product. */
export function Mark() {
  return (
    <svg viewBox="0 0 20 20" width={20} height={20} aria-hidden="true">
      <rect width="20" height="20" rx="5" fill="var(--ts-primary)" />
      <path d="M4.5 7.5h9M11 5l2.5 2.5L11 10M15.5 12.5h-9M9 10l-2.5 2.5L9 15" fill="none" stroke="var(--ts-on-primary)" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** The rail at the left; folds to icons where the window is narrow. */
export function Rail() {
  const main = entries.filter((entry) => entry.last !== true && entry.inside === undefined);
  return (
    <nav className={classes["rail"]} aria-label={f.rail}>
      <Link to="/" className={classes["brand"]}>
        <Mark />
        <span className={classes["word"]}>{f.product}</span>
      </Link>
      <div className={classes["entries"]}>
        {main.map((entry, i) => (
          <Fragment key={entry.to}>
            {entry.section !== undefined && entry.section !== main[i - 1]?.section ? <div className={classes["section"]}>{entry.section}</div> : null}
            <RailLink entry={entry} />
          </Fragment>
        ))}
      </div>
      <div className={classes["entries"]}>
        {entries
          .filter((entry) => entry.last === true)
          .map((entry) => (
            <RailLink key={entry.to} entry={entry} />
          ))}
      </div>
    </nav>
  );
}

/** What marks the entry whose tab is open. */
function useTabOpen({ to }: Entry) {
  const path = useLocation({ select: (at) => at.pathname });
  return entries.some((one) => one.inside === to && (path === one.to || path.startsWith(`${one.to}/`))) ? { "data-active": true, "aria-current": "page" as const } : {};
}

function RailLink({ entry }: { entry: Entry }) {
  const open = useTabOpen(entry);
  return (
    <Tooltip label={entry.word} position="right" classNames={{ tooltip: classes["folded"] ?? "" }}>
      <UnstyledButton component={Link} to={entry.to} className={classes["entry"]} activeProps={{ "data-active": true, "aria-current": "page" }} {...open}>
        <Icon name={entry.icon} />
        <span className={classes["word"]}>{entry.word}</span>
        <Count entry={entry} />
      </UnstyledButton>
    </Tooltip>
  );
}

/** What waits for you is amber; what is open is plain. */
function Count({ entry }: { entry: Entry }) {
  const counts = useCounts();
  const n = entry.count === undefined ? 0 : counts[entry.count];
  if (n === 0) {
    return null;
  }
  const mine = entry.count === "mine";
  return (
    <span className={mine ? classes["mine"] : classes["open"]} title={mine ? f.waitForYou(n) : f.openOnes(n)}>
      <span aria-hidden="true">{n > 99 ? "99+" : n}</span>
      <span className="unseen">{mine ? f.waitForYou(n) : f.openOnes(n)}</span>
    </span>
  );
}

/** The bar of four at the foot of a phone. */
export function FootBar() {
  return (
    <nav className={classes["foot"]} aria-label={f.rail}>
      {entries
        .filter((entry) => entry.phone === true)
        .slice(0, 4)
        .map((entry) => (
          <FootLink key={entry.to} entry={entry} />
        ))}
    </nav>
  );
}

function FootLink({ entry }: { entry: Entry }) {
  const open = useTabOpen(entry);
  return (
    <Link to={entry.to} className={classes["footEntry"]} activeProps={{ "data-active": true, "aria-current": "page" }} {...open}>
      <span className={classes["footIcon"]}>
        <Icon name={entry.icon} size={20} />
        <Count entry={entry} />
      </span>
      <span>{entry.word}</span>
    </Link>
  );
}
