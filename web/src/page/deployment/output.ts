import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Line, lines } from "./log";

interface Read {
  pieces: Schema["DeploymentOutput"][];
  cursor: string | undefined;
}

/** What a target wrote, read on from where it was left; asked each second while it runs. */
export function useOutput(deployment: string, target: string, running: boolean): { lines: Line[]; loading: boolean; error: Error | null } {
  const queries = useQueryClient();
  const key = ["deployment", deployment, "output", target];
  const read = useQuery({
    queryKey: key,
    queryFn: async (): Promise<Read> => {
      const before = queries.getQueryData<Read>(key);
      const pieces = [...(before?.pieces ?? [])];
      let cursor = before?.cursor;
      for (;;) {
        const page = await ask(
          api.GET("/api/v1/deployments/{deployment}/output", { params: { path: { deployment }, query: { target, limit: 1000, ...(cursor === undefined ? {} : { cursor }) } } }),
        );
        pieces.push(...page.items);
        const last = page.items.at(-1);
        if (page.next === undefined) {
          // The place of the last piece is where the next reading goes on.
          return { pieces, cursor: last?.place === undefined ? cursor : btoa(String(last.place)).replaceAll("=", "") };
        }
        cursor = page.next;
      }
    },
    refetchInterval: running ? 1000 : false,
  });
  const found = useMemo(() => lines(read.data?.pieces ?? []), [read.data]);
  return { lines: found, loading: read.isPending, error: read.error };
}
