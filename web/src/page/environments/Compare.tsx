import { Checkbox } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Failure } from "@/part/Failure";
import { type Column, List } from "@/part/List";
import { Loading } from "@/part/Loading";
import { after, paged } from "@/part/Paged";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./environments.module.css";

const t = text.environments;

/** Two environments beside each other: what differs of versions, parameters and facts. */
export function CompareEnvironments() {
  const { pair = "" } = useParams({ strict: false });
  const { alike = false } = useSearch({ strict: false });
  const navigate = useNavigate();
  const at = pair.indexOf("..");
  const one = pair.slice(0, at);
  const other = pair.slice(at + 2);
  const title = t.compareTitle(one, other);
  usePage({ title, crumbs: [{ word: t.title, to: "/environments" }, { word: title }] });
  const list = useInfiniteQuery({
    queryKey: ["environments", "comparison", one, other, alike],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/environments/{environment}/comparison", { params: { path: { environment: one }, query: { with: other, alike, limit: 40, ...after(pageParam) } } })),
    ...paged,
  });
  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [fetchNextPage, isFetchingNextPage]);
  const data = list.data?.pages[0];
  const components = list.data?.pages.flatMap((page) => page.components ?? []) ?? [];
  return (
    <div className="stack">
      <h1>{title}</h1>
      {list.error !== null ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : data === undefined ? (
        <Loading rows={8} />
      ) : (
        <>
          <div className="row wrap">
            <p className="ink2 grow">
              {data.different === 0 ? t.sameThere : t.differ(data.different)} {t.alike(data.alike)}
            </p>
            <Checkbox size="xs" label={t.showAlike} checked={alike} onChange={(event) => void navigate({ to: ".", search: event.currentTarget.checked ? { alike: true } : {}, replace: true })} />
          </div>
          <Part title={t.compareParameters} one={one} other={other}>
            {(data.parameters ?? []).map((p) => (
              <Line key={p.parameter} name={p.parameter} same={p.same} one={p.one} other={p.other} />
            ))}
          </Part>
          <Part title={t.compareFacts} one={one} other={other}>
            {(data.facts ?? []).map((f) => (
              <Line key={f.parameter} name={f.parameter} same={f.same} one={facts(f.one)} other={facts(f.other)} />
            ))}
          </Part>
          {components.length === 0 ? null : (
            <section className="card">
              <List label={t.compareComponents} columns={columnsOf(one, other)} rows={components} id={(row) => row.component} to={(row) => `/library/${encodeURIComponent(row.component)}`} more={list.hasNextPage} loadMore={loadMore} />
            </section>
          )}
        </>
      )}
    </div>
  );
}

type Row = Schema["EnvironmentComponentComparison"];

const columnsOf = (one: string, other: string): Column<Row>[] => [
  { id: "component", header: t.component, width: "minmax(0, 1fr)", cell: ({ row }) => <Name name={row.original.component} same={row.original.same} /> },
  { id: "one", header: one, width: "minmax(0, 1fr)", cell: ({ row }) => <Cell said={versions(row.original.one)} /> },
  { id: "other", header: other, width: "minmax(0, 1fr)", cell: ({ row }) => <Cell said={versions(row.original.other)} /> },
];

/** What is other than on the other side has its mark. */
const Name = ({ name, same }: { name: string; same: boolean }) => (
  <span className={same ? "cut" : "strong cut"}>
    <span className={same ? "good" : "warn"}>
      <Icon name={same ? "tick" : "unequal"} label={same ? t.isSame : t.isOther} size={14} />
    </span>{" "}
    {name}
  </span>
);

const Cell = ({ said = "–" }: { said: string | undefined }) => (
  <code className="cut" title={said}>
    {said}
  </code>
);

const versions = (list: Row["one"]) => list?.map((v) => `${v.version}${v.uncertain === true ? ` ${t.uncertain}` : ""} (${t.onTargets(v.targets)})`).join(", ");
const facts = (list: readonly { value?: string; shown?: string; targets: number }[] | undefined) => list?.map((v) => `${v.shown ?? v.value ?? "–"} (${t.onTargets(v.targets)})`).join(", ");

function Part({ title, one, other, children }: { title: string; one: string; other: string; children: readonly ReactNode[] }) {
  return children.length === 0 ? null : (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <ul className={classes["beside"]}>
        <li className="second">
          <span />
          <span>{one}</span>
          <span>{other}</span>
        </li>
        {children}
      </ul>
    </section>
  );
}

function Line({ name, same, one, other }: { name: string; same: boolean; one: string | undefined; other: string | undefined }) {
  return (
    <li>
      <Name name={name} same={same} />
      <code>{one ?? "–"}</code>
      <code>{other ?? "–"}</code>
    </li>
  );
}
