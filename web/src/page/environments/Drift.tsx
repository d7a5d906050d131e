import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { useKey } from "@/frame/key";
import { type Act, Confirm } from "@/part/Confirm";
import { Empty } from "@/part/Empty";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { NotAccepting } from "./accept";
import { alike } from "./alike";
import { AlikeDrifts } from "./AlikeDrifts";
import { Answers } from "./Answers";
import classes from "./environments.module.css";

const t = text.environments;
// As many as one answer may name.
const most = 1000;

/** What is other than recorded in an environment, by cause: accepted or repaired together, one by one, or as chosen. */
export function Drift({ environment, summary }: { environment: string; summary: Schema["DriftSummary"] }) {
  const [act, setAct] = useState<Act>();
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const list = useQuery({
    queryKey: ["drifts", { environment, limit: most }],
    queryFn: () => ask(api.GET("/api/v1/drifts", { params: { query: { environment, limit: most } } })),
    refetchInterval: 60_000,
  });
  const look = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/drift/check", { body: { environment } })),
    onSuccess: () => notifications.show({ message: t.asked }),
  });
  const groups = useMemo(() => alike(list.data?.items ?? []), [list.data]);
  // What has ended meanwhile is not chosen any more.
  const standing = useMemo(() => (list.data?.items ?? []).filter((d) => chosen.has(d.id)), [list.data, chosen]);
  const toggle = (ids: readonly string[], on: boolean) => choose((before) => new Set(on ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id))));
  useKey("x", () => {
    const id = document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset["row"];
    if (id !== undefined) {
      toggle([id], !chosen.has(id));
    }
  });
  const lookNow = (
    <Button onClick={() => look.mutate()} loading={look.isPending}>
      {t.lookNow}
    </Button>
  );
  return (
    <div className="stack close">
      <div className="row wrap between">
        <span className="ink2">{[summary.notLooked > 0 ? t.notLooked(summary.notLooked) : "", list.data?.next === undefined ? "" : t.mostDrifts(most)].filter(Boolean).join(" ")}</span>
        {groups.length === 0 ? null : lookNow}
      </div>
      {groups.length === 0 ? null : <NotAccepting />}
      {look.error === null ? null : <Failure error={look.error} />}
      {list.error !== null && list.data === undefined ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <div className="card">
          {list.data === undefined ? (
            <Loading rows={5} />
          ) : groups.length === 0 ? (
            <Empty icon="tick" title={t.noDrift(summary.looked)} action={lookNow} />
          ) : (
            <ul className={classes["alike"]} aria-label={t.tabs.drift} data-list>
              {groups.map((group) => (
                <AlikeDrifts key={group.key} environment={environment} group={group} chosen={chosen} toggle={toggle} ask={setAct} />
              ))}
            </ul>
          )}
          {standing.length === 0 ? null : (
            <footer className={classes["bulk"]} aria-label={t.selection}>
              <span className="strong" role="status">
                {t.selected(standing.length)}
              </span>
              <span className="grow" />
              <Answers drifts={standing} ask={setAct} main done={() => choose(new Set())} />
              <Button onClick={() => choose(new Set())}>{t.clearSelection}</Button>
            </footer>
          )}
        </div>
      )}
      <Confirm act={act} close={() => setAct(undefined)} />
    </div>
  );
}
