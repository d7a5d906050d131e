import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { healthState } from "@/part/health";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import classes from "./library.module.css";
import { type Health, healthQuery, originPath, type Place, placesQuery } from "./query";

const t = text.library;
type Share = "chosen" | "newer" | "older";

/** Where the versions of a component are, and how they do there: a bar per environment, its parts by version. */
export function Where({ component, chosen, order }: { component: string; chosen: string | undefined; order: readonly string[] }) {
  const places = useQuery(placesQuery(component));
  const health = useQuery(healthQuery(component)).data;
  if (places.error !== null) {
    return <Failure error={places.error} retry={() => void places.refetch()} />;
  }
  const found = new Map<string, Place[]>();
  for (const place of places.data ?? []) {
    found.set(place.environment, [...(found.get(place.environment) ?? []), place]);
  }
  const shareOf = (version: string): Share => {
    const at = order.indexOf(version);
    const mine = chosen === undefined ? 0 : order.indexOf(chosen);
    return version === chosen ? "chosen" : at >= 0 && at < mine ? "newer" : "older";
  };
  return (
    <section className="card" aria-label={t.whereTitle}>
      <header>
        <h2 className="grow">{t.whereTitle}</h2>
        <span className={classes["legend"]} aria-hidden="true">
          <span data-share="newer">{t.newer}</span>
          <span data-share="chosen">{chosen ?? t.chosen}</span>
          <span data-share="older">{t.older}</span>
          <span data-share="unsettled">{t.unsettled}</span>
        </span>
      </header>
      {places.data === undefined ? (
        <Loading rows={3} />
      ) : found.size === 0 ? (
        <Empty icon="environment" title={t.nowhereTitle}>
          {t.nowhereDetail}
        </Empty>
      ) : (
        <ul className={classes["places"]}>
          {[...found].map(([environment, list]) => (
            <Row key={environment} component={component} environment={environment} list={list} shareOf={shareOf} health={health?.get(environment)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ component, environment, list, shareOf, health }: { component: string; environment: string; list: readonly Place[]; shareOf: (version: string) => Share; health: Health | undefined }) {
  const unsettled = list.reduce((sum, place) => sum + place.uncertain, 0);
  const sorted = [...list].sort((a, b) => b.targets - a.targets);
  return (
    <li>
      <span className="strong cut">{environment}</span>
      <span className={classes["bar"]} role="img" aria-label={t.shareOf(environment)}>
        {sorted.map((place) =>
          place.targets > place.uncertain ? <span key={place.version} data-share={shareOf(place.version)} style={{ flexGrow: place.targets - place.uncertain }} /> : null,
        )}
        {unsettled === 0 ? null : <span data-share="unsettled" style={{ flexGrow: unsettled }} />}
      </span>
      <span className="ink2">
        {sorted.map((place, i) => (
          <span key={place.version}>
            {i === 0 ? "" : ", "}
            {t.on(place.targets)}
            {place.version === "" ? (
              t.nothingThere
            ) : (
              <Link to={originPath(component, place.version)} className="mono">
                {place.version}
              </Link>
            )}
          </span>
        ))}
        {unsettled === 0 ? null : <span className="unknown">, {t.notSettled(unsettled)}</span>}
      </span>
      {health === undefined ? null : <Doing health={health} />}
    </li>
  );
}

/** How it does its work there, and which check says otherwise; more stands on the environment's page. */
function Doing({ health: h }: { health: Health }) {
  return (
    <span className={classes["doing"]}>
      <Link to="/environments/$environment" params={{ environment: h.environment }} search={{ tab: "health" }}>
        <StateMark state={healthState(h.state)} {...(h.state === "healthy" ? {} : { word: `${healthState(h.state).word}: ${text.health.of(h.healthy, h.counts.targets).toLowerCase()}` })} />
      </Link>
      {h.check === undefined ? null : (
        <span className="second cut" title={h.says}>
          {text.health.said(h.check, h.target ?? "")}
        </span>
      )}
    </span>
  );
}
