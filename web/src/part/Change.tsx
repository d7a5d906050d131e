import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./change.module.css";

/** What happened to one thing between two states. */
export type ChangeKind = "added" | "changed" | "removed";

/** The word of a difference, tinted. */
export function ChangeTag({ kind }: { kind: string }) {
  const known = kind === "added" || kind === "changed" || kind === "removed" ? kind : "changed";
  return (
    <span className={classes["tag"]} data-kind={known}>
      {text.change[known]}
    </span>
  );
}

/** "3.5.3 → 3.5.4": the old value is grey, the new one is marked. */
export function FromTo({ before, after }: { before?: string | undefined; after?: string | undefined }) {
  return (
    <span className={classes["fromTo"]}>
      {before === undefined ? null : <code className="ink3">{before}</code>}
      {before === undefined || after === undefined ? null : <Icon name="arrow" size={12} label="→" />}
      {after === undefined ? null : <code className={classes["after"]}>{after}</code>}
    </span>
  );
}
