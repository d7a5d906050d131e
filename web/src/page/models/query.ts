import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";

export type ModelDocument = Schema["DocumentView"];
export type Start = Schema["ModelStart"];
export type Results = Schema["ModelResults"];

export const modelQuery = (name: string) =>
  queryOptions({ queryKey: ["document", `Model/${name}`], queryFn: () => ask(api.GET("/api/v1/documents/{kind}/{name}", { params: { path: { kind: "Model", name } } })) });

export const modelAtQuery = (name: string, revision: number) =>
  queryOptions({
    queryKey: ["past-document", "Model", name, revision],
    queryFn: () => ask(api.GET("/api/v1/documents/{kind}/{name}", { params: { path: { kind: "Model", name }, query: { revision } } })),
    staleTime: Infinity,
  });

export const revisionsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["document", `Model/${name}`, "revisions"],
    queryFn: ({ pageParam }) => ask(api.GET("/api/v1/documents/{kind}/{name}/revisions", { params: { path: { kind: "Model", name }, query: { limit: 30, ...(pageParam === "" ? {} : { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });

export const resultsQuery = (name: string) =>
  queryOptions({ queryKey: ["results", name], queryFn: () => ask(api.GET("/api/v1/models/{model}/results", { params: { path: { model: name } } })) });

/** The ready-made models; they change with the server only. */
export const startsQuery = queryOptions({ queryKey: ["model-starts"], queryFn: () => ask(api.GET("/api/v1/model-starts")), staleTime: Infinity });

export const startQuery = (start: string, name: string, component: string) =>
  queryOptions({
    queryKey: ["model-starts", start, name, component],
    queryFn: () => ask(api.GET("/api/v1/model-starts/{start}", { params: { path: { start }, query: { ...(name === "" ? {} : { name }), ...(component === "" ? {} : { component }) } } })),
    // What is typed stands against it: it does not change under one's hands.
    staleTime: Infinity,
  });
