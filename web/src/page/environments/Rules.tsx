import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import classes from "./environments.module.css";
import { documentQuery } from "./query";

const t = text.environments;

interface Spec {
  parameters?: Record<string, string>;
  baseline?: { parameter: string; operator: string; value?: string; why?: string }[];
  calendar?: { rules?: Record<string, string>; contiguous?: string; settle?: string; whenWindowEnds?: string };
}

/** Parameters, what targets must be like, and what follows from conflicts. */
export function Rules({ environment }: { environment: string }) {
  const { data, error, refetch } = useQuery(documentQuery("Environment", environment));
  if (error !== null) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (data === undefined) {
    return <Loading rows={6} />;
  }
  const spec = data.spec as Spec;
  const rules = { ...spec.calendar?.rules, ...(spec.calendar?.settle === undefined ? {} : { settle: spec.calendar.settle }), ...(spec.calendar?.whenWindowEnds === undefined ? {} : { "when a window ends": spec.calendar.whenWindowEnds }) };
  return (
    <div className="stack">
      <div className="row">
        <LinkButton to={`/environments/${environment}/edit`}>{t.edit}</LinkButton>
      </div>
      <Table title={t.parameters} empty={t.noParameters} values={spec.parameters ?? {}} />
      <section className="card" aria-label={t.baseline}>
        <header>
          <h2>{t.baseline}</h2>
        </header>
        {(spec.baseline ?? []).length === 0 ? (
          <div className="body ink2">{t.noBaseline}</div>
        ) : (
          <ul className={classes["values"]}>
            {(spec.baseline ?? []).map((one, i) => (
              <li key={i}>
                <code>{one.parameter}</code>
                <span>
                  <code>{[one.operator, one.value].filter(Boolean).join(" ")}</code> <span className="second">{one.why}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      {Object.keys(rules).length === 0 ? null : <Table title={t.calendarRules} empty="" values={rules} />}
    </div>
  );
}

/** Names with their values. */
export function Table({ title, empty, values }: { title: string; empty: string; values: Readonly<Record<string, ReactNode>> }) {
  const all = Object.entries(values).sort(([a], [b]) => a.localeCompare(b));
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      {all.length === 0 ? (
        <div className="body ink2">{empty}</div>
      ) : (
        <ul className={classes["values"]}>
          {all.map(([name, value]) => (
            <li key={name}>
              <span className="ink2">{name}</span>
              <code>{value}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
