import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { text } from "@/text";
import type { View } from "./data";
import classes from "./journeys.module.css";

const t = text.journeys;

/** What let it begin, in whose name it asks, and by which rules it goes. */
export function About({ view }: { view: View }) {
  const j = view.journey;
  const [component = "", version] = view.release.split("@");
  const rows: readonly (readonly [string, ReactNode])[] = [
    ...(j === undefined
      ? []
      : ([
          [t.cause, j.cause],
          [t.trigger, <Link key="t" to="/admin/edit/$kind/$name" params={{ kind: "Trigger", name: j.trigger }} search={{}}>{j.trigger}</Link>],
          [t.as, j.as.name],
          [t.mode, t.modes[j.mode] ?? j.mode],
          [t.keep, t.keeps[j.keep] ?? j.keep],
        ] as const)),
    [t.model, view.model === undefined ? "" : <Link key="m" to="/models/$model" params={{ model: view.model }}>{view.model}</Link>],
    [text.library.version, version === undefined ? "" : <Link key="v" to="/library/$component/$version/origin" params={{ component, version }}>{view.release}</Link>],
    [t.change, j?.change ?? ""],
    [t.endedBy, j?.endedBy?.name ?? ""],
  ];
  return (
    <section className="card" aria-labelledby="about">
      <header>
        <h2 id="about" className="grow">
          {t.about}
        </h2>
        {j === undefined ? null : (
          <Link to="/records" search={{ subject: `journey/${j.id}` }} className="second">
            {t.inTheRecord}
          </Link>
        )}
      </header>
      <dl className={classes["pairs"]}>
        {rows
          .filter(([, value]) => value !== "")
          .map(([word, value]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
