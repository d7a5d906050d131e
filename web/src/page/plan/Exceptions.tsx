import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask } from "@/api/client";
import { Said } from "@/part/Said";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type Outlook, usePlanTargets } from "./data";
import { groupsOf, type Header, onOf } from "./difference";
import classes from "./plan.module.css";

const t = text.plan;
const most = 200;

/** What is out of the ordinary, one line each, before anything that is fine: what cannot be undone, what has drifted, what is in conflict. */
export function Exceptions({ header, plan, outlook }: { header: Header; plan: string; outlook?: Outlook | undefined }) {
  const { targets } = usePlanTargets(plan);
  const uncertain = useMemo(() => groupsOf(header, targets).filter((group) => group.changes.some((change) => change.uncertain)).reduce((n, group) => n + group.names.length, 0), [header, targets]);
  const environment = header.environment;
  const drifts = useQuery({
    queryKey: ["drifts", { environment, limit: most }],
    queryFn: () => ask(api.GET("/api/v1/drifts", { params: { query: { environment, limit: most } } })),
    enabled: header.direction !== "remove",
  }).data?.items;
  const drifted = useMemo(() => {
    const on = new Set(targets.map(onOf));
    return new Set((drifts ?? []).filter((drift) => on.has(drift.target) && header.items.some((item) => item.component === drift.component)).map((drift) => drift.target)).size;
  }, [drifts, targets, header]);
  const conflicts = (outlook?.conflicts ?? []).filter((conflict) => conflict.holds && conflict.waived === undefined);
  const lasting = header.irreversible ?? [];
  const lost = header.lost ?? [];
  if (lasting.length + lost.length + uncertain + drifted + conflicts.length === 0) {
    return null;
  }
  return (
    <section className="card" aria-label={t.exceptions}>
      <ul className={classes["exceptions"]}>
        {lost.map((one) => (
          <li key={`lost ${one.component} ${one.step}`}>
            <span className="warn">
              <Icon name="triangle" />
            </span>
            <span>
              <span className="strong">{t.lost(header.restores ?? "")}</span> {t.lasting(one.component, one.step, one.what)} <span className="second">{t.onTargets(one.targets)}</span>
            </span>
          </li>
        ))}
        {lasting.map((one) => (
          <li key={`${one.component} ${one.step}`}>
            <span className="warn">
              <Icon name="triangle" />
            </span>
            <span>
              <span className="strong">{t.irreversible}</span> {t.lasting(one.component, one.step, one.what)} <span className="second">{one.fresh === true ? t.onFresh(one.targets) : t.onTargets(one.targets)}</span>
            </span>
          </li>
        ))}
        {drifted === 0 ? null : (
          <li>
            <span className="warn">
              <Icon name="unequal" />
            </span>
            <span>{t.drifted(drifted, (drifts ?? []).length === most)}</span>
          </li>
        )}
        {uncertain === 0 ? null : (
          <li>
            <span className="unknown">
              <Icon name="diamond" />
            </span>
            <span>{t.uncertain(uncertain)}</span>
          </li>
        )}
        {conflicts.map((conflict) => (
          <li key={conflict.ref}>
            <span className={conflict.severity === "warning" ? "warn" : "bad"}>
              <Icon name="boxes" />
            </span>
            <span><Said words={conflict.message} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
