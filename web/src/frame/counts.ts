import { useQuery } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

// Everybody has these on screen: while much happens they may be two seconds late.
const meta = { pace: 2000 };

/** How many wait for whoever is signed in, and how many deployments are open. Of what waits at most 100 are counted. */
export function useCounts(): { mine: number; open: number } {
  const mine = useQuery({ queryKey: ["work", { count: true }], queryFn: () => ask(api.GET("/api/v1/tasks", { params: { query: { mine: true, limit: 100 } } })), meta });
  const open = useQuery({ queryKey: ["deployments", { count: true }], queryFn: () => ask(api.GET("/api/v1/deployments/counts")), meta });
  return { mine: mine.data?.items.length ?? 0, open: open.data?.open ?? 0 };
}
