import { useQuery } from "@tanstack/react-query";
import { Button } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useActs } from "@/frame/acts";
import { usePage } from "@/frame/page";
import { api, ask } from "@/api/client";
import { Copy } from "@/part/Copy";
import { Empty } from "@/part/Empty";
import { type Column, RowLink } from "@/part/List";
import { date } from "@/part/moment";
import { Paged } from "@/part/Paged";
import { Said } from "@/part/Said";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { gist, type Sealed, subjectOf, useEntries } from "./data";
import { Export } from "./Export";
import { Filter } from "./Filter";
import { filterOf, leavesOut } from "./filter";
import { aboutOf, tell } from "./tell";
import { Whole } from "./Whole";
import classes from "./records.module.css";

const t = text.records;
const route = getRouteApi("/records");
/** Everything that happened, the newest first; found by what was said, about what, when and by whom. */
export function Records() {
  usePage({ title: t.title, crumbs: [{ word: t.title }] });
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const filter = filterOf(search);
  const entries = useEntries(filter);
  const rows = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const picked = rows.filter((e) => chosen.has(String(e.index)));
  const filtered = Object.keys(search).length > 0;
  const clear = () => void navigate({ search: {} });
  useActs(filtered ? [{ word: t.clear, icon: "cross", run: clear }] : []);
  return (
    <div className="stack">
      <div className="row wrap between">
        <h1>{t.title}</h1>
        <Export filter={filter} picked={picked} clear={() => setChosen(new Set())} />
      </div>
      <Filter />
      <Named q={search.q} />
      {leavesOut(search) ? (
        <p className="second">
          {t.leftOut}{" "}
          <Link to="/records" search={(old) => ({ ...old, about: "all" })}>
            {t.showAll}
          </Link>
        </p>
      ) : null}
      <div className={classes["sides"]}>
        <Paged
          list={entries}
          rows={10}
          label={t.title}
          columns={columns}
          id={(e) => String(e.index)}
          to={(e) => `/records/${e.index}`}
          two
          select={{ chosen, set: setChosen, label: (id) => t.choose(Number(id)) }}
          empty={<Nothing filtered={filtered} clear={clear} q={search.q ?? ""} />}
        />
        <Whole />
      </div>
    </div>
  );
}

/** What the word itself names: an entry by its number, all of a deployment. */
function Named({ q }: { q: string | undefined }) {
  const subject = subjectOf(q ?? "");
  const [kind, id] = subject?.split("/") ?? [];
  if (q === undefined || (!/^\d+$/.test(q) && subject === undefined)) {
    return null;
  }
  return (
    <div className="row wrap">
      {subject === undefined ? (
        <Link to="/records/$record" params={{ record: q }}>{t.number(Number(q))}</Link>
      ) : kind === "deployment" && id !== undefined ? (
        <Link to="/records/$record" params={{ record: id }}>{t.record(id)}</Link>
      ) : (
        <Link to="/records" search={{ subject }}>{t.record(subject)}</Link>
      )}
    </div>
  );
}

function Nothing({ filtered, clear, q }: { filtered: boolean; clear: () => void; q: string }) {
  const now = useNow();
  const first = useQuery({ queryKey: ["record", "first"], queryFn: () => ask(api.GET("/api/v1/record/entries", { params: { query: { limit: 1 } } })), select: (page) => page.items[0]?.entry.when });
  if (!filtered) {
    return <Empty icon="sheet" title={t.emptyAll} action={<Copy value="tranship plan COMPONENT@VERSION --to ENVIRONMENT" />} />;
  }
  return (
    <Empty icon="filter" title={q === "" ? t.emptyFilter : t.empty(q)} action={<Button onClick={clear}>{t.clear}</Button>}>
      {first.data === undefined ? null : t.begins(date(new Date(first.data), { now }))}
    </Empty>
  );
}

function What({ sealed }: { sealed: Sealed }) {
  const { entry, index } = sealed;
  const told = tell(entry);
  const said = told.whole ? "" : gist(sealed);
  return (
    <div className="stack tight">
      <span className="cut">
        <RowLink to={`/records/${index}`}>{told.title}</RowLink>
        {told.whole ? null : (
          <>
            {" "}
            <span className="ink3" title={entry.subject}>{aboutOf(entry.subject)}</span> {entry.target ?? ""}
          </>
        )}
      </span>
      {said === "" ? null : <span className="second cut"><Said plain words={said} /></span>}
    </div>
  );
}

const columns: Column<Sealed>[] = [
  {
    id: "what",
    header: t.what,
    width: "minmax(0, 3fr)",
    cell: ({ row }) => <What sealed={row.original} />,
  },
  {
    id: "who",
    header: t.who,
    width: "minmax(90px, 1fr)",
    cell: ({ row: { original: e } }) => (
      <Link to="/records" search={(old) => ({ ...old, who: e.entry.who.name })} className="ink2 cut" title={t.onlyBy(e.entry.who.name)}>
        {e.entry.who.name}
      </Link>
    ),
  },
  { id: "when", header: t.when, width: "130px", cell: ({ row }) => <Time at={row.original.entry.when} /> },
  { id: "index", header: t.index, width: "64px", cell: ({ row }) => <code className="ink3">{row.original.index}</code> },
];
