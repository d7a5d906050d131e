import { UnstyledButton } from "@mantine/core";
import { useMemo, useState } from "react";
import { digestShort } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { usePlanTargets } from "./data";
import { type Change, type Group, groupsOf, type Header, summary } from "./difference";
import classes from "./plan.module.css";

const t = text.plan;

/** What will change, target by target, with equal differences said once. */
export function Difference({ header, plan }: { header: Header; plan: string }) {
  const { targets, loading, error } = usePlanTargets(plan);
  const groups = useMemo(() => groupsOf(header, targets), [header, targets]);
  const sum = summary(groups);
  return (
    <section className="card" aria-labelledby="difference">
      <header>
        <h2 id="difference" className="grow">
          {t.whatChanges}
        </h2>
        <span className="second">
          <b>{t.touched(header.targetCount)}</b> · {t.changed(sum.changed)} · {t.fresh(sum.fresh)} · {t.removed(sum.removed)}
          {header.unchanged > 0 ? ` · ${t.unchanged(header.unchanged)}` : ""}
        </span>
      </header>
      {error === null ? null : <Failure error={error} />}
      {loading ? <Loading rows={3} /> : groups.map((group, i) => <GroupRows key={i} group={group} first={i < 3} />)}
    </section>
  );
}

const icons = { irreversible: "triangle", change: "environment", new: "plus", removed: "bar", uncertain: "diamond" } as const;
const families = { irreversible: "warn", change: "ink2", new: "good", removed: "warn", uncertain: "unknown" } as const;

function GroupRows({ group, first }: { group: Group; first: boolean }) {
  const [open, setOpen] = useState(first || group.kind === "irreversible");
  const [listed, list] = useState(false);
  const says = { irreversible: t.groupIrreversible, change: group.names.length > 1 ? t.same : "", new: t.groupNew, removed: t.groupRemoved, uncertain: t.groupUncertain }[group.kind];
  return (
    <div className={classes["group"]}>
      <div className={classes["groupHead"]}>
        <UnstyledButton className="row grow" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="ink3">
            <Icon name={open ? "down" : "right"} size={12} />
          </span>
          <span className={families[group.kind]}>
            <Icon name={icons[group.kind]} />
          </span>
          <span className="strong nowrap">{group.names.length === 1 ? group.names[0] : t.targets(group.names.length)}</span>
          <span className="second cut">{says}</span>
        </UnstyledButton>
        {group.names.length > 1 ? (
          <UnstyledButton className={classes["list"]} aria-expanded={listed} onClick={() => list(!listed)}>
            {listed ? t.hide : t.list}
          </UnstyledButton>
        ) : null}
      </div>
      {listed ? (
        <p className={classes["names"]}>
          <code>{group.names.slice(0, 500).join("  ")}</code> {group.names.length > 500 ? t.moreTargets(group.names.length - 500) : ""}
        </p>
      ) : null}
      {open ? group.changes.map((change) => <ChangeRow key={change.component} change={change} />) : null}
    </div>
  );
}

/** One line: change, add, remove or restart; its name; old and new; where the value comes from. */
export function ChangeRow({ change }: { change: Change }) {
  return (
    <div className={classes["change"]}>
      <span className={classes["verb"]} data-verb={change.verb}>
        {t.verb[change.verb]}
      </span>
      <code className="cut">{change.component}</code>
      <span className="row">
        {change.verb === "add" ? null : (
          <>
            <code className="ink3">{change.before === "" ? t.absent : change.before}</code>
            {change.verb === "stays" ? null : (
              <span className="ink3">
                <Icon name="arrow" size={12} />
              </span>
            )}
          </>
        )}
        {change.verb === "stays" ? null : <code className={change.after === "" ? "ink3" : classes["after"]}>{change.after === "" ? t.absent : change.after}</code>}
      </span>
      <span className="second cut number" title={change.digest}>
        {change.digest === "" ? "" : digestShort(change.digest)}
      </span>
      {change.lasting.map((what) => (
        <span key={what} className={`warn ${classes["lasting"] ?? ""}`}>
          <Icon name="triangle" size={14} /> {t.irreversible} {what}
        </span>
      ))}
    </div>
  );
}
