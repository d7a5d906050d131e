import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { useWho } from "@/frame/who";
import type { Act } from "@/part/Confirm";
import { Said } from "@/part/Said";
import { text } from "@/text";

export type Conflict = Schema["JudgedConflict"];
const t = text.plan;

/**
 * How whoever is signed in waives a conflict of a deployment; undefined where they
 * cannot. Who asked for it never waives; where no group is named, the server knows
 * who owns the environment.
 */
export function useWaiver() {
  const who = useWho();
  const queries = useQueryClient();
  return (conflict: Conflict, deployment: string | undefined, requester: string | undefined): Act | undefined => {
    const { severity, holds, waived, groups = [] } = conflict;
    const may =
      deployment !== undefined &&
      severity === "needs-waiver" &&
      holds &&
      waived === undefined &&
      who !== undefined &&
      who.actor.name !== requester &&
      (groups.length === 0 || who.groups.some(({ group }) => groups.includes(group)));
    return may
      ? {
          title: t.waiveTitle(conflict.ref.replace("/", " "), deployment),
          consequence: (
            <>
              <Said words={conflict.message} /> {t.waiveWhat}
            </>
          ),
          verb: t.waiveVerb,
          reason: "needed",
          run: async (reason) => {
            await ask(api.POST("/api/v1/deployments/{deployment}/waivers", { params: { path: { deployment } }, body: { entry: conflict.ref, reason } }));
            await Promise.all([["deployment", deployment], ["calendar"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
          },
        }
      : undefined;
  };
}

/** How a waiver of a deployment that has not started is taken back; undefined where it cannot be. */
export function useRevoke(deployment: string | undefined, any: boolean) {
  const may = useWho()?.rights.includes("approve") ?? false;
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ["deployment", deployment, "waivers"],
    queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/waivers", { params: { path: { deployment: deployment ?? "" } } })),
    enabled: deployment !== undefined && any && may,
  });
  return (conflict: Conflict): Act | undefined => {
    const waiver = data?.items.find((one) => one.revokedAt === undefined && one.with !== undefined && `${one.with.kind.toLowerCase()}/${one.with.name}` === conflict.ref);
    return waiver === undefined || conflict.waived === undefined
      ? undefined
      : {
          title: t.revokeTitle(conflict.ref),
          consequence: t.revokeWhat,
          verb: t.revokeVerb,
          safe: t.keepWaiver,
          reason: "needed",
          run: async (reason) => {
            await ask(api.POST("/api/v1/deployments/{deployment}/waivers/{waiver}/revoke", { params: { path: { deployment: waiver.deployment, waiver: waiver.id } }, body: { reason } }));
            await Promise.all([["deployment", deployment], ["calendar"]].map((queryKey) => queries.invalidateQueries({ queryKey })));
          },
        };
  };
}
