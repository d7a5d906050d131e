import { text } from "@/text";
import { Empty } from "@/part/Empty";
import { type Column, List, RowLink } from "@/part/List";
import { milliseconds, span, took } from "@/part/moment";
import { Said } from "@/part/Said";
import { Time, useNow } from "@/part/Time";
import { StateMark } from "@/vocabulary/StateMark";
import type { Passage, Stage, View } from "./data";
import { stateOfPassage } from "./stage";

const t = text.journeys;

interface Done extends Passage {
  environment: string;
}

/** Every deployment of the release on its way, the newest first. */
export function Deployments({ view }: { view: View }) {
  const rows: Done[] = view.stages.flatMap((stage) => stage.passages.map((one) => ({ ...one, environment: stage.environment }))).sort((a, b) => b.requested.localeCompare(a.requested));
  return (
    <section className="card" aria-labelledby="deployments">
      <header>
        <h2 id="deployments">{t.deployments}</h2>
      </header>
      <List label={t.deployments} columns={deployments} rows={rows} id={(one) => one.deployment} to={(one) => `/deployments/${one.deployment}`} two empty={<Empty icon="arrows" title={t.noDeployments} />} />
    </section>
  );
}

const causeOf = (one: Passage) => (one.state === "closed" ? one.cause : one.waiting.reasons?.[0]?.message) ?? "";

const deployments: Column<Done>[] = [
  {
    id: "what",
    header: t.deployment,
    width: "minmax(0, 2fr)",
    cell: ({ row: { original: one } }) => (
      <div className="stack tight">
        <span className="cut">
          <RowLink to={`/deployments/${one.deployment}`}>{one.deployment}</RowLink> <span className="ink3">{text.deployment.into}</span> <span className="strong">{one.environment}</span>
        </span>
        <span className="second cut" title={causeOf(one)}>
          <Said words={causeOf(one)} />
        </span>
      </div>
    ),
  },
  { id: "state", header: t.how, width: "minmax(150px, 1fr)", cell: ({ row }) => <StateMark state={stateOfPassage(row.original)} /> },
  {
    id: "took",
    header: t.took,
    width: "72px",
    cell: ({ row: { original: one } }) => (one.started === undefined || one.ended === undefined ? null : <span className="ink2">{took(Date.parse(one.ended) - Date.parse(one.started))}</span>),
  },
  {
    id: "asked",
    header: t.asked,
    width: "minmax(0, 1fr)",
    cell: ({ row: { original: one } }) => (
      <div className="stack tight">
        <span>
          <Time at={one.requested} />
        </span>
        <span className="second cut">
          {text.deployments.by} {one.by.name}
        </span>
      </div>
    ),
  },
];

interface Waited {
  key: string;
  environment: string;
  wait: Stage["waits"][number];
}

/** What it waited for before each environment and in it, the last first. */
export function Waits({ view }: { view: View }) {
  const rows: Waited[] = view.stages
    .flatMap(({ environment, waits }) => waits.map((wait, i) => ({ key: `${environment} ${i}`, environment, wait })))
    .sort((a, b) => b.wait.from.localeCompare(a.wait.from));
  return (
    <section className="card" aria-labelledby="waits">
      <header>
        <h2 id="waits" className="grow">
          {t.waits}
        </h2>
        {milliseconds(view.waited) === 0 ? null : <span className="second">{t.waited(took(milliseconds(view.waited)))}</span>}
      </header>
      <List label={t.waits} columns={waits} rows={rows} id={(one) => one.key} two empty={<Empty icon="tick" title={t.noWaits} />} />
    </section>
  );
}

function Length({ wait }: { wait: Stage["waits"][number] }) {
  const now = useNow();
  return wait.to === undefined ? (
    <span className="stack tight">
      <span>{span(now.getTime() - Date.parse(wait.from))}</span>
      <span className="second">{t.still}</span>
    </span>
  ) : (
    <span className="ink2">{took(Date.parse(wait.to) - Date.parse(wait.from))}</span>
  );
}

const waits: Column<Waited>[] = [
  {
    id: "what",
    header: t.what,
    width: "minmax(0, 3fr)",
    cell: ({ row: { original: one } }) => (
      <div className="stack tight">
        <span className="strong cut">{t.waitedFor(text.part.gates[one.wait.gate] ?? one.wait.gate)}</span>
        <span className="second cut" title={one.wait.message}>
          <Said plain words={one.wait.message} />
        </span>
      </div>
    ),
  },
  { id: "environment", header: t.environment, width: "minmax(0, 1fr)", cell: ({ row }) => row.original.environment },
  { id: "took", header: t.took, width: "80px", cell: ({ row }) => <Length wait={row.original.wait} /> },
  { id: "since", header: t.since, width: "minmax(0, 1fr)", cell: ({ row }) => <Time at={row.original.wait.from} /> },
];
