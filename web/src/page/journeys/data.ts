import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { isNumber } from "./name";

export type Journey = Schema["Journey"];
export type View = Schema["JourneyView"];
export type Stage = Schema["JourneyStageView"];
export type Passage = Schema["JourneyPassage"];

/*
 * What a journey's deployments do changes it too: its keys are those of a list,
 * which events of journeys and of deployments put out of date.
 */

/** A journey by its number, or the way of a release, whatever brought it along. Times in it grow while it is open. */
export function useWay(name: string) {
  return useQuery({
    queryKey: ["journeys", { one: name }],
    queryFn: () => (isNumber(name) ? ask(api.GET("/api/v1/journeys/{journey}", { params: { path: { journey: name.toUpperCase() } } })) : ask(api.GET("/api/v1/releases/{release}/journey", { params: { path: { release: name } } }))),
    meta: { pace: 1000 },
    refetchInterval: (query) => (query.state.data?.journey?.state === "ended" ? false : 30_000),
  });
}

/** What a journey waits for or why it ended; where a deployment of it is under way, what that one waits for. */
export function useWhyJourney(id: string | undefined) {
  return useQuery({ queryKey: ["journeys", { why: id }], queryFn: () => ask(api.GET("/api/v1/journeys/{journey}/why", { params: { path: { journey: id ?? "" } } })), enabled: id !== undefined, meta: { pace: 1000 } });
}
