import { useQueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { GuideForm } from "@/page/deployment/Answer";
import { useDeployment, useFailures, useWhy } from "@/page/deployment/data";
import { Title } from "@/page/deployment/Head";
import { Approvals } from "@/page/plan/Approvals";
import { ConflictRow } from "@/page/plan/Conflicts";
import { useApproval, useOutlook } from "@/page/plan/data";
import { Decision } from "@/page/plan/Decision";
import { Difference } from "@/page/plan/Difference";
import { Exceptions } from "@/page/plan/Exceptions";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { PageButton } from "@/part/PageButton";
import { Time } from "@/part/Time";
import { Why } from "@/part/Why";
import { text } from "@/text";
import type { Task } from "./data";
import { Again, Criterion, Decide, NotMine, Waiver, Words } from "./Judge";
import classes from "./work.module.css";

const t = text.work;

/** One thing that waits, with what it is about and the answer in place. */
export function AnswerTask({ task, answered }: { task: Task; answered: () => void }) {
  switch (task.kind) {
    case "approval":
      return <Approval task={task} answered={answered} />;
    case "anew":
      return <Again task={task} answered={answered} />;
    case "guidance":
    case "pause":
      return <Guidance task={task} answered={answered} />;
    case "resume":
    case "review":
    case "journey":
      return <Plain task={task} answered={answered} />;
    case "criterion":
      return <Criterion task={task} answered={answered} />;
    case "waiver":
      return <Waiver task={task} answered={answered} />;
    case "drift":
      return <Decide task={task} answered={answered} />;
  }
}

function Approval({ task, answered }: { task: Task; answered: () => void }) {
  const id = task.deployment ?? task.id;
  const sheet = useApproval(id);
  const outlook = useOutlook({ deployment: id });
  if (sheet.error !== null && sheet.data === undefined) {
    return <Failure error={sheet.error} retry={() => void sheet.refetch()} />;
  }
  if (sheet.data === undefined) {
    return <Loading />;
  }
  const { deployment: d, needs } = sheet.data;
  const have = needs.reduce((n, need) => n + need.have, 0);
  const needed = needs.reduce((n, need) => n + need.needed, 0);
  const top = [...(d.risk?.factors ?? [])].sort((a, b) => b.weight * b.value - a.weight * a.value)[0];
  return (
    <>
      <div className={classes["body"]}>
        <Top task={task} d={d}>
          <PageButton variant="subtle" to="/deployments/$deployment/plan" params={{ deployment: id }}>
            {t.openPlan}
          </PageButton>
        </Top>
        <Exceptions header={d.header} plan={d.plan} outlook={outlook.data} />
        <dl className={classes["facts"]}>
          <div>
            <dt>{t.changes}</dt>
            <dd>{t.targets(d.header.targetCount)}</dd>
          </div>
          <div>
            <dt>{t.risk}</dt>
            <dd>{d.risk === undefined ? text.deployment.none : text.plan.band(d.risk.level, d.risk.score)}</dd>
            <dd className="second">{top === undefined ? "" : (text.plan.factor[top.name] ?? top.name)}</dd>
          </div>
          <div>
            <dt>{t.votes}</dt>
            <dd>{text.plan.votes(have, needed)}</dd>
          </div>
        </dl>
        <Difference header={d.header} plan={d.plan} />
        {(outlook.data?.conflicts ?? []).map((conflict) => (
          <div key={conflict.ref} className="card">
            <ConflictRow conflict={conflict} />
          </div>
        ))}
        <Approvals sheet={sheet.data} />
        <NotMine task={task} />
      </div>
      <Decision sheet={sheet.data} decided={answered} />
    </>
  );
}

function Top({ task, d, children }: { task: Task; d: Parameters<typeof Title>[0]["d"] & { reason?: string; startAfter?: string; change?: string }; children: React.ReactNode }) {
  return (
    <div className="row wrap between">
      <div className="stack tight">
        <Title d={d} />
        <div className="second">
          <code>{task.deployment ?? task.id}</code>
          {d.startAfter === undefined ? null : (
            <>
              , <Time at={d.startAfter} />
            </>
          )}
          {d.change === undefined ? "" : `, ${text.deployment.change(d.change)}`}
          {d.reason === undefined ? "" : `: ${d.reason}`}
        </div>
      </div>
      {children}
    </div>
  );
}

function Guidance({ task, answered }: { task: Task; answered: () => void }) {
  const id = task.deployment ?? task.id;
  const found = useDeployment(id);
  const why = useWhy(id);
  const failures = useFailures(id, true).data ?? [];
  const queries = useQueryClient();
  if (found.error !== null && found.data === undefined) {
    return <Failure error={found.error} retry={() => void found.refetch()} />;
  }
  if (found.data === undefined) {
    return <Loading />;
  }
  const d = found.data;
  return (
    <div className={classes["body"]}>
      <Top task={task} d={d}>
        <PageButton variant="subtle" to="/deployments/$deployment" params={{ deployment: id }} search={{}}>
          {t.openDeployment}
        </PageButton>
      </Top>
      <Why reasons={why.data?.reasons ?? []} manner="stopped" person />
      <ul className={classes["alike"]}>
        {failures.map((group) => (
          <li key={group.key}>
            <span className="strong">{group.count === 1 ? group.targets[0] : text.deployment.alike(group.count, group.look)}</span> <code className="ink2">{group.message}</code>
          </li>
        ))}
      </ul>
      <NotMine task={task} />
      {task.mine ? (
        <GuideForm
          d={d}
          about={{ names: [] }}
          changed={async () => {
            await Promise.all([queries.invalidateQueries({ queryKey: ["deployment", id] }), queries.invalidateQueries({ queryKey: ["work"] })]);
            answered();
          }}
        />
      ) : null}
    </div>
  );
}

/** What is answered with a word and a reason. */
function Plain({ task, answered }: { task: Task; answered: () => void }) {
  const deployment = task.deployment ?? task.id;
  const review = (outcome: "justified" | "unjustified") => (reason: string) => ask(api.POST("/api/v1/reviews/{review}/complete", { params: { path: { review: task.id } }, body: { outcome, reason } }));
  const ways =
    task.kind === "resume"
      ? [{ word: t.resume, main: true, send: (reason: string) => ask(api.POST("/api/v1/deployments/{deployment}/resume", { params: { path: { deployment } }, body: { reason } })) }]
      : task.kind === "review"
        ? [
            { word: t.unjustified, send: review("unjustified") },
            { word: t.justified, main: true, send: review("justified") },
          ]
        : [{ word: t.promote, main: true, send: (reason: string) => ask(api.POST("/api/v1/journeys/{journey}/promote", { params: { path: { journey: task.id } }, body: { reason } })) }];
  return (
    <Words
      task={task}
      answered={answered}
      title={`${t.verb[task.kind] ?? ""} ${task.id}`}
      lead={task.kind === "resume" ? t.resumeWhat : task.kind === "review" ? t.reviewWhat : t.promoteWhat}
      ways={ways}
      foot={
        task.kind === "journey" ? (
          <div>
            <PageButton to="/journeys/$journey" params={{ journey: task.id }}>
              {t.openJourney}
            </PageButton>
          </div>
        ) : task.deployment === undefined ? null : (
          <div>
            <PageButton to="/deployments/$deployment" params={{ deployment: task.deployment }} search={{}}>
              {t.openDeployment}
            </PageButton>
          </div>
        )
      }
    />
  );
}
