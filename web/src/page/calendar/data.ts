import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask, type Schema } from "@/api/client";
import type { Range } from "./range";

export type Item = Schema["AgendaItem"];
export type Conflict = Schema["JudgedConflict"];
export type Deployment = Schema["Deployment"];

/** The most that the server shows at once. */
export const most = 1000;

/** An item with its moments as numbers, and a name of its own among its repetitions. */
export interface Entry {
  item: Item;
  key: string;
  from: number;
  to: number;
}

export const refOf = (item: Item): string => `${item.kind}/${item.name}`;

function entry(item: Item): Entry {
  const from = Date.parse(item.start);
  return { item, key: `${refOf(item)}@${from}`, from, to: Math.max(Date.parse(item.end), from) };
}

/** What is in the calendar in what is shown: only that is asked for. */
export function useAgenda(range: Range, env: string | undefined, team: string | undefined) {
  const environment = env === undefined ? undefined : env.split(",").filter((name) => name !== "");
  const query = {
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    judge: true,
    ...(environment === undefined ? {} : { environment }),
    ...(team === undefined ? {} : { team }),
  };
  return useQuery({
    queryKey: ["calendar", query],
    queryFn: () => ask(api.GET("/api/v1/calendar", { params: { query }, querySerializer: { array: { style: "form", explode: false } } })),
    select: (list) => list.items.map(entry),
    placeholderData: keepPreviousData,
  });
}

const names = (items: readonly { name: string }[]) => items.map(({ name }) => name);

/** The environments, in their order. */
export function useEnvironments(): string[] {
  const list = useQuery({
    queryKey: ["documents", "Environment"],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 200 } } })),
  });
  const order = ({ spec }: { spec?: unknown }) => (spec as { order?: number } | undefined)?.order ?? 0;
  return useMemo(() => names([...(list.data?.items ?? [])].sort((a, b) => order(a) - order(b))), [list.data]);
}

export function useNames(kind: "Group" | "Service" | "Person", enabled = true): string[] {
  const list = useQuery({
    queryKey: ["documents", kind],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind }, query: { limit: 500 } } })),
    enabled,
  });
  return names(list.data?.items ?? []);
}

/** The times at which a deployment fits, the best first; not before a moment, where one is said. */
export function useSlots(id: string | undefined, after?: string) {
  return useQuery({
    queryKey: ["calendar", "slots", id, after],
    queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/slots", { params: { path: { deployment: id ?? "" }, query: { limit: 6, ...(after === undefined ? {} : { after }) } } })),
    enabled: id !== undefined,
  });
}

export function useDeployment(id: string | undefined) {
  return useQuery({
    queryKey: ["deployment", id],
    queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}", { params: { path: { deployment: id ?? "" } } })),
    enabled: id !== undefined,
  });
}

/** When a deployment is to begin and how long it is held to take; begin is NaN where it has no time. */
export function timeOf(d: Deployment, agenda: readonly Entry[] | undefined): { from: number; length: number } {
  const shown = agenda?.find(({ item }) => item.kind === "deployment" && item.name === d.id);
  const from = shown?.from ?? (d.startAfter === undefined ? NaN : Date.parse(d.startAfter));
  return { from, length: shown === undefined ? 3_600_000 : shown.to - shown.from };
}

type Window = Schema["Window"];

/** A deployment's window where it has one; votes are given for it. */
export function windowOf(d: Deployment): { start: number; end: number } | undefined {
  const [start, end] = [Date.parse(d.window?.start ?? ""), Date.parse(d.window?.end ?? "")];
  const real = (at: number) => at > 0;
  return real(start) || real(end) ? { start: real(start) ? start : 0, end: real(end) ? end : Infinity } : undefined;
}

/** What is asked of the server to move a deployment. */
export interface Move {
  startAfter: string;
  /** Another window, where the new start lies outside the one that was asked for. */
  window?: Window;
}

export function moveOf(d: Deployment, from: number, at: number): Move {
  const window = windowOf(d);
  const startAfter = new Date(at).toISOString();
  if (window === undefined || (at >= window.start && at < window.end)) {
    return { startAfter };
  }
  // The window goes along: it keeps its length, and the start its place in it.
  const by = Number.isNaN(from) || from < window.start ? at - window.start : at - from;
  const end = window.end === Infinity ? at + 4 * 3_600_000 : window.end + by;
  return { startAfter, window: { start: new Date(window.start + by).toISOString(), end: new Date(Math.max(end, at + 60_000)).toISOString() } };
}

export interface Checked {
  conflicts: Conflict[];
  voids: boolean;
  votes: string[];
}

/** Asks, without changing anything, whether a place is free and which votes a move would void. */
export function useCheck(d: Deployment | undefined, from: number, at: number | undefined) {
  return useQuery({
    queryKey: ["calendar", "check", d?.id, d?.revision, at],
    queryFn: async (): Promise<Checked> => {
      if (d === undefined || at === undefined) {
        throw new Error("nothing is asked");
      }
      const path = { deployment: d.id };
      const [outlook, anew] = await Promise.all([
        ask(api.GET("/api/v1/deployments/{deployment}/conflicts", { params: { path, query: { at: new Date(at).toISOString() } } })),
        ask(api.POST("/api/v1/deployments/{deployment}/reschedule", { params: { path }, body: { ...moveOf(d, from, at), reason: "looked at in the calendar", dry: true }, headers: { "Idempotency-Key": "" } })),
      ]);
      return { conflicts: outlook.conflicts, voids: anew.voids, votes: anew.votes };
    },
    enabled: d !== undefined && at !== undefined,
    staleTime: 10_000,
    retry: false,
  });
}

/** Moves a deployment for good. */
export function move(d: Deployment, from: number, at: number, reason: string) {
  return ask(api.POST("/api/v1/deployments/{deployment}/reschedule", { params: { path: { deployment: d.id } }, body: { ...moveOf(d, from, at), reason } }));
}
