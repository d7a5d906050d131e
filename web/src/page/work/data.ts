import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";

export type Task = Schema["Task"];

/** What waits for people, the most urgent first; the server orders it. */
export function useTasks() {
  return useQuery({ queryKey: ["work", { limit: 500 }], queryFn: () => ask(api.GET("/api/v1/tasks", { params: { query: { limit: 500 } } })) });
}

export type Done = Schema["DoneTask"];

/** What whoever is signed in answered lately, from the record: nothing disappears without a line. */
export function useDone() {
  return useQuery({ queryKey: ["work", { done: true }], queryFn: () => ask(api.GET("/api/v1/tasks/done", { params: { query: { limit: 8 } } })) });
}
