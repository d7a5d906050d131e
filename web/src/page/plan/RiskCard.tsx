import { Button } from "@mantine/core";
import { useState } from "react";
import type { Schema } from "@/api/client";
import { Said } from "@/part/Said";
import { text } from "@/text";
import classes from "./plan.module.css";

const t = text.plan;

/** How much risk, in which band, and what makes it; each factor with its source. */
export function RiskCard({ risk }: { risk: Schema["Risk"] }) {
  const [all, setAll] = useState(false);
  const factors = [...risk.factors].map((factor) => ({ ...factor, points: factor.weight * factor.value })).sort((a, b) => b.points - a.points);
  const telling = factors.filter((factor) => factor.points > 0);
  const shown = all ? factors : telling.slice(0, 5);
  const most = factors[0]?.points ?? 1;
  return (
    <section className="card" aria-labelledby="risk">
      <header>
        <h2 id="risk" className="grow">
          {t.risk}
        </h2>
        <span className={classes["band"]} data-level={risk.level}>
          {t.band(risk.level, risk.score)}
        </span>
      </header>
      <ul className={classes["factors"]}>
        {shown.map((factor) => (
          <li key={factor.name}>
            <div className="grow">
              <div>{t.factor[factor.name] ?? factor.name}</div>
              <div className="second"><Said plain words={factor.why} /></div>
            </div>
            <span className={classes["bar"]} aria-hidden="true">
              <span style={{ width: `${Math.round((100 * factor.points) / Math.max(most, 0.01))}%` }} />
            </span>
            <code>{Math.round(100 * factor.points)}</code>
          </li>
        ))}
      </ul>
      {factors.length > shown.length || all ? (
        <div className={classes["more"]}>
          <Button variant="transparent" size="compact-xs" px={0} aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.fewer : t.moreFactors(factors.length - shown.length)}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
