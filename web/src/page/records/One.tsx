import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useKey } from "@/frame/key";
import { problemOf } from "@/api/problem";
import { Copy } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { Said } from "@/part/Said";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { gist, useEntry, useHead } from "./data";
import classes from "./records.module.css";
import { tell } from "./tell";
import { able, type ProvenEntry, verifyEntry } from "./verify";

const t = text.records;

/** One entry: everything that was recorded in it, its place in the log and in the chain of its subject, and its proof. */
export function One({ index }: { index: number }) {
  const found = useEntry(index);
  const head = useHead();
  const navigate = useNavigate();
  const last = (head.data?.head.size ?? index + 1) - 1;
  // From where the address is: the next key may come before the page has followed it.
  const go = (by: number) => void navigate({ to: "/records/$record", params: ({ record }) => ({ record: String(Math.max(0, Math.min(last, Number(record) + by))) }) });
  useKey("[", () => go(-1));
  useKey("]", () => go(1));
  if (found.error !== null) {
    if (problemOf(found.error).code !== "not-found") {
      return <Failure error={found.error} retry={() => void found.refetch()} />;
    }
    return (
      <div className="card">
        <Empty icon="search" title={t.noEntry}>
          {t.noEntryDetail(String(index), head.data?.head.size ?? 0)}
        </Empty>
      </div>
    );
  }
  if (found.isPending) {
    return <Loading rows={6} />;
  }
  const { entry, hash, number } = found.data;
  const [kind = "", id = ""] = entry.subject.split("/");
  const previous = previousOf(found.data.leaf);
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{tell(entry).title}</h1>
        <nav className="row" aria-label={t.inLog}>
          {index > 0 ? <LinkButton to={`/records/${index - 1}`}>{t.earlier}</LinkButton> : null}
          {index < last ? <LinkButton to={`/records/${index + 1}`}>{t.later}</LinkButton> : null}
        </nav>
      </div>
      <div className={classes["sides"]}>
        <div className="stack">
          <section className="card" aria-label={t.number(index)}>
            <dl className={classes["facts"]}>
              <dt>{t.subject}</dt>
              <dd>
                {kind === "deployment" ? (
                  <Link to="/records/$record" params={{ record: id }}>
                    {entry.subject}
                  </Link>
                ) : (
                  <Link to="/records" search={{ subject: entry.subject }}>
                    {entry.subject}
                  </Link>
                )}
              </dd>
              {entry.target === undefined ? null : (
                <>
                  <dt>{t.target}</dt>
                  <dd>
                    <Link to="/records" search={{ target: entry.target }}>
                      {entry.target}
                    </Link>
                  </dd>
                </>
              )}
              <dt>{t.who}</dt>
              <dd className="row">
                <Link to="/records" search={{ who: entry.who.name }}>
                  {entry.who.name}
                </Link>
                <span className="second">{entry.who.kind}</span>
              </dd>
              <dt>{t.when}</dt>
              <dd>
                <Time at={entry.when} />
              </dd>
              {entry.why === undefined ? null : (
                <>
                  <dt>{t.why}</dt>
                  <dd><Said plain words={entry.why} /></dd>
                </>
              )}
              {gist(found.data) === "" || gist(found.data) === entry.why ? null : (
                <>
                  <dt>{t.what}</dt>
                  <dd><Said plain words={gist(found.data)} /></dd>
                </>
              )}
            </dl>
          </section>
          {entry.data === undefined ? null : (
            <section className="card">
              <header>
                <h2>{t.data}</h2>
              </header>
              <pre className={classes["data"]} tabIndex={0}>{JSON.stringify(entry.data, null, 2)}</pre>
            </section>
          )}
        </div>
        <section className="card">
          <header>
            <h2>{t.place}</h2>
          </header>
          <div className="body stack">
            <div className="stack tight">
              <span className="second">{t.inLog}</span>
              <b>{t.placeInLog(index, found.data.head.size)}</b>
            </div>
            <div className="stack tight">
              <span className="second">{t.inChain}</span>
              <b>{t.placeInChain(number, entry.subject)}</b>
              {previous === "" ? <span className="second">{t.firstInChain}</span> : <Copy value={previous} shown={t.followsHash(previous.slice(0, 12))} />}
            </div>
            <div className="stack tight">
              <span className="second">{t.hash}</span>
              <Copy value={hash} />
            </div>
            <Proof entry={found.data} keys={head.data?.keys.record} />
          </div>
        </section>
      </div>
    </div>
  );
}

/** The hash of the entry before in the chain of its subject; empty for the first. */
function previousOf(leaf: string): string {
  const { previous } = JSON.parse(leaf) as { previous?: string };
  return previous ?? "";
}

/** Checks in this browser that the entry is in the log that the server's key has signed. */
function Proof({ entry, keys }: { entry: ProvenEntry; keys: readonly string[] | undefined }) {
  const check = useMutation({
    mutationFn: async () => {
      if (!(await able())) {
        throw new Error(t.unable);
      }
      return verifyEntry(entry, keys ?? []);
    },
  });
  return (
    <div className="stack close">
      <span className="second">{t.proofHint(entry.proof.length)}</span>
      <div>
        <Button onClick={() => check.mutate()} loading={check.isPending} disabled={keys === undefined} leftSection={<Icon name="seal" />}>
          {t.verifyHere}
        </Button>
      </div>
      {check.error === null ? null : <Failure error={check.error} />}
      {check.data === undefined ? null : check.data.wrong === undefined ? (
        <div role="status" className={classes["verdict"]} data-family="good" data-verdict="verified">
          <span className="row strong good">
            <Icon name="seal" /> {t.verified}
          </span>
          <span>{t.entryHolds(check.data.size, check.data.by)}</span>
        </div>
      ) : (
        <div role="alert" className={classes["verdict"]} data-family="bad" data-verdict="broken">
          <span className="row strong bad">
            <Icon name="octagon" /> {t.notVerified(1)}
          </span>
          <span>{check.data.wrong}</span>
        </div>
      )}
    </div>
  );
}
