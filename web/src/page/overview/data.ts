import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { askAfter } from "@/part/health";
import type { OverviewSearch } from "@/routes";

export type Overview = Schema["Overview"];
export type Row = Schema["OverviewRow"];
export type Cell = Schema["OverviewCell"];
export type Open = Schema["OverviewOpen"];
export type Environment = Schema["OverviewEnvironment"];

export const shows = ["awaiting", "failing", "degraded", "running", "scheduled", "drifted", "unknown", "pinned"] as const;
export type Show = (typeof shows)[number];
export const showOf = (word: string | undefined): Show | undefined => shows.find((one) => one === word);

/** The window of the matrix that is asked for; the server counts, groups, filters and pages. */
export function useOverview(search: OverviewSearch) {
  const pair = search.compare?.split("..");
  const columns = pair ?? search.env?.split(",");
  const show = showOf(search.show);
  const query = {
    limit: 60,
    ...(columns === undefined ? {} : { environment: columns }),
    ...(search.text === undefined ? {} : { text: search.text }),
    ...(search.group === "none" ? {} : { group: "service" as const }),
    ...(show === undefined ? {} : { show }),
    ...(search.at === undefined ? {} : { at: search.at }),
  };
  return useInfiniteQuery({
    queryKey: ["overview", query],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/overview", { params: { query: { ...query, ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => search.at === undefined && askAfter(state.data?.pages.flatMap((page) => page.rows.flatMap((row) => row.cells.flatMap((cell) => cell.health ?? [])))),
  });
}

export function usePlace(component: string, environment: string, at: string | undefined) {
  return useQuery({
    queryKey: ["overview", { component, environment, at }],
    queryFn: () => ask(api.GET("/api/v1/overview/{component}/{environment}", { params: { path: { component, environment }, query: at === undefined ? {} : { at } } })),
    refetchInterval: ({ state }) => at === undefined && askAfter(state.data?.health === undefined ? [] : [state.data.health]),
  });
}

/** How many deployments there were in each hour of seven days, until a full hour, and when freezes held as they were written then. */
export function useStrip(to: string) {
  const from = new Date(Date.parse(to) - 7 * 24 * 3_600_000).toISOString();
  return useQuery({
    queryKey: ["overview", { strip: to }],
    queryFn: () => ask(api.GET("/api/v1/activity", { params: { query: { from, to, steps: 168 } } })),
    placeholderData: keepPreviousData,
  });
}
