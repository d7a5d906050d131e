import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { DocumentEditor } from "@/editor/DocumentEditor";
import { NotFound } from "@/frame/NotFound";
import { usePage } from "@/frame/page";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import classes from "./admin.module.css";
import { home, type Kind, kindOf, needs, starts } from "./kind";
import { NoRight, useMay } from "./right";

const t = text.admin;

/** Edits a document of those that are kept under Admin. */
export function EditAdmin() {
  const { kind = "", name = "" } = useParams({ strict: false });
  const known = kindOf(kind);
  return known === undefined ? <NotFound /> : <Edit key={name} kind={known} name={name} />;
}

/** A document that is not there yet; it begins with a small whole one. */
export function NewAdmin() {
  const { kind = "" } = useParams({ strict: false });
  const known = kindOf(kind);
  return known === undefined ? <NotFound /> : <Make key={known} kind={known} />;
}

function Edit({ kind, name }: { kind: Kind; name: string }) {
  usePage({ title: t.editTitle(name), crumbs: [{ word: t.title, to: "/admin/people" }, { word: t.kinds[kind], to: home(kind) }, { word: name }] });
  const may = useMay(needs(kind));
  const { data, error, refetch } = useQuery({
    queryKey: ["document", `${kind}/${name}`],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}/{name}", { params: { path: { kind, name } } })),
  });
  return (
    <div className="stack">
      <h1>{t.editTitle(name)}</h1>
      <NoRight to={needs(kind)} what={t.toChange(name)} />
      {error !== null ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading rows={8} />
      ) : may === false ? (
        <pre className={classes["yaml"]} tabIndex={0} aria-label={name}>
          {data.yaml}
        </pre>
      ) : (
        <DocumentEditor kind={kind} name={name} present={data.yaml.replace(/^ {2}revision: \d+\n/m, "")} revision={data.revision} home={() => home(kind)} />
      )}
    </div>
  );
}

function Make({ kind }: { kind: Kind }) {
  const may = useMay(needs(kind));
  const [start] = useState(() => starts(new Date()));
  usePage({ title: t.newOf[kind], crumbs: [{ word: t.title, to: "/admin/people" }, { word: t.kinds[kind], to: home(kind) }, { word: t.newOf[kind] }] });
  return (
    <div className="stack">
      <h1>{t.newOf[kind]}</h1>
      <p className="ink2">{t.aboutOf[kind]}</p>
      <NoRight to={needs(kind)} what={t.toMake} />
      {may === false ? null : <DocumentEditor kind={kind} name="" present={start[kind]} revision={0} home={() => home(kind)} />}
    </div>
  );
}
