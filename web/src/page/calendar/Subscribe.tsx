import { Button, Modal, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Act, Confirm } from "@/part/Confirm";
import { Copy } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { useNames } from "./data";
import classes from "./calendar.module.css";

const t = text.calendar;
const kinds = ["all", "environment", "service", "team", "person"] as const;
type Kind = (typeof kinds)[number];
type Feed = Schema["Feed"];

const nameOf = (feed: { kind: string; of?: string }): string => `${t.feedKinds[feed.kind as Kind]}${feed.of === undefined || feed.of === "" ? "" : ` ${feed.of}`}`;

/** Makes the link of a feed, shows it once, and ends links. */
export function Subscribe({ opened, close, environments }: { opened: boolean; close: () => void; environments: readonly string[] }) {
  return (
    <Modal opened={opened} onClose={close} title={t.subscribeTitle} size={560}>
      {opened ? <Form environments={environments} /> : null}
    </Modal>
  );
}

function Form({ environments }: { environments: readonly string[] }) {
  const [kind, setKind] = useState<Kind>("all");
  const [of, setOf] = useState<string | null>(null);
  const cache = useQueryClient();
  const services = useNames("Service", kind === "service");
  const teams = useNames("Group", kind === "team");
  const people = useNames("Person", kind === "person");
  const choice = { all: [], environment: [...environments], service: services, team: teams, person: people }[kind];
  const make = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/feeds", { body: { kind, ...(of === null ? {} : { of }) } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["feeds"] }),
  });
  const link = make.data === undefined ? undefined : location.origin + make.data.path;
  return (
    <div className="stack">
      <p className="ink2">{t.subscribeDetail}</p>
      <form
        className="row wrap"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Select
          label={t.feedOf}
          data={kinds.map((value) => ({ value, label: t.feedKinds[value] }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => {
            setKind(value as Kind);
            setOf(null);
            make.reset();
          }}
          w={170}
          {...firstField}
        />
        {kind === "all" ? null : <Select label={t.feedName[kind]} data={choice} value={of} onChange={setOf} searchable w={200} />}
        <Button type="submit" variant="filled" loading={make.isPending} disabled={kind !== "all" && of === null} className={classes["atFoot"]}>
          {t.makeLink}
        </Button>
      </form>
      {make.error === null ? null : <Failure error={make.error} />}
      {link === undefined ? null : (
        <div className="stack close" role="status">
          <div className="strong">{t.linkOnce}</div>
          <Copy value={link} />
          <a href={link.replace(/^https?:/, "webcal:")}>{t.openLink}</a>
        </div>
      )}
      <Links />
    </div>
  );
}

function Links() {
  const [act, setAct] = useState<Act>();
  const cache = useQueryClient();
  const list = useQuery({ queryKey: ["feeds", { limit: 100 }], queryFn: () => ask(api.GET("/api/v1/feeds", { params: { query: { limit: 100 } } })) });
  const feeds = (list.data?.items ?? []).filter((feed) => feed.revokedAt === undefined);
  const revoke = (feed: Feed) =>
    setAct({
      title: t.revokeTitle,
      consequence: t.revokeDetail(nameOf(feed)),
      verb: t.revokeVerb,
      safe: t.keepLink,
      ends: true,
      run: async () => {
        await ask(api.DELETE("/api/v1/feeds/{feed}", { params: { path: { feed: feed.id } } }));
        await cache.invalidateQueries({ queryKey: ["feeds"] });
      },
    });
  return (
    <section className="stack close">
      <h3>{t.feeds}</h3>
      {list.error === null ? null : <Failure error={list.error} />}
      {list.data !== undefined && feeds.length === 0 ? <div className="ink2">{t.noFeeds}</div> : null}
      {feeds.map((feed) => (
        <div key={feed.id} className="row between">
          <div className="stack tight">
            <span>{nameOf(feed)}</span>
            <span className="second">
              {t.feedBy(feed.createdBy.name)}, <Time at={feed.createdAt} />, {feed.usedAt === undefined ? t.feedNever : <>{t.feedUsed} <Time at={feed.usedAt} /></>}
            </span>
          </div>
          <Button data-family="bad" onClick={() => revoke(feed)} aria-label={`${t.revoke} ${nameOf(feed)}`}>
            {t.revoke}
          </Button>
        </div>
      ))}
      <Confirm act={act} close={() => setAct(undefined)} />
    </section>
  );
}
