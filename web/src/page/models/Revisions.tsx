import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Schema } from "@/api/client";
import { Failure } from "@/part/Failure";
import { type Column, List, RowLink } from "@/part/List";
import { Loading } from "@/part/Loading";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { compareLines, countLines } from "./line";
import { type ModelDocument, revisionsQuery } from "./query";

const t = text.models;

interface Entry {
  document: ModelDocument;
  before: ModelDocument | undefined;
}

/** The revisions of a model, the newest first: what changed, by whom, and how it did. */
export function Revisions({ name, results }: { name: string; results: Schema["ModelResults"] | undefined }) {
  const list = useInfiniteQuery(revisionsQuery(name));
  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetchingNextPage]);
  const columns = useMemo(() => columnsWith(name, results), [name, results]);
  const documents = list.data?.pages.flatMap((page) => page.items) ?? [];
  const rows = documents.map((document, i) => ({ document, before: documents[i + 1] }));
  return (
    <section className="card" aria-label={t.revisions}>
      <header>
        <h2>{t.revisions}</h2>
      </header>
      {list.error !== null ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : list.data === undefined ? (
        <Loading rows={3} />
      ) : (
        <List label={t.revisions} columns={columns} rows={rows} id={(e) => String(e.document.revision)} more={list.hasNextPage} loadMore={loadMore} />
      )}
    </section>
  );
}

function changed({ document, before }: Entry): string {
  if (document.removed === true) {
    return t.removed;
  }
  if (before === undefined) {
    return document.revision === 1 ? t.first : "";
  }
  const { added, removed } = countLines(compareLines(plain(before.yaml), plain(document.yaml)));
  return t.lines(added, removed);
}

/** A text without the line that only says which revision it is. */
export function plain(yaml: string): string {
  return yaml.replace(/^ {2}revision: \d+\n/m, "");
}

function columnsWith(name: string, results: Schema["ModelResults"] | undefined): Column<Entry>[] {
  const pair = (e: Entry) => `/models/${name}/compare/${String(e.document.revision - 1)}..${String(e.document.revision)}`;
  return [
    {
      id: "revision",
      header: t.revision,
      width: "84px",
      cell: ({ row: { original: e } }) => (e.document.revision > 1 ? <RowLink to={pair(e)}>{e.document.revision}</RowLink> : <span className="strong">{e.document.revision}</span>),
    },
    { id: "changed", header: t.whatChanged, width: "minmax(0, 1fr)", cell: ({ row: { original: e } }) => <span className="ink2">{changed(e)}</span> },
    {
      id: "by",
      header: t.by,
      width: "minmax(0, 1fr)",
      cell: ({ row: { original: e } }) => (
        <span className="ink2">
          {e.document.by.name}, <Time at={e.document.at} />
        </span>
      ),
    },
    {
      id: "runs",
      header: t.runs,
      width: "minmax(0, 1fr)",
      cell: ({ row: { original: e } }) => {
        const found = results?.revisions.find((r) => r.revision === e.document.revision);
        return <span className="ink2">{found === undefined ? "–" : `${t.ended(found.succeeded, found.runs)} ${t.success}`}</span>;
      },
    },
    {
      id: "compare",
      header: t.compare,
      width: "80px",
      cell: ({ row: { original: e } }) =>
        e.document.revision > 1 ? (
          <Link to={pair(e)} aria-label={`${t.compare}: ${t.difference(String(e.document.revision - 1), String(e.document.revision))}`}>
            {t.compare}
          </Link>
        ) : null,
    },
  ];
}
