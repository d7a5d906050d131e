import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { askAfter } from "@/part/health";

export type Component = Schema["ComponentView"];
export type Version = Schema["LibraryVersion"];
export type Place = Schema["EnvironmentPlace"];

export const componentQuery = (component: string) =>
  queryOptions({ queryKey: ["components", component], queryFn: () => ask(api.GET("/api/v1/components/{component}", { params: { path: { component } } })) });

/** Its document: what it needs, and who must sign it. */
export const documentQuery = (component: string) =>
  queryOptions({
    queryKey: ["document", `Component/${component}`],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}/{name}", { params: { path: { kind: "Component", name: component } } })),
  });

export const versionsQuery = (component: string) =>
  infiniteQueryOptions({
    queryKey: ["versions", { component }],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/versions", { params: { query: { component, limit: 100, ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

/** One version, where it is not among the newest. */
export const versionQuery = (component: string, version: string) =>
  queryOptions({
    queryKey: ["version", `${component}@${version}`],
    queryFn: () => ask(api.GET("/api/v1/components/{component}/versions/{version}", { params: { path: { component, version } } })),
  });

export const placesQuery = (component: string) =>
  queryOptions({ queryKey: ["places", component], queryFn: async () => (await ask(api.GET("/api/v1/components/{component}/places", { params: { path: { component } } }))).places });

export type Health = Schema["PlaceHealth"];

/** How it does its work, by environment; nothing where its health is not checked. */
export const healthQuery = (component: string) =>
  queryOptions({
    queryKey: ["health", { component }],
    queryFn: async () => new Map((await ask(api.GET("/api/v1/health", { params: { query: { component, limit: 1000 } } }))).items.map((one) => [one.environment, one])),
    refetchInterval: ({ state }) => askAfter([...(state.data?.values() ?? [])]),
  });

/** What a version is made of never changes, but what is pushed about it does. */
export const contentQuery = (component: string, version: string) =>
  queryOptions({
    queryKey: ["version", `${component}@${version}`, "content"],
    queryFn: () => ask(api.GET("/api/v1/components/{component}/versions/{version}/content", { params: { path: { component, version } } })),
  });

export const evidenceQuery = (component: string, version: string) =>
  queryOptions({
    queryKey: ["evidences", { component, version }],
    queryFn: async () => (await ask(api.GET("/api/v1/evidence", { params: { query: { component, version, limit: 100 } } }))).items,
  });

export const differenceQuery = (component: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["difference", component, from, to],
    queryFn: () => ask(api.GET("/api/v1/components/{component}/difference", { params: { path: { component }, query: { from, to } } })),
    staleTime: 5 * 60_000,
  });

export const originPath = (component: string, version: string) => `/library/${encodeURIComponent(component)}/${encodeURIComponent(version)}/origin`;

/** "18.4 MB" */
export function volume(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let n = bytes;
  let at = 0;
  while (n >= 1000 && at < units.length - 1) {
    n /= 1000;
    at++;
  }
  return `${at === 0 ? n : n.toFixed(1)} ${units[at] ?? ""}`;
}
