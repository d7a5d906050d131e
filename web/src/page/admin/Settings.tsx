import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Copy } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { span } from "@/part/moment";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./admin.module.css";

const t = text.admin;
type All = Schema["Settings"];

const day = 86_400_000;

/** What the server runs with; what can be changed, is where it is started. */
export function Settings() {
  const { data, error, refetch, dataUpdatedAt } = useQuery({ queryKey: ["settings"], queryFn: () => ask(api.GET("/api/v1/settings")), refetchInterval: 60_000 });
  if (error !== null) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (data === undefined) {
    return <Loading rows={8} />;
  }
  return (
    <>
      <Server all={data} apart={Math.round((Date.parse(data.now) - dataUpdatedAt) / 1000)} />
      <Backup all={data} />
      <Bounds bounds={data.bounds} />
      <Keys keys={data.keys} />
      <Options options={data.options} />
    </>
  );
}

function Facts({ title, facts, wide = false, children }: { title: string; wide?: boolean; facts: readonly (readonly [string, ReactNode])[]; children?: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <dl className={classes["facts"]} data-wide={wide || undefined}>
        {facts.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}

/** `apart`: by how many seconds the server's clock is ahead of this computer's. */
function Server({ all, apart }: { all: All; apart: number }) {
  return (
    <Facts
      title={t.server}
      facts={[
        [t.version, <code key="v">{all.version}</code>],
        [t.started, <Time key="s" at={all.startedAt} />],
        [t.clock, Math.abs(apart) > 60 ? <span key="c" className="warn">{t.clockApart(span(Math.abs(apart) * 1000), apart > 0)}</span> : t.clockSame],
        [t.zone, `${all.zone} ${t.zoneHint}`],
        [t.address, <code key="a">{all.url}</code>],
        [t.bus, <code key="b">{all.busUrl}</code>],
        [t.protected, all.tls.by === "certificate" ? <Ends key="t" at={all.tls.until ?? ""} /> : t.tls[all.tls.by]],
        [t.dataDirectory, <code key="d">{all.data.path}</code>],
        [t.database, t.databaseSize(all.data.database, bytes(all.data.bytes))],
        [t.free, <span key="f" className={all.data.free < 2e9 ? "warn" : ""}>{bytes(all.data.free)}</span>],
        [t.mails, all.mail ? t.mailsSent : t.mailsNot],
        [t.record, t.entries(all.record)],
      ]}
    />
  );
}

/** Until when a certificate holds; said loudly in its last two weeks. */
function Ends({ at }: { at: string }) {
  const now = useNow();
  const soon = Date.parse(at) - now.getTime() < 14 * day;
  return (
    <span className={soon ? "warn" : ""}>
      {t.tls.certificate} <Time at={at} />
    </span>
  );
}

function Backup({ all }: { all: All }) {
  const now = useNow();
  const at = all.backupAt;
  const old = at === undefined || now.getTime() - Date.parse(at) > 2 * day;
  return (
    <section className="card" aria-label={t.backup}>
      <header>
        <h2>{t.backup}</h2>
      </header>
      <div className="body stack close">
        <div className="row">
          <span className={old ? "warn" : "good"}>
            <Icon name={old ? "triangle" : "tick"} />
          </span>
          {at === undefined ? (
            <span>{t.noBackup}</span>
          ) : (
            <span>
              {t.lastBackup} <Time at={at} /> {t.givenTo(all.backupBy?.name ?? "")}
            </span>
          )}
        </div>
        <p className="second">{t.backupHint}</p>
        <div>
          <Copy value={`tranship backup ${all.scope}-$(date +%F).backup`} />
        </div>
      </div>
    </section>
  );
}

function Bounds({ bounds }: { bounds: All["bounds"] }) {
  return (
    <Facts
      title={t.bounds}
      wide
      facts={bounds.map((bound) => [
        bound.about,
        <span key={bound.name}>
          {valueOf(bound)} {bound.flag === undefined ? null : <span className="second">{t.setWith} <code>{bound.flag}</code></span>}
        </span>,
      ])}
    />
  );
}

function valueOf({ value, unit }: Schema["Bound"]): string {
  if (value === 0) {
    return unit === "number" ? t.anyNumber : t.forEver;
  }
  return unit === "seconds" ? span(value * 1000) : unit === "bytes" ? bytes(value) : String(value);
}

/** "1.1 GB". */
function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let i = 0;
  while (n >= 999.95 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${i === 0 ? String(n) : n.toFixed(1)} ${units[i] ?? ""}`;
}

function Keys({ keys }: { keys: All["keys"] }) {
  const group = (word: string, list: readonly string[]) => list.map((key, i) => [i === 0 ? word : t.earlierKey(word), <Copy key={key} value={key} />] as const);
  return (
    <Facts title={t.keys} facts={[...group(t.keyOfRecord, keys.record), ...group(t.keyOfOrders, keys.orders)]}>
      <p className={`second ${classes["note"] ?? ""}`}>{t.keysHint}</p>
    </Facts>
  );
}

function Options({ options }: { options: All["options"] }) {
  return (
    <section className="card" aria-label={t.startOptions}>
      <header>
        <h2>{t.startOptions}</h2>
      </header>
      <p className={`ink2 ${classes["note"] ?? ""}`}>{options.length === 0 ? t.noOptions : t.optionsHint}</p>
      {options.map((option) => (
        <div key={option.flag} className={classes["option"]} data-item={option.flag}>
          <code>{option.flag}</code>
          <span className={classes["value"]}>
            <code className={option.from === "default" ? "ink3" : ""}>{option.value === "" ? t.notSet : option.value}</code> <span className="second">{option.from === "environment" ? t.fromVariable(option.variable ?? "") : t.fromWhere[option.from]}</span>
          </span>
          <span className="second">{option.about}</span>
        </div>
      ))}
    </section>
  );
}
