import type { Schema } from "@/api/client";
import { text } from "@/text";

type Journey = Schema["Journey"];
const t = text.journeys;

/** What goes its way, also while its version is not known. */
export function nameOf({ release, wanted: w }: Pick<Journey, "release" | "wanted">): string {
  if (release !== undefined && release !== "") {
    return release;
  }
  if (w.release !== undefined && w.release !== "") {
    return w.release;
  }
  const component = w.component ?? "";
  if (w.version !== undefined && w.version !== "") {
    return `${component}@${w.version}`;
  }
  return w.commit !== undefined && w.commit !== "" ? t.ofCommit(component, w.commit.slice(0, 7)) : t.anyVersion(component);
}

/** The environment that it is in or was in last, or which it is about to enter; undefined while its way is not known. */
export function whereOf({ stages = [], at, ending }: Pick<Journey, "stages" | "at" | "ending">): { word: string; number: number; all: number } | undefined {
  const here = stages[at];
  if (here === undefined) {
    return undefined;
  }
  const entered = here.entered !== undefined || here.arrived !== undefined;
  const before = stages[at - 1];
  if (!entered && ending !== undefined && ending !== "") {
    return before === undefined ? { word: t.before(here.environment), number: 0, all: stages.length } : { word: before.environment, number: at, all: stages.length };
  }
  return { word: entered ? here.environment : t.before(here.environment), number: entered ? at + 1 : at, all: stages.length };
}

/** Whether this names a journey by its number; otherwise it is a release. */
export const isNumber = (name: string) => /^J-\d+$/i.test(name);
