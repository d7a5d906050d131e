import { Button, SegmentedControl } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { usePage } from "@/frame/page";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { span } from "@/part/moment";
import { PageButton } from "@/part/PageButton";
import { Said } from "@/part/Said";
import { Time, useNow } from "@/part/Time";
import { text } from "@/text";
import { Icon, type IconName } from "@/vocabulary/Icon";
import { AnswerTask } from "./AnswerTask";
import { type Done, type Task, useDone, useTasks } from "./data";
import classes from "./work.module.css";

const t = text.work;
const route = getRouteApi("/my-work/{-$item}");

const icons: Record<Task["kind"], IconName> = { approval: "person", anew: "sheet", guidance: "person", pause: "person", resume: "bars", review: "sheet", journey: "arrows", waiver: "shield", criterion: "person", drift: "unequal" };

/** What waits for me, each with its answer beside it. */
export function MyWork() {
  const { item } = route.useParams();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useTasks();
  const done = useDone().data?.items ?? [];
  const all = list.data?.items ?? [];
  const mine = all.filter((task) => task.mine);
  const teams = all.filter((task) => task.team && !task.mine);
  const others = all.filter((task) => !task.team && !task.mine);
  const shown = show === "all" ? [...mine, ...teams, ...others] : show === "teams" ? [...mine, ...teams] : mine;
  const { open, gone, leave } = useOpen(`${item ?? ""} ${show ?? ""}`, item, list.data?.items, shown[0]);
  usePage({ title: t.title, crumbs: [{ word: t.title }], waits: mine.length > 0 });
  if (list.error !== null && list.data === undefined) {
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  }
  const answered = (task: Task | undefined) => {
    const next = shown[shown.findIndex((one) => same(one, task)) + 1] ?? shown.find((one) => !same(one, task));
    leave();
    void navigate({ to: "/my-work/{-$item}", params: { item: next?.id }, search: { show }, replace: true });
  };
  return (
    <div className={`stack ${classes["page"] ?? ""}`} data-open={item === undefined ? undefined : true}>
      <div className="row wrap between">
        <div className="row wrap">
          <h1>{t.title}</h1>
          <span className="second">{list.data === undefined ? "" : t.count(mine.length)}</span>
        </div>
        <SegmentedControl
          size="xs"
          aria-label={t.list}
          value={show ?? "mine"}
          onChange={(value) => void navigate({ search: { show: value === "all" || value === "teams" ? value : undefined }, replace: true })}
          data={[
            { value: "mine", label: t.counted(t.mine, mine.length) },
            { value: "teams", label: t.counted(t.teams, teams.length) },
            { value: "all", label: t.counted(t.all, others.length) },
          ]}
        />
      </div>
      <div className={`card ${classes["split"] ?? ""}`}>
        <div className={classes["list"]}>
          {list.data === undefined ? <Loading /> : null}
          {list.data !== undefined && shown.length === 0 ? (
            <Nothing teams={show === undefined ? teams.length : 0} others={others.length} />
          ) : null}
          <Tasks title={t.waits} tasks={shown.filter((task) => task.mine)} open={open} show={show} />
          <Tasks title={t.waitsTeams} tasks={shown.filter((task) => task.team && !task.mine)} open={open} show={show} />
          <Tasks title={t.others} tasks={shown.filter((task) => !task.team && !task.mine)} open={open} show={show} />
          {done.length === 0 ? null : (
            <section>
              <h2 className={classes["part"]}>{t.lately}</h2>
              {done.map((one) => (
                <DoneLine key={one.entry} one={one} />
              ))}
            </section>
          )}
        </div>
        <div className={classes["answer"]}>
          {open !== undefined ? <AnswerTask key={`${open.kind} ${open.id}`} task={open} answered={() => answered(open)} /> : gone === undefined ? null : <Gone gone={gone} next={shown.length > 0 ? () => answered(gone.task) : undefined} />}
        </div>
      </div>
    </div>
  );
}

const same = (a: Task, b: Task | undefined) => a.id === b?.id && a.kind === b.kind;

interface Left {
  /** What the address names. */
  id: string;
  /** What was open, where it was. */
  task: Task | undefined;
}

/*
 * What is open: what the address names, or the first of the list. Once open it gives way to
 * nothing else by itself, whoever answers it meanwhile: nobody answers what they did not open.
 */
function useOpen(key: string, item: string | undefined, list: readonly Task[] | undefined, first: Task | undefined): { open: Task | undefined; gone: Left | undefined; leave: () => void } {
  const [held, hold] = useState<{ key: string; task: Task }>();
  const known = held?.key === key ? held.task : undefined;
  const named = (list ?? []).find((task) => task.id === item) ?? (list ?? []).find((task) => task.deployment === item);
  const open = known !== undefined ? (list ?? []).find((task) => same(task, known)) : item === undefined ? first : named;
  if (open !== undefined && known === undefined) {
    hold({ key, task: open });
  }
  const id = known?.id ?? item;
  return { open, gone: list === undefined || open !== undefined || id === undefined ? undefined : { id, task: known }, leave: () => hold(undefined) };
}

/** What somebody else has answered meanwhile, or what does not wait any more. */
function Gone({ gone: { id, task }, next }: { gone: Left; next: (() => void) | undefined }) {
  const deployment = task?.deployment ?? /^D-\d+/.exec(id)?.[0];
  return (
    <div className={classes["body"]} role="status">
      <Empty
        icon="tray"
        title={t.gone(task === undefined || task.kind === "drift" ? id : `${t.verb[task.kind] ?? ""} ${task.deployment ?? id}`)}
        action={
          <div className="row wrap">
            {deployment === undefined ? null : (
              <PageButton to="/deployments/$deployment" params={{ deployment }} search={{}}>
                {t.openDeployment}
              </PageButton>
            )}
            {next === undefined ? null : (
              <Button variant="filled" onClick={next}>
                {t.next}
              </Button>
            )}
          </div>
        }
      >
        {t.goneDetail}
      </Empty>
    </div>
  );
}

/** Nothing is mine to answer: what waits for my teams comes next, and then what waits for others. */
function Nothing({ teams, others }: { teams: number; others: number }) {
  const next = teams > 0 ? ("teams" as const) : others > 0 ? ("all" as const) : undefined;
  return (
    <Empty icon="tray" title={t.emptyTitle} action={next === undefined ? undefined : <PageButton to="/my-work/{-$item}" params={{ item: undefined }} search={{ show: next }}>{t.look}</PageButton>}>
      {teams > 0 ? t.emptyTeams(teams) : t.emptyDetail(others)}
    </Empty>
  );
}

function DoneLine({ one }: { one: Done }) {
  const [kind, id = ""] = one.subject.split("/");
  const line = (
    <>
      {t.done[one.what] ?? one.what} {id}
      {one.release === undefined ? "" : `, ${t.what(one.release, one.environment ?? "")}`}
    </>
  );
  return (
    <div className={classes["done"]}>
      <Icon name="tick" size={14} />
      <span className="grow cut" title={one.why}>
        {kind === "deployment" ? (
          <Link to="/deployments/$deployment" params={{ deployment: id }} search={{}}>
            {line}
          </Link>
        ) : (
          line
        )}
      </span>
      <span className="second nowrap">
        <Time at={one.at} />
      </span>
    </div>
  );
}

function whatOf(task: Task) {
  if (task.kind === "drift") {
    return <Said words={task.why} />;
  }
  return t.what(task.release ?? "", task.environment ?? "");
}

function Tasks({ title, tasks, open, show }: { title: string; tasks: readonly Task[]; open: Task | undefined; show: "all" | "teams" | undefined }) {
  const now = useNow();
  if (tasks.length === 0) {
    return null;
  }
  return (
    <section>
      <h2 className={classes["part"]}>{title}</h2>
      <ul>
        {tasks.map((task) => {
          const left = task.until === undefined ? undefined : Date.parse(task.until) - now.getTime();
          return (
            <li key={`${task.kind} ${task.id}`}>
              <Link to="/my-work/{-$item}" params={{ item: task.id }} search={{ show }} resetScroll={false} className={classes["task"]} data-on={same(task, open) || undefined} data-rowlink>
                <span className={task.mine ? "person" : "mute"}>
                  <Icon name={task.mine ? icons[task.kind] : "people"} />
                </span>
                <span className="grow">
                  <span className="row between">
                    <span className={classes["name"]}>
                      {t.verb[task.kind]} {task.kind === "drift" ? "" : (task.deployment ?? task.id)}
                    </span>
                    <span className={left !== undefined && left < 3_600_000 ? "second warn" : "second"}>{left !== undefined && left > 0 ? t.left(span(left)) : ""}</span>
                  </span>
                  <span className={`ink2 ${classes["line"] ?? ""}`}>{whatOf(task)}</span>
                  <span className={`second ${classes["line"] ?? ""}`}>
                    <Time at={task.since} /> {task.requestedBy === undefined ? "" : `· ${t.asked(task.requestedBy.name)}`}
                  </span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
