import { useMemo } from "react";
import { milliseconds, span } from "@/part/moment";
import { Time, useNow } from "@/part/Time";
import { Loading } from "@/part/Loading";
import { Said } from "@/part/Said";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./deployment.module.css";
import { type Deployment, useEntries } from "./data";
import { type Matter, matters, shares } from "./timeline";

const t = text.deployment;

/** What happened when, and what it waited for: newest first while it lives, oldest first when it is closed. */
export function Timeline({ d }: { d: Deployment }) {
  const entries = useEntries(d.id, d.header.targetCount);
  const now = useNow();
  const closed = d.state === "closed";
  const waves = d.header.waves;
  const list = useMemo(() => matters(entries.data ?? [], now.getTime(), (wave) => milliseconds(waves.find((one) => one.number === wave)?.soak ?? "") > 0), [entries.data, now, waves]);
  // Where it went on for days, each time says its day.
  const days = overDays(list);
  const share = shares(list, Date.parse(d.requestedAt), d.ended === undefined ? now.getTime() : Date.parse(d.ended));
  const parts = (["time", "person", "other", "worked"] as const).filter((part) => share[part] >= 1000);
  return (
    <section className="card" aria-labelledby="timeline">
      <header>
        <h2 id="timeline" className="grow">
          {t.timeline}
        </h2>
        <span className="second">{t.waitedOf(span(share.waited), span(share.all))}</span>
      </header>
      {entries.data === undefined ? (
        <Loading rows={5} />
      ) : (
        <div className="body stack">
          <div className={classes["share"]} aria-hidden="true">
            {parts.map((part) => (
              <span key={part} style={{ flexGrow: share[part] }} className={shareClass[part]} />
            ))}
          </div>
          <div className={classes["shares"]}>
            {parts.map((part) => (
              <span key={part}>
                <i className={shareClass[part]} />
                {t.shareOf[part]} {span(share[part])}
              </span>
            ))}
          </div>
          <ol className={classes["timeline"]} data-days={days || undefined}>
            {(closed ? list : [...list].reverse()).map((matter, i) => (
              <Row key={i} matter={{ ...matter, days }} />
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

const shareClass = { time: classes["shareTime"], person: classes["sharePerson"], other: classes["shareOther"], worked: classes["shareWork"] };

function overDays(list: readonly Matter[]): boolean {
  const first = list[0];
  const last = list.at(-1);
  return first !== undefined && last !== undefined && new Date(first.at).toDateString() !== new Date(last.at).toDateString();
}

function Row({ matter }: { matter: Matter & { days: boolean } }) {
  return (
    <li className={classes["matter"]} data-waited={matter.waited === undefined ? undefined : matter.cause}>
      <span className={classes["when"]}>
        <Time at={new Date(matter.at).toISOString()} as={matter.days ? "moment" : "clock"} />
      </span>
      <span className={`${matter.family} ${classes["node"] ?? ""}`}>
        <Icon name={matter.icon} size={14} />
      </span>
      <div className="grow">
        <div className="row between">
          <span className="cut">{matter.title}</span>
          {matter.waited === undefined ? null : <span className={matter.open === true && matter.cause === "person" ? "second person nowrap" : "second nowrap"}>{span(matter.waited)}</span>}
        </div>
        {matter.detail === "" ? null : <div className={`second ${classes["detail"] ?? ""}`}><Said words={matter.detail} /></div>}
      </div>
    </li>
  );
}
