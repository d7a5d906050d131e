import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "@/part/Failure";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import type { Answerable } from "./Answer";
import classes from "./deployment.module.css";
import { type Deployment, namesOfCause, useFailures } from "./data";
import { wrong } from "./fleet";
import { lookNamed, lookState } from "./look";

const t = text.deployment;
const shortList = 5;
const ranks: readonly string[] = wrong;

interface Props {
  d: Deployment;
  some: boolean;
  answer: ((about: Answerable) => void) | undefined;
  /** Shows these targets, which look so. */
  show: (names: string[], look: string) => void;
}

/** Equal failures, grouped by cause, each with one answer for all of them. */
export function Trouble({ d, some, answer, show }: Props) {
  const failures = useFailures(d.id, some);
  const [all, setAll] = useState(false);
  const naming = useMutation({
    mutationFn: async ({ cause, then }: { cause: string; then: (names: string[]) => void }) => {
      then(await namesOfCause(d.id, cause));
    },
  });
  // What failed comes before what only waits for that.
  const groups = some ? [...(failures.data ?? [])].sort((a, b) => ranks.indexOf(a.look) - ranks.indexOf(b.look) || b.count - a.count) : [];
  if (failures.error !== null && groups.length === 0) {
    return <Failure error={failures.error} retry={() => void failures.refetch()} />;
  }
  if (groups.length === 0) {
    return null;
  }
  return (
    <>
      <ul className={classes["trouble"]}>
        {(all ? groups : groups.slice(0, shortList)).map((group) => {
          const state = lookState[lookNamed(group.look) ?? "failed"];
          const first = group.targets[0] ?? "";
          const touches = Math.min(group.count, 1000);
          return (
            <li key={group.key}>
              <span className={state.family}>
                <Icon name={state.icon} />
              </span>
              <span className="strong nowrap">{group.count === 1 ? t.oneWent(first, state.word.toLowerCase()) : t.alike(group.count, state.word.toLowerCase())}</span>
              <code className="ink2 cut grow" title={group.message}>
                {group.message}
              </code>
              <span className="second nowrap">
                {group.step === undefined ? null : `${group.step}, `}
                {group.since === undefined ? null : <Time at={group.since} as="clock" />}
              </span>
              <Button variant="subtle" size="compact-sm" flex="none" loading={naming.isPending && naming.variables.cause === group.key} onClick={() => naming.mutate({ cause: group.key, then: (names) => show(names, group.look) })}>
                {t.show(touches)}
              </Button>
              {answer === undefined ? null : (
                <Button size="compact-sm" flex="none" disabled={naming.isPending} onClick={() => naming.mutate({ cause: group.key, then: (names) => answer({ names }) })}>
                  {t.answerFor(touches)}
                </Button>
              )}
            </li>
          );
        })}
        {groups.length > shortList ? (
          <li>
            <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? t.fewerCauses : t.moreCauses(groups.length - shortList)}
            </Button>
          </li>
        ) : null}
      </ul>
      {naming.error === null ? null : <Failure error={naming.error} />}
    </>
  );
}
