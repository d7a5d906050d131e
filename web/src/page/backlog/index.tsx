import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { api, ask, type Schema } from "@/api/client";
import { usePage } from "@/frame/page";
import { Beside } from "@/page/deployments/Beside";
import { EnvironmentWord } from "@/page/deployments/words";
import { Empty } from "@/part/Empty";
import { type Column, RowLink } from "@/part/List";
import { milliseconds, span } from "@/part/moment";
import { after, Paged, paged } from "@/part/Paged";
import { Time } from "@/part/Time";
import { WhyLine } from "@/part/Why";
import { text } from "@/text";
import { stateOfDeployment } from "@/vocabulary/deployment";
import { StateMark } from "@/vocabulary/StateMark";
import { Flow } from "./Flow";

type Waiting = Schema["Waiting"];
const t = text.backlog;
const route = getRouteApi("/backlog");

/** What wants to run, in the order in which it goes: with its age and what holds it; and how the backlog flows. */
export function Backlog() {
  usePage({ title: t.title, crumbs: [{ word: text.deployments.title, to: "/deployments" }, { word: t.title }] });
  const { env } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { limit: 100, ...(env === undefined ? {} : { environment: env }) };
  const list = useInfiniteQuery({
    queryKey: ["backlog", query],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/backlog", { params: { query: { ...query, ...after(pageParam) } } })),
    ...paged,
    // Ages grow, and nothing tells of it.
    refetchInterval: 60_000,
  });
  return (
    <div className="stack">
      <h1>{t.title}</h1>
      <Beside />
      <div className="row wrap between">
        <p className="ink2">{t.lead}</p>
        <EnvironmentWord value={env} set={(next) => void navigate({ search: next === undefined ? {} : { env: next }, replace: true })} />
      </div>
      <div className="sides">
        <Paged
          list={list}
          rows={5}
          label={t.title}
          columns={columns}
          id={(d) => d.deployment}
          to={(d) => `/deployments/${d.deployment}`}
          two
          empty={
            env === undefined ? (
              <Empty icon="tray" title={t.emptyTitle}>
                {t.emptyDetail}
              </Empty>
            ) : (
              <Empty icon="tray" title={t.emptyHere(env)} action={<Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>} />
            )
          }
        />
        <aside>
          <Flow environment={env} />
        </aside>
      </div>
    </div>
  );
}

const stateOf = (d: Waiting) => stateOfDeployment({ state: d.state, waiting: { open: false, reasons: d.reasons } });

/** What makes it go before others; nothing where nothing does. */
function Priority({ d }: { d: Waiting }) {
  const word = d.urgency === "emergency" ? t.emergency : d.urgency === "urgent" ? t.urgent : undefined;
  if (word === undefined) {
    return d.priority === 0 ? <span className="ink3 desk">–</span> : <span>{d.priority}</span>;
  }
  return <span className={d.urgency === "emergency" ? "bad strong" : "warn strong"}>{t.urgency(word, d.priority)}</span>;
}

const columns: Column<Waiting>[] = [
  {
    id: "what",
    header: t.what,
    width: "minmax(0, 3fr)",
    cell: ({ row: { original: d } }) => (
      <div className="stack tight">
        <span className="cut">
          <RowLink to={`/deployments/${d.deployment}`}>{d.release}</RowLink> <span className="ink3">{text.deployment.into}</span> <span className="strong">{d.environment}</span> <code className="ink3">{d.deployment}</code>
        </span>
        <WhyLine reasons={d.reasons} />
      </div>
    ),
  },
  { id: "state", header: t.how, width: "minmax(140px, 1fr)", cell: ({ row }) => <StateMark state={stateOf(row.original)} /> },
  { id: "priority", header: t.priority, width: "80px", cell: ({ row }) => <Priority d={row.original} /> },
  {
    id: "age",
    header: t.age,
    width: "minmax(84px, 0.8fr)",
    cell: ({ row: { original: d } }) => (
      <div className="stack tight">
        <span>{span(milliseconds(d.age))}</span>
        <span className="second cut">{t.by(d.requestedBy.name)}</span>
      </div>
    ),
  },
  {
    id: "planned",
    header: t.planned,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: d } }) => (
      <div className="stack tight">
        {d.plannedStart === undefined ? <span className="ink3 desk">–</span> : <Time at={d.plannedStart} />}
        <span className="second">{d.reschedules === 0 ? "" : t.moved(d.reschedules)}</span>
      </div>
    ),
  },
];
