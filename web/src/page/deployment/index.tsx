import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { usePage } from "@/frame/page";
import { Loading } from "@/part/Loading";
import { Missing } from "@/part/Missing";
import { text } from "@/text";
import { type Answerable, Answer } from "./Answer";
import { type Deployment, useDeployment, useRows, useTarget } from "./data";
import { Head } from "./Head";
import { RecordCard } from "./RecordCard";
import { Stages } from "./Stages";
import { TargetPanel } from "./TargetPanel";
import { Targets } from "./Targets";
import { Timeline } from "./Timeline";
import { WhyBar } from "./WhyBar";

const route = getRouteApi("/deployments/$deployment");

/** One deployment, live: why it waits, its waves and targets, the log, the timeline, the record. */
export function DeploymentPage() {
  const { deployment: id } = route.useParams();
  const found = useDeployment(id);
  const d = found.data;
  usePage({
    title: d === undefined ? id : text.deployment.titleOf(id, d.header.release, d.header.environment),
    crumbs: [{ word: text.deployments.title, to: "/deployments" }, { word: id }],
    waits: d?.state === "awaiting-guidance",
  });
  if (found.error !== null && d === undefined) {
    return <Missing error={found.error} name={id} list="/deployments" elsewhere={!/^D-\d+$/.test(id)} retry={() => void found.refetch()} />;
  }
  return d === undefined ? <Loading rows={8} /> : <Whole d={d} />;
}

function Whole({ d }: { d: Deployment }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const [asked, ask] = useState<Answerable>();
  const changed = useCallback(() => queries.invalidateQueries({ queryKey: ["deployment", d.id] }), [queries, d.id]);
  const open = useCallback((target: string | undefined) => void navigate({ search: (old) => ({ ...old, target }), replace: true, resetScroll: false }), [navigate]);
  const count = Math.max(d.header.targetCount, d.header.partCount ?? 0);
  const alone = useRows(d.id, undefined, count === 1).data?.pages[0]?.items[0];
  const found = useTarget(d.id, search.target).data;
  const shown = found ?? (count === 1 ? alone : undefined);
  return (
    <div className="stack">
      <Head d={d} changed={changed} answer={ask} />
      <WhyBar d={d} answer={() => ask({ names: [] })} />
      <Stages d={d} />
      <div className="sides">
        <div className="stack">
          <Targets d={d} open={open} opened={shown?.name} answer={ask} />
          {shown === undefined ? null : <TargetPanel key={shown.name} d={d} target={shown} close={count === 1 ? undefined : () => open(undefined)} answer={ask} />}
        </div>
        <aside className="stack">
          <Timeline d={d} />
          <RecordCard d={d} />
        </aside>
      </div>
      <Answer d={d} about={asked} close={() => ask(undefined)} changed={changed} />
    </div>
  );
}
