import { QueryClient } from "@tanstack/react-query";
import { Live } from "./live";
import { problemOf } from "./problem";

/** Answers are kept until the stream says that they are out of date. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (times, error) => {
        const problem = problemOf(error);
        return times < 2 && (problem.offline || problem.status >= 500);
      },
    },
    // Without a connection an act fails at once. It is never kept and done later, when nobody thinks of it any more.
    mutations: { retry: false, networkMode: "always" },
  },
});

export const live = new Live(queries);
