import { Button, Checkbox, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { called, ofHost } from "@/page/environments/alike";
import { driftState } from "@/page/environments/query";
import { anewOf, sendAnew } from "@/page/plan/anew";
import { ConflictRow } from "@/page/plan/Conflicts";
import { useApproval, useOutlook } from "@/page/plan/data";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { PageButton } from "@/part/PageButton";
import { Said } from "@/part/Said";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import type { Task } from "./data";
import classes from "./work.module.css";

const t = text.work;

interface Props {
  task: Task;
  answered: () => void;
}

interface Way {
  word: string;
  main?: boolean;
  send: (reason: string) => Promise<unknown>;
}

/** What is answered with one of a few words and a reason; what is answered for stands above. `said`: what is asked stands there already. */
export function Words({ task, answered, title, lead, ways, able = true, said = false, children, foot }: Props & { title: string; lead?: string; ways: Way[]; able?: boolean; said?: boolean; children?: ReactNode; foot?: ReactNode }) {
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: async (way: Way) => {
      await way.send(reason.trim());
      await Promise.all([queries.invalidateQueries({ queryKey: ["work"] }), queries.invalidateQueries({ queryKey: ["drifts"] })]);
    },
    onSuccess: answered,
  });
  const send = (way: Way) => {
    setTried(true);
    if (reason.trim() !== "") {
      sending.mutate(way);
    }
  };
  return (
    <div className={classes["body"]}>
      <h1>{title}</h1>
      {said ? null : <p><Said words={task.why} /></p>}
      {lead === undefined ? null : <p className="ink2">{lead}</p>}
      {children}
      <NotMine task={task} />
      {task.mine ? (
        <>
          <Textarea label={text.part.reason} description={text.part.reasonHint} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={tried && reason.trim() === "" ? text.part.mustSay : undefined} autosize minRows={2} />
          {sending.error === null ? null : <Failure error={sending.error} />}
          <div className="row wrap">
            {ways.map((way) => (
              <Button key={way.word} variant={way.main === true ? "filled" : "default"} loading={sending.isPending && sending.variables.word === way.word} disabled={!able || sending.isPending} onClick={() => send(way)}>
                {way.word}
              </Button>
            ))}
          </div>
        </>
      ) : null}
      {foot}
    </div>
  );
}

export function NotMine({ task }: { task: Task }) {
  return task.mine ? null : (
    <p className={classes["notMine"]}>
      <span className="strong">{t.notMine}.</span> {task.who === undefined ? null : <Said words={t.who(task.who)} />}
    </p>
  );
}

function ToDeployment({ id }: { id: string }) {
  return (
    <div>
      <PageButton to="/deployments/$deployment" params={{ deployment: id }} search={{}}>
        {t.openDeployment}
      </PageButton>
    </div>
  );
}

/** A criterion that is judged by a person: met, or not. */
export function Criterion({ task, answered }: Props) {
  const deployment = task.deployment ?? "";
  const say = (answer: "confirm" | "refuse") => (reason: string) =>
    ask(api.POST("/api/v1/deployments/{deployment}/criteria/{criterion}", { params: { path: { deployment, criterion: task.criterion ?? "" } }, body: { answer, reason } }));
  return (
    <Words
      task={task}
      answered={answered}
      title={`${t.verb["criterion"] ?? ""} ${deployment}`}
      lead={t.criterionOf(task.criterion ?? "", t.what(task.release ?? "", task.environment ?? ""))}
      ways={[
        { word: t.notMet, send: say("refuse") },
        { word: t.met, main: true, send: say("confirm") },
      ]}
      foot={<ToDeployment id={deployment} />}
    />
  );
}

/** A deployment that goes on only when whoever asked for it asks otherwise. */
export function Again({ task, answered }: Props) {
  const id = task.deployment ?? "";
  const sheet = useApproval(id);
  const d = sheet.data?.deployment;
  const [change, setChange] = useState<string>();
  const refused = anewOf(sheet.data?.reasons ?? [])?.gate === "change";
  const { way } = task;
  return (
    <Words
      task={task}
      answered={answered}
      title={`${t.verb["anew"] ?? ""} ${id}`}
      lead={`${t.what(task.release ?? "", task.environment ?? "")}. ${way === undefined || way === "reschedule" ? t.anotherTimeWhat : text.plan.anewWhat[way]}`}
      able={d !== undefined}
      ways={way === undefined || way === "reschedule" || d === undefined ? [] : [{ word: text.plan.anewVerb[way], main: true, send: (reason) => sendAnew(d, way, reason, change?.trim()) }]}
      foot={
        <div className="row wrap">
          <PageButton to="/deployments/$deployment/plan" params={{ deployment: id }}>
            {t.openPlan}
          </PageButton>
          {way === "reschedule" ? (
            <PageButton to="/calendar" search={{}}>
              {text.plan.anotherTime}
            </PageButton>
          ) : null}
        </div>
      }
    >
      {refused ? <TextInput label={text.plan.change} description={text.plan.changeWhat} value={change ?? d?.change ?? ""} onChange={(event) => setChange(event.currentTarget.value)} /> : null}
    </Words>
  );
}

/** A waiver: leave to pass in spite of an entry of the calendar. */
export function Waiver({ task, answered }: Props) {
  const deployment = task.deployment ?? "";
  const outlook = useOutlook({ deployment });
  return (
    <Words
      task={task}
      answered={answered}
      title={`${t.verb["waiver"] ?? ""} ${deployment}`}
      said={(outlook.data?.conflicts.length ?? 0) > 0}
      lead={`${t.what(task.release ?? "", task.environment ?? "")}. ${t.waiverWhat}`}
      ways={[
        {
          word: t.waive(task.entry ?? ""),
          main: true,
          send: (reason) => ask(api.POST("/api/v1/deployments/{deployment}/waivers", { params: { path: { deployment } }, body: { entry: task.entry ?? "", reason } })),
        },
      ]}
      foot={<ToDeployment id={deployment} />}
    >
      {(outlook.data?.conflicts ?? []).map((conflict) => (
        <div key={conflict.ref} className="card">
          <ConflictRow conflict={conflict} />
        </div>
      ))}
    </Words>
  );
}

/** Drift: what was found becomes the record, or what is recorded is put back; of all, or of some. */
export function Decide({ task, answered }: Props) {
  const query = { environment: task.environment ?? "", component: task.release ?? "" };
  const own = ofHost(query.component); // no deployment can put it right
  const list = useQuery({ queryKey: ["drifts", { ...query, limit: 200 }], queryFn: () => ask(api.GET("/api/v1/drifts", { params: { query: { ...query, limit: 200 } } })) });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const open = (list.data?.items ?? []).filter((d) => d.repair === undefined || d.repair === "");
  const drifts = open.filter((d) => !left.has(d.id)).map((d) => d.id);
  const toggle = (id: string) => setLeft((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  return (
    <Words
      task={task}
      answered={answered}
      said
      title={(own ? t.hostTitle : t.driftTitle)(called(task.release ?? ""), task.environment ?? "")}
      lead={own ? t.hostWhat : t.driftWhat}
      able={drifts.length > 0}
      ways={[
        { word: t.acceptDrift(drifts.length), send: (reason) => ask(api.POST("/api/v1/drift/accept", { body: { drifts, reason } })) },
        ...(own ? [] : [{ word: t.repairDrift(drifts.length), main: true, send: (reason: string) => ask(api.POST("/api/v1/drift/repair", { body: { drifts, reason } })) }]),
      ]}
    >
      {list.error !== null ? <Failure error={list.error} /> : null}
      {list.data === undefined ? <Loading rows={3} /> : null}
      <ul className={classes["drifts"]}>
        {open.map((d) => (
          <li key={d.id}>
            <Checkbox checked={!left.has(d.id)} onChange={() => toggle(d.id)} disabled={!task.mine} label={d.target} />
            <StateMark state={driftState(d.state)} />
            <span className="ink2 grow">{found(d)}</span>
            <span className="second nowrap">
              <Time at={d.since} />
            </span>
          </li>
        ))}
      </ul>
    </Words>
  );
}

/** What was found instead of what is recorded. */
function found(d: Schema["Drift"]): string {
  const first = d.found.differences?.[0];
  if (first === undefined) {
    return t.insteadOf(d.found.version ?? "", d.recorded.version ?? "");
  }
  const more = (d.found.differences?.length ?? 1) - 1 + (d.found.more ?? 0);
  const what = ofHost(d.component) ? `${first.what}: ${t.insteadOf(first.found ?? "", first.recorded ?? "")}` : first.what;
  return more > 0 ? `${what} ${t.andMore(more)}` : what;
}
