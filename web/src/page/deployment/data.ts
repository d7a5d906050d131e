import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import type { Look } from "./fleet";

export type Deployment = Schema["Deployment"];
export type Target = Schema["DeploymentTarget"];
export type Entry = Schema["SealedEntry"];

const path = (deployment: string) => ({ params: { path: { deployment } } });

export function useDeployment(id: string) {
  return useQuery({ queryKey: ["deployment", id], queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}", path(id))), meta: { pace: 500 } });
}

export function useWhy(id: string) {
  return useQuery({ queryKey: ["deployment", id, "why"], queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/why", path(id))), meta: { pace: 1000 } });
}

/** An answer with the tag by which the server knows it again. */
interface Tagged<T> {
  tag: string;
  data: T;
}

/** Asks with the tag of the answer before: where nothing changed that answer stays, and nothing is sent. */
async function askAgain<T>(before: Tagged<T> | undefined, call: (headers: Record<string, string>) => Promise<{ data?: T | undefined; response: Response }>): Promise<Tagged<T>> {
  const { data, response } = await call(before === undefined ? {} : { "If-None-Match": before.tag });
  return before !== undefined && response.status === 304 ? before : { tag: response.headers.get("ETag") ?? "", data: data as T };
}

/** How every target stands, asked at most four times a second. */
export function useGrid(id: string) {
  const queries = useQueryClient();
  const queryKey = ["deployment", id, "grid"];
  return useQuery({
    queryKey,
    queryFn: () => askAgain(queries.getQueryData<Tagged<Schema["TargetGrid"]>>(queryKey), (headers) => api.GET("/api/v1/deployments/{deployment}/grid", { ...path(id), headers })),
    structuralSharing: false,
    select: (answer) => answer.data,
    meta: { pace: 250 },
  });
}

/** What went wrong, by cause; asked when something did. */
export function useFailures(id: string, some: boolean) {
  const queries = useQueryClient();
  const queryKey = ["deployment", id, "failures"];
  return useQuery({
    queryKey,
    queryFn: () => askAgain(queries.getQueryData<Tagged<Schema["Failures"]>>(queryKey), (headers) => api.GET("/api/v1/deployments/{deployment}/failures", { ...path(id), headers })),
    enabled: some,
    select: (answer) => answer.data.items,
    meta: { pace: 1000 },
  });
}

/** The names of all targets that a cause befell, at most 1,000. */
export async function namesOfCause(id: string, cause: string): Promise<string[]> {
  const found = await ask(api.GET("/api/v1/deployments/{deployment}/failures", { params: { path: { deployment: id }, query: { cause, names: true } } }));
  return found.items[0]?.targets ?? [];
}

/** The failure domains of a fleet, by the label that is asked for or that the server chooses. */
export function useDomains(id: string, plan: string, by: string | undefined, wanted: boolean) {
  return useQuery({
    queryKey: ["grid-domains", id, plan, by ?? ""],
    queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/grid/domains", { params: { path: { deployment: id }, query: by === undefined ? {} : { by } } })),
    enabled: wanted,
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}

/** One target; undefined: none is asked for. */
export function useTarget(id: string, name: string | undefined) {
  return useQuery({
    queryKey: ["deployment", id, "target", name],
    queryFn: async () => (await ask(api.GET("/api/v1/deployments/{deployment}/targets", { params: { path: { deployment: id }, query: { name: [name ?? ""] } } }))).items[0] ?? null,
    enabled: name !== undefined,
    meta: { pace: 500, ...(name === undefined ? {} : { target: name.split("/")[0] }) },
  });
}

/** The targets of a small fleet, or those of a large one that look so, page by page. */
export function useRows(id: string, look: Look | undefined, wanted: boolean) {
  return useInfiniteQuery({
    queryKey: ["deployment", id, "rows", look ?? ""],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/api/v1/deployments/{deployment}/targets", {
          params: { path: { deployment: id }, query: { limit: rowsPage, ...(look === undefined ? {} : { look }), ...(pageParam === "" ? {} : { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    enabled: wanted,
    meta: { pace: 1000 },
  });
}

/** About two screens of rows. */
const rowsPage = 60;

// What is told of a deployment with many targets: its turning points, not every report.
const turningPoints = [
  "deployment.requested", "deployment.planned", "deployment.asked-anew", "deployment.rescheduled", "deployment.authorised",
  "authorisation.voided", "end.moved", "window.ended", "deployment.state-changed", "gate.judged", "stage.begun", "target.silent",
  "guidance.given", "cancel.asked", "pause.asked", "pause.ended", "deployment.closed", "calendar.waived", "baseline.waived",
  "approval.given", "approval.rejected", "approval.withdrawn", "approval.escalated", "change.confirmed", "change.refused", "deployment.accepted",
];

/** What the record says of it, in the order in which it happened; read on from where it was left. */
export function useEntries(id: string, targets: number) {
  const queries = useQueryClient();
  const few = targets <= 30;
  const queryKey = ["deployment", id, "entries", few];
  return useQuery({
    queryKey,
    queryFn: async () => {
      const before = queries.getQueryData<Entry[]>(queryKey) ?? [];
      const all: Entry[] = [];
      const last = before.at(-1);
      let cursor = last === undefined ? undefined : btoa(String(last.index)).replaceAll("=", "");
      do {
        const page: Schema["ListSealedEntry"] = await ask(
          api.GET("/api/v1/record/entries", {
            params: { query: { subject: `deployment/${id}`, limit: 1000, ...(few ? {} : { kind: turningPoints }), ...(cursor === undefined ? {} : { cursor }) } },
          }),
        );
        all.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined && all.length < 5000);
      return all.length === 0 ? before : [...before, ...all];
    },
    structuralSharing: false,
    meta: { pace: 1000 },
  });
}

export function useReports(id: string, target: string) {
  return useQuery({
    queryKey: ["deployment", id, "reports", target],
    queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/reports", { params: { path: { deployment: id }, query: { target, limit: 1000 } } })),
    meta: { pace: 1000, target: target.split("/")[0] },
  });
}

/** What the sheet of votes says; for a deployment that a policy asks votes for. */
export function useSheet(id: string) {
  return useQuery({ queryKey: ["deployment", id, "approval"], queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/approval", path(id))), meta: { pace: 1000 } });
}
