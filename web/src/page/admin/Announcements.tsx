import { Button, Select } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { sentence } from "@/api/problem";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { Said } from "@/part/Said";
import { Time } from "@/part/Time";
import { text } from "@/text";
import classes from "./admin.module.css";
import { type Document, Documents } from "./Documents";
import { NoRight, useMay } from "./right";
import { Secret } from "./Secret";

const t = text.admin;
const route = getRouteApi("/admin/$tab");
type Announcement = Schema["CommunicationAnnouncement"];
type State = "pending" | "delivered" | "given-up";

/** Who is told of what, and what became of the last deliveries. */
export function Announcements() {
  return (
    <>
      <NoRight to="configure" what={t.toChangeSubscriptions} />
      <Documents kind="Subscription" line={saidOf} acts={(doc) => <Acts doc={doc} />} more={(doc) => <Trial name={doc.name} />} />
      <Deliveries />
    </>
  );
}

interface Spec {
  events?: string[];
  environments?: string[];
  via?: { mail?: { to?: string[] }; chat?: { style?: string }; webhook?: { url?: string } };
}

/** By which way, of what, and where. A chat's address lets anybody write into it: it is not shown in the list. */
function saidOf(doc: Document): string {
  const { events, environments, via } = doc.spec as Spec;
  const by = via?.mail !== undefined ? t.byMail(via.mail.to ?? []) : via?.chat !== undefined ? t.byChat(via.chat.style ?? "") : t.byWebhook(via?.webhook?.url ?? "");
  return `${by}, ${t.toldOf(events ?? [], environments ?? [])}`;
}

function Acts({ doc }: { doc: Document }) {
  const webhook = (doc.spec as Spec).via?.webhook !== undefined;
  const navigate = route.useNavigate();
  return (
    <>
      <Button onClick={() => void navigate({ search: { text: doc.name } })} aria-label={`${t.itsDeliveries}: ${doc.name}`}>
        {t.itsDeliveries}
      </Button>
      {webhook ? (
        <Secret of={doc.name} replacing={t.replaceSubscription} ask={(rotate) => ask(api.POST("/api/v1/subscriptions/{subscription}/secret", { params: { path: { subscription: doc.name } }, body: { rotate } }))} />
      ) : null}
    </>
  );
}

/** Sends a trial, and waits for what each receiver answers first. */
function Trial({ name }: { name: string }) {
  const may = useMay("configure") === true;
  const cache = useQueryClient();
  const trial = useMutation({
    mutationFn: async () => {
      const made = await ask(api.POST("/api/v1/subscriptions/{subscription}/trial", { params: { path: { subscription: name } } }));
      return Promise.all(made.items.map((one) => answered(one)));
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["announcements"] }),
  });
  if (!may) {
    return null;
  }
  return (
    <div className="row wrap">
      <Button size="compact-sm" onClick={() => trial.mutate()} loading={trial.isPending} aria-label={`${t.trial}: ${name}`}>
        {t.trial}
      </Button>
      <span role="status" className="ink2">
        {trial.isPending ? t.trialWaits : ""}
        {trial.data?.map((one) => (
          <span key={one.id} className="block">
            {one.to}: <StateWord announcement={one} /> {lastAnswer(one)}
          </span>
        ))}
      </span>
      {trial.error === null ? null : <Failure error={trial.error} />}
    </div>
  );
}

/** Asks until an announcement was tried once, a minute at most. */
async function answered(one: Announcement): Promise<Announcement> {
  for (let tries = 0; one.attempts === 0 && tries < 120; tries++) {
    await new Promise((go) => setTimeout(go, 500));
    one = await ask(api.GET("/api/v1/announcements/{announcement}", { params: { path: { announcement: one.id } } }));
  }
  return one;
}

const lastAnswer = (one: Announcement) => sentence(one.tries?.at(-1)?.answer ?? "");

function StateWord({ announcement }: { announcement: Announcement }) {
  const family = announcement.state === "given-up" ? "bad" : announcement.state === "pending" && announcement.attempts > 0 ? "warn" : "strong";
  return <span className={family}>{t.delivery[announcement.state as State]}</span>;
}

/** What was told to whom, newest first. */
function Deliveries() {
  const { state, text: subscription } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = t.states.find((one) => one.value === state)?.value as State | undefined;
  const list = useInfiniteQuery({
    queryKey: ["announcements", { state: chosen, subscription }],
    queryFn: ({ pageParam }) =>
      ask(api.GET("/api/v1/announcements", { params: { query: { limit: 30, ...(chosen === undefined ? {} : { state: chosen }), ...(subscription === undefined ? {} : { subscription }), ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    refetchInterval: 10_000, // a delivery that worked is no entry of the record
  });
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <section className="card" aria-label={t.lastDeliveries}>
      <header>
        <h2 className="grow">{subscription === undefined ? t.lastDeliveries : t.deliveriesOf(subscription)}</h2>
        {subscription === undefined ? null : <Button onClick={() => void navigate({ search: (before) => ({ ...before, text: undefined }) })}>{t.allDeliveries}</Button>}
        <Select data={[...t.states]} value={chosen ?? ""} onChange={(value) => void navigate({ search: (before) => ({ ...before, state: value === null || value === "" ? undefined : value }), replace: true })} allowDeselect={false} aria-label={t.state} />
      </header>
      {list.error === null ? null : <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending ? <Loading rows={3} /> : null}
      {items?.length === 0 ? (
        <Empty icon="tray" title={chosen === undefined && subscription === undefined ? t.noAnnouncements : t.noneFit} {...(chosen === undefined && subscription === undefined ? {} : { action: <LinkButton to="/admin/announcements">{t.clear}</LinkButton> })}>
          {t.noAnnouncementsDetail}
        </Empty>
      ) : null}
      {items?.map((one) => <One key={one.id} announcement={one} />)}
      {list.hasNextPage ? (
        <footer className={classes["foot"]}>
          <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
            {t.showOlder}
          </Button>
        </footer>
      ) : null}
    </section>
  );
}

function One({ announcement }: { announcement: Announcement }) {
  const may = useMay("configure") === true;
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const again = useMutation({
    mutationFn: async () => answered({ ...(await ask(api.POST("/api/v1/announcements/{announcement}/repeat", { params: { path: { announcement: announcement.id } } }))) }),
    onSettled: () => cache.invalidateQueries({ queryKey: ["announcements"] }),
  });
  const tries = announcement.tries ?? [];
  return (
    <div className={classes["item"]} data-item={announcement.id}>
      <div className="row wrap between">
        <div className={`stack tight ${classes["words"] ?? ""}`}>
          <span>
            <span className="second">{announcement.id}</span> <span className="strong">{announcement.message.subject}</span>
          </span>
          <span className="second">
            <StateWord announcement={announcement} />, {t.channel[announcement.channel as keyof typeof t.channel]} {announcement.channel === "chat" ? "" : announcement.to}, <Time at={announcement.at} />, {t.tries(announcement.attempts)}
            {announcement.next === undefined || announcement.state !== "pending" ? null : (
              <>
                , {t.nextTry} <Time at={announcement.next} />
              </>
            )}
          </span>
          {announcement.state === "delivered" || tries.length === 0 ? null : <span className="ink2">{lastAnswer(announcement)}</span>}
        </div>
        <div className="row wrap">
          <Button onClick={() => setOpen(!open)} aria-expanded={open} aria-label={`${t.look}: ${announcement.id}`}>
            {t.look}
          </Button>
          {may ? (
            <Button onClick={() => again.mutate()} loading={again.isPending} aria-label={`${t.repeat}: ${announcement.id}`}>
              {t.repeat}
            </Button>
          ) : null}
        </div>
      </div>
      {again.error === null ? null : <Failure error={again.error} />}
      {open ? (
        <div className="stack close">
          <ul className={classes["lines"]}>
            {tries.map((one) => (
              <li key={one.at}>
                <Time at={one.at} /> <span className={one.ok ? "" : "bad"}>{one.ok ? t.taken : t.notTaken}</span> <Said words={one.answer} /> <span className="ink3">{one.took}</span>
              </li>
            ))}
          </ul>
          <pre className={classes["yaml"]} tabIndex={0} aria-label={announcement.message.subject}>
            {announcement.message.text}
          </pre>
        </div>
      ) : null}
    </div>
  );
}
