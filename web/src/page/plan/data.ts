import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, ask, type Schema } from "@/api/client";

export type Sheet = Schema["Sheet"];
export type Outlook = Schema["Outlook"];

/** All targets of a plan. A plan never changes, so they are kept. */
export function usePlanTargets(plan: string) {
  const list = useInfiniteQuery({
    queryKey: ["plan", plan, "targets"],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/plans/{plan}/targets", { params: { path: { plan }, query: { limit: 1000, ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    staleTime: Infinity,
  });
  const { hasNextPage, isFetching, fetchNextPage, data } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, fetchNextPage]);
  const targets = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return { targets, loading: list.isPending, error: list.error };
}

/** What the calendar says of the time of a deployment, or of a plan that began now. */
export function useOutlook(of: { deployment: string } | { plan: string }) {
  const [kind, id] = "deployment" in of ? ["deployment", of.deployment] : ["plan", of.plan];
  return useQuery({
    queryKey: [kind, id, "conflicts"],
    queryFn: () =>
      kind === "deployment"
        ? ask(api.GET("/api/v1/deployments/{deployment}/conflicts", { params: { path: { deployment: id } } }))
        : ask(api.GET("/api/v1/plans/{plan}/conflicts", { params: { path: { plan: id } } })),
    retry: false,
  });
}

export function useApproval(deployment: string, enabled = true) {
  return useQuery({ enabled, queryKey: ["deployment", deployment, "approval"], queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/approval", { params: { path: { deployment } } })) });
}
