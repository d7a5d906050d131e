import { Button } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./admin.module.css";
import { type Kind, needs } from "./kind";
import { useMay } from "./right";

const t = text.admin;
export type Document = Schema["DocumentView"];

/** The documents of a kind, page by page. */
export function useDocuments(kind: Kind, text = "") {
  const list = useInfiniteQuery({
    queryKey: text === "" ? ["documents", kind] : ["documents", kind, { text }],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind }, query: { limit: 500, ...(text === "" ? {} : { text }), ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) };
}

interface Props {
  kind: Kind;
  /** What a document says, in a line. */
  line?: (doc: Document) => ReactNode;
  /** What can be done with one besides. */
  acts?: (doc: Document) => ReactNode;
  /** More of one, below it. */
  more?: (doc: Document) => ReactNode;
}

/** The documents of a kind, each as it can be applied again. */
export function Documents({ kind, line, acts, more }: Props) {
  const list = useDocuments(kind);
  const may = useMay(needs(kind)) === true;
  const name = t.kinds[kind];
  return (
    <section className="card" aria-label={name}>
      <header>
        <h2 className="grow">{name}</h2>
        {may ? (
          <LinkButton to={`/admin/new/${kind}`} leftSection={<Icon name="plus" />}>
            {t.newOf[kind]}
          </LinkButton>
        ) : null}
      </header>
      {list.error === null ? null : <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending ? <Loading rows={3} /> : null}
      {list.items?.length === 0 ? (
        <Empty icon="sheet" title={t.noneOf[kind]}>
          {t.aboutOf[kind]}
        </Empty>
      ) : null}
      {list.items?.map((doc) => (
        <One key={doc.name} doc={doc} kind={kind} line={line?.(doc)} acts={acts?.(doc)} more={more?.(doc)} may={may} />
      ))}
      {list.hasNextPage ? (
        <footer className={classes["foot"]}>
          <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
            {t.showMore}
          </Button>
        </footer>
      ) : null}
    </section>
  );
}

function One({ doc, kind, line, acts, more, may }: { doc: Document; kind: Kind; line: ReactNode; acts: ReactNode; more: ReactNode; may: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={classes["item"]} data-item={doc.name}>
      <div className="row wrap between">
        <div className={`stack tight ${classes["words"] ?? ""}`}>
          <span className="strong">{doc.name}</span>
          {line === undefined ? null : <span className="ink2">{line}</span>}
          <span className="second">
            {t.revision(doc.revision)}, <Time at={doc.at} />, {t.by(doc.by.name)}
          </span>
        </div>
        <div className="row wrap">
          {acts}
          <Button onClick={() => setOpen(!open)} aria-expanded={open} aria-label={`${open ? t.hide : t.show}: ${doc.name}`}>
            {open ? t.hide : t.show}
          </Button>
          {may ? (
            <LinkButton to={`/admin/edit/${kind}/${encodeURIComponent(doc.name)}`} aria-label={`${t.edit}: ${doc.name}`}>
              {t.edit}
            </LinkButton>
          ) : null}
        </div>
      </div>
      {open ? (
        <pre className={classes["yaml"]} tabIndex={0} aria-label={doc.name}>
          {doc.yaml}
        </pre>
      ) : null}
      {more}
    </div>
  );
}
