import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Failure } from "@/part/Failure";
import { LinkButton, useHasPage } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { Missing } from "@/part/Missing";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { Add } from "./Add";
import { Difference } from "./Difference";
import { kindIcon, kindWord } from "./kind";
import classes from "./library.module.css";
import { Origin } from "./Origin";
import { componentQuery, documentQuery, type Version, versionQuery, versionsQuery } from "./query";
import { Versions } from "./Versions";
import { Where } from "./Where";

const t = text.library;

/** One component: its versions, where they are, where the chosen one comes from, and what differs. */
export function ComponentPage() {
  const { component = "", version, pair } = useParams({ strict: false });
  const [from, to] = pairOf(pair);
  usePage({ title: version === undefined ? component : `${component} ${version}`, crumbs: [{ word: t.title, to: "/library" }, { word: component, ...(version === undefined ? {} : { to: `/library/${component}` }) }, ...(version === undefined ? [] : [{ word: version }])] });
  const [adding, setAdding] = useState(false);
  const about = useQuery(componentQuery(component));
  const versions = useInfiniteQuery(versionsQuery(component)).data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = version ?? to ?? versions[0]?.version;
  useEffect(() => {
    if (pair !== undefined) {
      document.getElementById("difference")?.scrollIntoView({ block: "nearest" });
    }
  }, [pair]);
  if (about.error !== null) {
    return <Missing error={about.error} name={component} list="/library" retry={() => void about.refetch()} />;
  }
  const order = versions.map((v) => v.version);
  return (
    <div className="stack">
      <Head component={component} about={about.data} versions={versions} add={() => setAdding(true)} />
      <div className="sides">
        <div className="stack">
          <Versions component={component} chosen={chosen} add={() => setAdding(true)} />
          {order.length === 0 ? null : (
            <>
              <Where component={component} chosen={chosen} order={order} />
              <Difference component={component} from={from ?? before(versions, chosen)} to={to ?? chosen} versions={order} />
            </>
          )}
        </div>
        {chosen === undefined ? null : <Side component={component} version={chosen} known={versions.find((v) => v.version === chosen)} />}
      </div>
      <Add key={component} component={component} opened={adding} close={() => setAdding(false)} versions={order} />
    </div>
  );
}

/** "4.7.2..4.8.0" */
function pairOf(pair: string | undefined): [string | undefined, string | undefined] {
  const at = pair?.indexOf("..") ?? -1;
  return pair === undefined || at < 1 ? [undefined, undefined] : [pair.slice(0, at), pair.slice(at + 2)];
}

/** The version that came before one and may be deployed: what it is compared with at first. */
function before(versions: readonly Version[], version: string | undefined): string | undefined {
  const older = versions.slice(versions.findIndex((v) => v.version === version) + 1);
  return (older.find((v) => v.state === "admitted") ?? older[0] ?? versions.find((v) => v.version !== version))?.version;
}

function Head({ component, about, versions, add }: { component: string; about: Schema["ComponentView"] | undefined; versions: readonly Version[]; add: () => void }) {
  const canRequest = useHasPage("/deployments/new");
  const document = useQuery(documentQuery(component)).data;
  const spec = document?.spec as { dependsOn?: { component: string; versions?: string; when?: string }[] } | undefined;
  const best = versions.find((v) => v.state === "admitted");
  return (
    <div className="row wrap between">
      <div className="stack tight grow">
        <div className="row wrap">
          <h1>{component}</h1>
          {about === undefined ? null : (
            <span className={classes["tag"]}>
              <Icon name={kindIcon(about.kind)} size={14} />
              {kindWord(about.kind)}
            </span>
          )}
          {about?.service === undefined ? null : <span className={classes["tag"]}>{`${t.service}: ${about.service}`}</span>}
          {Object.entries(about?.labels ?? {}).map(([key, value]) => (
            <span key={key} className={classes["tag"]}>{`${key}=${value}`}</span>
          ))}
        </div>
        <p className="ink2">
          {[about?.description, about?.owner === undefined ? undefined : t.ownedBy(about.owner)].filter(Boolean).join(" ")} <Needs list={spec?.dependsOn ?? []} />
        </p>
      </div>
      <div className="row wrap">
        <Link to="/deployments" search={{ component, all: true }}>
          {t.deployments}
        </Link>
        <Button leftSection={<Icon name="plus" size={14} />} onClick={add}>
          {t.add}
        </Button>
        {best === undefined || !canRequest ? null : (
          <LinkButton variant="filled" to={`/deployments/new?release=${encodeURIComponent(`${component}@${best.version}`)}`}>
            {t.deploy(best.version)}
          </LinkButton>
        )}
      </div>
    </div>
  );
}

function Needs({ list }: { list: readonly { component: string; versions?: string; when?: string }[] }) {
  return list.map((need) => {
    const what = [need.component, need.versions].filter(Boolean).join(" ");
    return (
      <Link key={what} to="/library/$component" params={{ component: need.component }} className={classes["need"]}>
        {t.needs(need.when === undefined ? what : t.needsWhen(what, need.when))}
      </Link>
    );
  });
}

/** The origin of a version; one that is not among the newest is asked for by itself. */
function Side({ component, version, known }: { component: string; version: string; known: Version | undefined }) {
  const asked = useQuery({ ...versionQuery(component, version), enabled: known === undefined });
  const document = useQuery(documentQuery(component)).data;
  const found = known ?? asked.data;
  if (found !== undefined) {
    const spec = document?.spec as { signature?: { required?: boolean } } | undefined;
    return <Origin key={version} version={found} mustSign={spec?.signature?.required === true} />;
  }
  return asked.error === null ? (
    <div className="card">
      <Loading rows={6} />
    </div>
  ) : (
    <Failure error={asked.error} retry={() => void asked.refetch()} />
  );
}
