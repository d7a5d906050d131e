import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, ask } from "@/api/client";
import { addressOf, nameOf, wordOf } from "@/frame/hit";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { PageButton } from "@/part/PageButton";
import { text } from "@/text";
import classes from "@/page/records/records.module.css";

const t = text.records;
const route = getRouteApi("/q/$id");

/** Goes to what has this id or name; where several have it, asks which; where nothing has it, says what was looked for. */
export function Finder() {
  const { id } = route.useParams();
  const sought = id.trim();
  usePage({ title: t.sought(sought), crumbs: [{ word: t.sought(sought) }] });
  const { history } = useRouter();
  const hits = useQuery({ queryKey: ["search", sought, "exact"], queryFn: () => ask(api.GET("/api/v1/search", { params: { query: { q: sought, limit: 20 } } })) });
  const all = hits.data?.items ?? [];
  const low = sought.toLowerCase();
  const exact = all.filter((hit) => hit.name.toLowerCase() === low || (hit.kind === "Version" && `${hit.in ?? ""}@${hit.name}`.toLowerCase() === low));
  const [first] = exact.length === 1 ? exact : all.length === 1 ? all : [];
  const to = first === undefined ? undefined : addressOf(first);
  useEffect(() => {
    if (to !== undefined) {
      history.replace(to);
    }
  }, [to, history]);
  if (/^entry[ /-]?\d+$/i.test(sought)) {
    return <Navigate to="/records/$record" params={{ record: sought.replace(/\D/g, "") }} replace />;
  }
  if (hits.error !== null) {
    return <Failure error={hits.error} retry={() => void hits.refetch()} />;
  }
  if (hits.data === undefined || to !== undefined) {
    return (
      <div className="stack">
        <h1>{t.sought(sought)}</h1>
        <Loading rows={4} />
      </div>
    );
  }
  if (all.length === 0) {
    return (
      <div className="stack">
        <h1>{t.sought(sought)}</h1>
        <div className="card">
        <Empty icon="search" title={t.soughtNothing(sought)} action={<PageButton to="/records" search={{ q: sought }}>{text.frame.recordsAbout(sought)}</PageButton>}>
          {t.soughtHow}
        </Empty>
        </div>
      </div>
    );
  }
  return (
    <section className="card">
      <header>
        <h1>{t.soughtMany(sought)}</h1>
      </header>
      <ul className={classes["hits"]}>
        {(exact.length > 1 ? exact : all).map((hit) => (
          <li key={`${hit.kind} ${hit.in ?? ""} ${hit.name}`}>
            <Link to={addressOf(hit)} data-rowlink className="strong">
              {nameOf(hit)}
            </Link>{" "}
            <span className="second">{wordOf(hit.kind)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
