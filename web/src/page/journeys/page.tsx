import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Problem } from "@/api/problem";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { milliseconds, took } from "@/part/moment";
import { PageButton } from "@/part/PageButton";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { stateOfJourney } from "@/vocabulary/journey";
import { StateMark } from "@/vocabulary/StateMark";
import { About } from "./About";
import { Acts } from "./Acts";
import { useWay, type View } from "./data";
import { isNumber, nameOf } from "./name";
import { Deployments, Waits } from "./Lists";
import classes from "./journeys.module.css";
import { Stages } from "./Stages";
import { WhyBar } from "./WhyBar";

const t = text.journeys;
const route = getRouteApi("/journeys/$journey");

/** One journey, or the way of a release: its environments with the time in each, why it waits, and what it went through. */
export function JourneyPage() {
  const { journey: name } = route.useParams();
  const way = useWay(name);
  const j = way.data?.journey;
  usePage({
    title: j === undefined ? (isNumber(name) ? name : t.wayOf(name)) : `${j.id} ${nameOf(j)}`,
    crumbs: [{ word: text.deployments.title, to: "/deployments" }, { word: t.title, to: "/journeys" }, { word: j?.id ?? name }],
  });
  if (way.error instanceof Problem && way.error.status === 404 && !isNumber(name)) {
    return <NoWay release={name} />;
  }
  if (way.error !== null && way.data === undefined) {
    return <Failure error={way.error} retry={() => void way.refetch()} action={<LinkButton to="/journeys">{t.title}</LinkButton>} />;
  }
  return way.data === undefined ? <Loading rows={8} /> : <Whole view={way.data} />;
}

function NoWay({ release }: { release: string }) {
  return (
    <div className="card">
      <Empty page icon="arrow" title={t.noWayTitle(release)} action={<PageButton to="/deployments/new" search={{ release }}>{t.deploy}</PageButton>}>
        {t.noWayDetail}
      </Empty>
    </div>
  );
}

function Whole({ view }: { view: View }) {
  const queries = useQueryClient();
  const j = view.journey;
  const changed = () => Promise.all([["journeys"], ["work"], ["deployments"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
  return (
    <div className="stack">
      <div className={classes["top"]}>
        <div className="stack tight grow">
          <div className="row wrap">
            <h1>{j === undefined ? view.release : nameOf(j)}</h1>
            {j === undefined ? null : <StateMark as="chip" state={stateOfJourney(j)} />}
          </div>
          <Facts view={view} />
        </div>
        {j === undefined ? null : <Acts view={view} j={j} changed={changed} />}
      </div>
      <WhyBar view={view} />
      <section className="card" aria-labelledby="way">
        <header>
          <h2 id="way" className="grow">
            {t.way}
          </h2>
          {milliseconds(view.took) === 0 ? null : <span className="second">{t.shareSays(took(milliseconds(view.worked)), took(milliseconds(view.waited)))}</span>}
        </header>
        {view.stages.length === 0 ? <div className="body ink2">{t.noWayYet}</div> : <Stages view={view} />}
      </section>
      <div className="sides">
        <div className="stack">
          <Deployments view={view} />
          <Waits view={view} />
        </div>
        <aside className="stack">
          <About view={view} />
        </aside>
      </div>
    </div>
  );
}

function Facts({ view }: { view: View }) {
  const j = view.journey;
  const all = milliseconds(view.took);
  const facts = [
    j === undefined ? <span key="hand">{t.byHand}</span> : <code key="id">{j.id}</code>,
    j === undefined ? null : (
      <Link key="by" to="/journeys" search={{ trigger: j.trigger, all: true }}>
        {t.by(j.trigger)}
      </Link>
    ),
    view.begun === undefined ? null : <Time key="begun" at={view.begun} />,
    all === 0 ? null : <span key="took">{j?.state === "ended" ? t.tookAll(took(all)) : t.takes(took(all))}</span>,
  ].filter((fact) => fact !== null);
  return <div className={classes["facts"]}>{facts}</div>;
}
