import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { Said } from "@/part/Said";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./admin.module.css";
import { FireTrigger } from "./FireTrigger";
import { NoRight, useMay } from "./right";
import { Secret } from "./Secret";

const t = text.admin;
type Trigger = Schema["TriggerView"];

/** What begins by itself, why it waits, and when it last fired. */
export function Triggers() {
  const may = useMay("configure") === true;
  const list = useInfiniteQuery({
    queryKey: ["triggers"],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/triggers", { params: { query: { limit: 200, ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <NoRight to="configure" what={t.toChangeTriggers} />
      <section className="card" aria-label={t.tabs.triggers}>
        <header>
          <h2 className="grow">{t.tabs.triggers}</h2>
          {may ? (
            <LinkButton to="/admin/new/Trigger" leftSection={<Icon name="plus" />}>
              {t.newOf.Trigger}
            </LinkButton>
          ) : null}
        </header>
        {list.error === null ? null : <Failure error={list.error} retry={() => void list.refetch()} />}
        {list.isPending ? <Loading rows={3} /> : null}
        {items?.length === 0 ? (
          <Empty icon="clock" title={t.noneOf.Trigger}>
            {t.aboutOf.Trigger}
          </Empty>
        ) : null}
        {items?.map((trigger) => <One key={trigger.name} trigger={trigger} may={may} />)}
        {list.hasNextPage ? (
          <footer className={classes["foot"]}>
            <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
              {t.showMore}
            </Button>
          </footer>
        ) : null}
      </section>
    </>
  );
}

const signed = (trigger: Trigger) => trigger.spec.on === "webhook" || trigger.spec.on === "change";

function One({ trigger, may }: { trigger: Trigger; may: boolean }) {
  const [open, setOpen] = useState(false);
  const { name, spec, post } = trigger;
  const why = trigger.why.reasons?.[0]?.message;
  return (
    <div className={classes["item"]} data-item={name}>
      <div className="row wrap between">
        <div className={`stack tight ${classes["words"] ?? ""}`}>
          <span className="strong">{name}</span>
          <span className="ink2">{source(trigger)}</span>
          <span className="second">
            {t.asWhom(spec.as)}, {post.firedAt === undefined ? t.notFired : <>{t.firedAt} <Time at={post.firedAt} /></>}
            {post.dueAt === undefined ? null : (
              <>
                , {t.nextAt} <Time at={post.dueAt} />
              </>
            )}
            {trigger.open === 0 ? "" : `, ${t.openJourneys(trigger.open)}`}
            {signed(trigger) ? `, ${t.secretSet(post.generation - 1)}` : ""}
          </span>
          {why === undefined ? null : <span className={trigger.why.open ? "second" : "warn"}><Said words={why} /></span>}
        </div>
        <div className="row wrap">
          <Button onClick={() => setOpen(!open)} aria-expanded={open} aria-label={`${t.lastFirings}: ${name}`}>
            {t.lastFirings}
          </Button>
          <FireTrigger trigger={trigger} />
          {signed(trigger) ? (
            <Secret
              of={name}
              replacing={t.replaceTrigger}
              address={`${location.origin}/hooks/${name}`}
              ask={(rotate) => ask(api.POST("/api/v1/triggers/{trigger}/secret", { params: { path: { trigger: name } }, body: { rotate } }))}
            />
          ) : null}
          {may ? (
            <LinkButton to={`/admin/edit/Trigger/${encodeURIComponent(name)}`} aria-label={`${t.edit}: ${name}`}>
              {t.edit}
            </LinkButton>
          ) : null}
        </div>
      </div>
      {open ? <Firings trigger={trigger} /> : null}
    </div>
  );
}

/** What fires it, and for what. */
function source({ name, spec }: Trigger): string {
  const on = spec.on === "webhook" && spec.webhook !== undefined ? t.on.webhookOf(spec.webhook.provider, spec.webhook.repository ?? "", name) : spec.on === "schedule" && spec.schedule !== undefined ? t.on.scheduleOf(spec.schedule.start.replace("T", " "), spec.schedule.zone ?? "UTC", spec.schedule.repeat ?? "") : t.on[spec.on];
  const of = spec.component ?? spec.release ?? "";
  return [on, of === "" ? "" : t.forWhat(of, spec.mode)].filter(Boolean).join(", ");
}

/** When it fired or was held, as the record says, and the webhooks that came. */
function Firings({ trigger }: { trigger: Trigger }) {
  const name = trigger.name;
  const fired = useQuery({
    queryKey: ["trigger", name, "firings"],
    queryFn: () => ask(api.GET("/api/v1/record/entries", { params: { query: { subject: `trigger/${name}`, kind: ["trigger.fired", "trigger.held"], newest: true, limit: 20 } } })),
  });
  const came = useQuery({
    queryKey: ["trigger", name, "deliveries"],
    queryFn: () => ask(api.GET("/api/v1/triggers/{trigger}/deliveries", { params: { path: { trigger: name }, query: { limit: 20 } } })),
    enabled: signed(trigger),
    // A webhook that was refused is no entry of the record: nothing tells of it.
    refetchInterval: 10_000,
  });
  const error = fired.error ?? came.error;
  if (error !== null) {
    return <Failure error={error} />;
  }
  if (fired.data === undefined || (signed(trigger) && came.data === undefined)) {
    return <Loading rows={2} />;
  }
  return (
    <div className="stack close">
      <h3>{t.lastFirings}</h3>
      {fired.data.items.length === 0 ? <div className="ink2">{t.noFirings}</div> : null}
      <ul className={classes["lines"]}>
        {fired.data.items.map(({ index, entry }) => {
          const data = (entry.data ?? {}) as Record<string, string>;
          return (
            <li key={index}>
              <Time at={entry.when} /> <span className={entry.kind === "trigger.held" ? "warn" : ""}>{entry.kind === "trigger.held" ? t.held2 : t.fired}</span> <ToJourney id={data["journey"]} /> {data["wanted"] ?? ""} <Said plain words={entry.why ?? ""} />
            </li>
          );
        })}
      </ul>
      {came.data === undefined ? null : (
        <>
          <h3>{t.webhooksCame}</h3>
          {came.data.items.length === 0 ? <div className="ink2">{t.noWebhooks}</div> : null}
          <ul className={classes["lines"]}>
            {came.data.items.map((delivery) => (
              <li key={delivery.number}>
                <Time at={delivery.at} /> <span className={delivery.outcome === "refused" ? "bad" : "strong"}>{delivery.outcome}</span> {delivery.event?.name ?? ""} <ToJourney id={delivery.journey} /> <span className="ink2">{<Said words={delivery.message ?? ""} />}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <span className="second">
        <Link to="/records" search={{ q: `trigger/${name}` } as never}>
          {t.inTheRecord}
        </Link>
      </span>
    </div>
  );
}

function ToJourney({ id }: { id: string | undefined }) {
  return id === undefined || id === "" ? null : (
    <Link to="/journeys/$journey" params={{ journey: id }}>
      {id}
    </Link>
  );
}
