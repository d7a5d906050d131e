import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { Said } from "@/part/Said";
import { clockTime, date } from "@/part/moment";
import { useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { gist, type Sealed, useEntries } from "./data";
import classes from "./records.module.css";
import { wordsOf } from "./tell";
import { Verify } from "./Verify";

const t = text.records;

/** The record of a deployment: its entries as they followed each other, its export and its verification. */
export function Subject({ id }: { id: string }) {
  const list = useEntries({ subject: `deployment/${id}` });
  const now = useNow();
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const days = new Map<string, Sealed[]>();
  for (const row of rows) {
    const day = date(new Date(row.entry.when), { now });
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{t.record(id)}</h1>
        <Button component={Link} to={`/deployments/${id}`}>
          {text.frame.openId(id)}
        </Button>
      </div>
      <div className={classes["sides"]}>
        <section className="card">
          <header>
            <h2>{t.entries}</h2>
          </header>
          {list.error === null ? null : <Failure error={list.error} retry={() => void list.refetch()} />}
          {list.data === undefined && list.error === null ? <Loading rows={8} /> : null}
          {[...days].map(([day, entries]) => (
            <div key={day}>
              <h3 className={classes["dayLine"]}>{day}</h3>
              <ol className={classes["line"]}>
                {entries.map((sealed) => (
                  <Entry key={sealed.index} sealed={sealed} />
                ))}
              </ol>
            </div>
          ))}
          {list.hasNextPage ? (
            <div className="body">
              <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {text.frame.more}
              </Button>
            </div>
          ) : null}
        </section>
        <Verify id={id} />
      </div>
    </div>
  );
}

function Entry({ sealed }: { sealed: Sealed }) {
  const [open, setOpen] = useState(false);
  const { entry } = sealed;
  const said = gist(sealed);
  return (
    <li>
      <time dateTime={entry.when} title={entry.when}>
        {clockTime(new Date(entry.when))}
      </time>
      <div className="stack tight grow">
        <div>
          <Link to="/records/$record" params={{ record: String(sealed.index) }} className="strong" data-rowlink>
            {wordsOf(entry.kind)}
          </Link>{" "}
          {entry.target === undefined ? null : <code>{entry.target}</code>} <span className="second">{t.by(entry.who.name)}</span>
        </div>
        {said === "" ? null : <div className="ink2"><Said plain words={said} /></div>}
        {open ? <pre className={classes["data"]} tabIndex={0}>{JSON.stringify(entry.data, null, 2)}</pre> : null}
      </div>
      {entry.data === undefined ? null : (
        <Button variant="subtle" color="gray" size="compact-sm" flex="none" onClick={() => setOpen(!open)} aria-expanded={open} aria-label={`${t.data}, ${t.number(sealed.index)}`}>
          <Icon name={open ? "down" : "right"} size={14} />
        </Button>
      )}
    </li>
  );
}
