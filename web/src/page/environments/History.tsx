import { Button, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { moment } from "@/part/moment";
import { after, Paged, paged } from "@/part/Paged";
import { Said } from "@/part/Said";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { StateMark } from "@/vocabulary/StateMark";
import classes from "./environments.module.css";
import { eventState, eventTitle, eventWords } from "./event";

const t = text.environments;
type Stood = Schema["TargetStood"];
type Event = Schema["TargetEvent"];

interface Props {
  target: string;
  /** The past moment that is shown. */
  at: string | undefined;
  go: (at: string | undefined) => void;
}

/** What stood on a target at a moment, by whose authority, and what had happened to it until then, newest first. */
export function History({ target, at, go }: Props) {
  const now = useNow();
  const list = useInfiniteQuery({
    queryKey: ["targets", { history: target, at }],
    queryFn: async ({ pageParam }) => {
      const page = await ask(api.GET("/api/v1/targets/{target}/history", { params: { path: { target }, query: { limit: 50, ...(at === undefined ? {} : { at }), ...after(pageParam) } } }));
      return { ...page, items: page.events };
    },
    ...paged,
  });
  const first = list.data?.pages[0];
  if (list.error !== null && first === undefined) {
    return <Failure error={list.error} retry={() => void list.refetch()} {...(at === undefined ? {} : { action: <Button onClick={() => go(undefined)}>{t.back}</Button> })} />;
  }
  return (
    <div className="stack">
      {first?.removed === undefined ? null : (
        <div className={classes["notice"]} role="status">
          <Icon name="struck" />
          <span>
            <span className="strong">{t.removed}</span> <Time at={first.removed.at} /> {t.removedBy(first.removed.by.name)}
          </span>
        </div>
      )}
      {at === undefined ? null : (
        <div className={classes["past"]} role="status">
          <Icon name="clock" />
          <span className="grow">
            <span className="strong">{t.past(moment(new Date(at), { now }))}</span> {t.pastDetail}{" "}
            {first === undefined ? null : first.then === undefined ? t.notYet : t.wasIn(first.then.environment, first.then.agent)}
          </span>
          <Button variant="filled" onClick={() => go(undefined)}>
            {t.back}
          </Button>
        </div>
      )}
      <section className="card" aria-label={at === undefined ? t.stands : t.stood}>
        <header className="row between wrap">
          <h2>{at === undefined ? t.stands : t.stood}</h2>
          <GoTo key={at} at={at} go={go} />
        </header>
        {first === undefined ? <Loading rows={2} /> : <List label={at === undefined ? t.stands : t.stood} columns={stood} rows={first.stood} id={(p) => p.component} two empty={<div className="body ink2">{at === undefined ? t.standsNothing : t.stoodNothing}</div>} />}
      </section>
      <section className="stack close" aria-label={t.happened}>
        <div className="row between wrap">
          <h2>{t.happened}</h2>
          <LinkButton to={`/records?target=${encodeURIComponent(target)}`}>{t.inRecord}</LinkButton>
        </div>
        <Paged
          list={list}
          label={t.happened}
          columns={events(go)}
          id={(e) => String(e.entry)}
          two
          empty={
            <Empty icon="clock" title={t.happenedNone}>
              {t.happenedNoneDetail}
            </Empty>
          }
        />
      </section>
    </div>
  );
}

/** Asks for a moment; a page that shows one begins with it. */
function GoTo({ at, go }: { at: string | undefined; go: (at: string | undefined) => void }) {
  const [asked, setAsked] = useState(at === undefined ? "" : local(new Date(at)));
  return (
    <form
      className="row wrap"
      onSubmit={(event) => {
        event.preventDefault();
        if (asked !== "") {
          go(new Date(asked).toISOString());
        }
      }}
    >
      <TextInput size="xs" type="datetime-local" step={1} aria-label={t.goTo} value={asked} onChange={(event) => setAsked(event.currentTarget.value)} />
      <Button size="xs" type="submit" disabled={asked === ""}>
        {t.goTo}
      </Button>
    </form>
  );
}

/** A moment as a field for local times wants it. */
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

const stood: Column<Stood>[] = [
  { id: "component", header: t.component, width: "minmax(0, 1fr)", cell: ({ row: { original: p } }) => <RowLink to={`/library/${p.component}`}>{p.component}</RowLink> },
  {
    id: "version",
    header: t.version,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: p } }) => (
      <div className="stack tight">
        <span className="cut">
          <code>{p.version === "" ? "?" : p.version}</code> {p.uncertain ? <span className="unknown">{t.uncertain}</span> : null}
        </span>
        <span className="second cut">
          {t.sinceWhen} <Time at={p.since} />
        </span>
      </div>
    ),
  },
  {
    id: "authority",
    header: t.authority,
    width: "minmax(0, 2.4fr)",
    cell: ({ row: { original: p } }) => (
      <div className="stack tight">
        <span className="cut">
          {p.deployment.startsWith("D-") ? (
            <Link to="/deployments/$deployment" params={{ deployment: p.deployment }} search={{}}>
              {p.deployment}
            </Link>
          ) : (
            p.deployment
          )}{" "}
          <span className="ink2">{p.by === undefined ? "" : p.deployment.startsWith("D-") ? t.askedBy(p.by.requestedBy.name) : t.acceptedBy(p.by.requestedBy.name)}</span>
        </span>
        <span className="second cut" title={p.by?.authority}>
          {p.by?.authority === undefined || p.by.authority === "" ? (p.by?.reason ?? "") : <Said words={p.by.authority} />}
        </span>
      </div>
    ),
  },
];

const events = (go: (at: string) => void): Column<Event>[] => [
  {
    id: "when",
    header: t.when,
    width: "minmax(96px, 0.8fr)",
    cell: ({ row: { original: e } }) => (
      <div className="stack tight">
        <Time at={e.at} />
        <button type="button" className={classes["then"]} onClick={() => go(e.at)}>
          {t.then}
          <span className="unseen">: {eventTitle(e)}</span>
        </button>
      </div>
    ),
  },
  {
    id: "what",
    header: t.what,
    width: "minmax(0, 2.4fr)",
    cell: ({ row: { original: e } }) => (
      <div className="stack tight">
        <span className="cut">
          {e.deployment === undefined ? (
            eventTitle(e)
          ) : (
            <RowLink to={`/deployments/${e.deployment.id}`}>{eventTitle(e)}</RowLink>
          )}
        </span>
        <span className="second cut" title={eventWords(e)}>
          {eventWords(e)}
        </span>
      </div>
    ),
  },
  { id: "how", header: t.how, width: "140px", cell: ({ row: { original: e } }) => <How event={e} /> },
  {
    id: "by",
    header: t.by,
    width: "minmax(0, 1.2fr)",
    cell: ({ row: { original: e } }) => (
      <div className="stack tight">
        <span className="cut">{e.by.name}</span>
        <span className="second cut" title={e.why}>
          <Said plain words={e.why ?? ""} />
        </span>
      </div>
    ),
  },
  {
    id: "entry",
    header: t.entry,
    width: "70px",
    cell: ({ row: { original: e } }) => (
      <Link to="/records/$record" params={{ record: String(e.entry) }} className="ink2">
        <span className="unseen">{t.entry} </span>
        {e.entry}
      </Link>
    ),
  },
];

function How({ event }: { event: Event }) {
  const state = eventState(event);
  return state === undefined ? null : <StateMark state={state} />;
}
