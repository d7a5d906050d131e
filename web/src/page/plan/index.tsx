import { getRouteApi, Link } from "@tanstack/react-router";
import { usePage } from "@/frame/page";
import { Title } from "@/page/deployment/Head";
import { Loading } from "@/part/Loading";
import { Missing } from "@/part/Missing";
import { Time } from "@/part/Time";
import { Why } from "@/part/Why";
import { text } from "@/text";
import { stateOfDeployment } from "@/vocabulary/deployment";
import { StateMark } from "@/vocabulary/StateMark";
import { AnewButton } from "./anew";
import { Approvals } from "./Approvals";
import { Change } from "./Change";
import { Conflicts } from "./Conflicts";
import { type Sheet, useApproval, useOutlook } from "./data";
import { Decision } from "./Decision";
import { Difference } from "./Difference";
import { Exceptions } from "./Exceptions";
import { untold } from "./once";
import classes from "./plan.module.css";
import { RiskCard } from "./RiskCard";
import { Steps, Waves } from "./Waves";

const t = text.plan;
const route = getRouteApi("/deployments/$deployment/plan");

/** The plan of a deployment and the decision on it: the subject of the decision, whole. */
export function PlanPage() {
  const { deployment: id } = route.useParams();
  const sheet = useApproval(id);
  usePage({
    title: t.pageTitle(id),
    crumbs: [{ word: text.deployments.title, to: "/deployments" }, { word: id, to: `/deployments/${id}` }, { word: t.title }],
    waits: sheet.data?.mine.may === true,
  });
  if (sheet.error !== null && sheet.data === undefined) {
    return <Missing error={sheet.error} name={id} list="/deployments" elsewhere={!/^D-\d+$/.test(id)} retry={() => void sheet.refetch()} />;
  }
  return sheet.data === undefined ? <Loading rows={8} /> : <Whole sheet={sheet.data} />;
}

function Whole({ sheet }: { sheet: Sheet }) {
  const d = sheet.deployment;
  const outlook = useOutlook({ deployment: d.id });
  const closed = d.state === "closed";
  const found = outlook.data?.conflicts ?? [];
  // What stops it is said where it is decided, above what will change; what stops nothing stands below.
  const stopped = found.some((conflict) => conflict.holds && conflict.waived === undefined);
  const conflicts = outlook.data === undefined || closed ? null : <Conflicts outlook={outlook.data} deployment={d.id} requester={d.requestedBy.name} />;
  const reasons = closed || (outlook.isPending && outlook.fetchStatus !== "idle") ? [] : untold(sheet.reasons, found);
  return (
    <div className={`stack ${classes["page"] ?? ""}`}>
      <div className="stack tight">
        <div className="row wrap">
          <Title d={d} />
          <StateMark as="chip" state={stateOfDeployment(d)} />
        </div>
        <div className="second">
          <code>{d.id}</code> · <code>{d.plan}</code> · {text.deployment.by(d.requestedBy.name)} <Time at={d.requestedAt} /> {d.change === undefined ? "" : `· ${text.deployment.change(d.change)}`} ·{" "}
          <Link to="/deployments/$deployment" params={{ deployment: d.id }} search={{}}>
            {t.live}
          </Link>
        </div>
        {d.reason === undefined ? null : <p className={classes["reason"]}>{d.reason}</p>}
      </div>
      {reasons.length === 0 ? null : <Why reasons={reasons} person={sheet.mine.may} action={<AnewButton d={d} reasons={reasons} />} />}
      <div className="sides">
        <div className="stack">
          {stopped ? conflicts : null}
          <Exceptions header={d.header} plan={d.plan} />
          <Difference header={d.header} plan={d.plan} />
          {stopped ? null : conflicts}
          <Waves header={d.header} estimate={d.estimate} start={d.startAfter} window={d.window} />
          <Steps header={d.header} />
        </div>
        <aside className="stack">
          <Decision sheet={sheet} />
          <Change sheet={sheet} />
          <Approvals sheet={sheet} />
          {d.risk === undefined ? null : <RiskCard risk={d.risk} />}
        </aside>
      </div>
    </div>
  );
}
