import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { api, ask } from "@/api/client";
import type { Act } from "@/part/Confirm";
import { text } from "@/text";
import { useMayAccept } from "./accept";
import { called, type One, repairable, unasked } from "./alike";

const t = text.environments;

interface Props {
  drifts: readonly One[];
  ask: (act: Act) => void;
  main?: boolean;
  done?: () => void;
}

/** The two answers, each of which names how many it is for. What is to be repaired already is not asked for again. */
export function Answers({ drifts, ask: say, main = false, done = () => undefined }: Props) {
  const able = drifts.filter(repairable);
  const open = able.filter(unasked);
  const answer = (act: Omit<Act, "reason" | "safe" | "run">, run: (reason: string) => Promise<unknown>) => say({ ...act, reason: "needed", safe: t.notNow, run: (reason) => run(reason).then(done) });
  const accept = () => answer({ title: t.acceptTitle(named(drifts)), consequence: t.acceptDetail(drifts.length), verb: t.acceptN(drifts.length) }, (reason) => ask(api.POST("/api/v1/drift/accept", { body: { drifts: drifts.map((d) => d.id), reason } })));
  const repair = () =>
    answer({ title: t.repairTitle(named(open)), consequence: t.repairDetail(open.length, able.length - open.length, drifts.length - able.length), verb: t.repairN(open.length) }, async (reason) => {
      const asked = await ask(api.POST("/api/v1/drift/repair", { body: { drifts: open.map((d) => d.id), reason } }));
      notifications.show({ message: t.repairAsked(asked.items.map((d) => d.id).join(", ")) });
    });
  const mayAccept = useMayAccept();
  return (
    <span className="row">
      {mayAccept ? (
        <Button size={main ? "sm" : "compact-sm"} onClick={accept}>
          {t.acceptN(drifts.length)}…
        </Button>
      ) : null}
      {open.length === 0 ? null : (
        <Button size={main ? "sm" : "compact-sm"} {...(main ? { variant: "filled" } : {})} onClick={repair}>
          {t.repairN(open.length)}…
        </Button>
      )}
    </span>
  );
}

const named = (drifts: readonly One[]) => {
  const [d] = drifts;
  return drifts.length === 1 && d !== undefined ? `${d.id} (${called(d.component)}, ${d.target})` : t.drifts(drifts.length);
};
