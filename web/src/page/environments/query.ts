import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import type { State } from "@/vocabulary/state";
import { stateOf } from "@/vocabulary/state";
import { text } from "@/text";

export type Target = Schema["TargetView"];

export const environmentQuery = (environment: string) =>
  queryOptions({ queryKey: ["environments", environment], queryFn: () => ask(api.GET("/api/v1/environments/{environment}", { params: { path: { environment } } })) });

export const documentQuery = (kind: "Environment" | "Target", name: string) =>
  queryOptions({ queryKey: ["document", `${kind}/${name}`], queryFn: () => ask(api.GET("/api/v1/documents/{kind}/{name}", { params: { path: { kind, name } } })) });

export const targetQuery = (target: string) =>
  queryOptions({ queryKey: ["targets", target], queryFn: () => ask(api.GET("/api/v1/targets/{target}", { params: { path: { target } } })), refetchInterval: 30_000 });

const c = text.environments.contact;
const contacts: Readonly<Record<string, State>> = {
  answering: { word: c.answering, icon: "tick", family: "good" },
  silent: { word: c.silent, icon: "diamond", family: "unknown" },
  unheard: { word: c.unheard, icon: "dashed", family: "mute" },
  revoked: { word: c.revoked, icon: "struck", family: "mute" },
  unenrolled: { word: c.unenrolled, icon: "dashed", family: "mute" },
};

/** How an agent is reached, as it is drawn. */
export const contactState = (contact: string): State => stateOf(contacts, contact);

const s = text.environments.states;
const drifts: Readonly<Record<string, State>> = {
  drifted: { word: s.drifted, icon: "unequal", family: "warn" },
  missing: { word: s.missing, icon: "triangle", family: "warn" },
  unmanaged: { word: s.unmanaged, icon: "plus", family: "warn" },
  unknown: { word: s.unknown, icon: "diamond", family: "unknown" },
  "as-recorded": { word: s["as-recorded"], icon: "tick", family: "good" },
};

export const driftState = (state: string): State => stateOf(drifts, state);
