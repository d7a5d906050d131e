import { useDebouncedValue } from "@mantine/hooks";
import { text } from "@/text";
import { useTarget } from "./data";
import classes from "./deployment.module.css";
import { isWrong, type Look } from "./fleet";
import { lookState } from "./look";

const t = text.deployment;

/** What is pointed at, or walked to: where it is drawn, and what it is. */
export interface Pointed {
  place: number;
  x: number;
  y: number;
}

/** The sentence of a target, beside what is pointed at. What went wrong is asked for when one stays there. */
export function Hint({ deployment, name, look, at }: { deployment: string; name: string | undefined; look: Look; at: { x: number; y: number } }) {
  return (
    <div className={classes["hint"]} style={{ left: at.x, top: at.y }} aria-hidden="true">
      <Sentence deployment={deployment} name={name} look={look} />
    </div>
  );
}

/** "gate-hel-014: failed at Start service. port 7443 is held". */
export function Sentence({ deployment, name, look }: { deployment: string; name: string | undefined; look: Look }) {
  const telling = isWrong(look) || look === "running";
  const [stays] = useDebouncedValue(name, 150);
  const row = useTarget(deployment, telling && stays === name ? name : undefined);
  return <>{row.data === undefined || row.data === null ? t.cell(name ?? t.nameComes, lookState[look].word) : t.sentence(name ?? "", lookState[look].word, row.data.stepName ?? "", row.data.message ?? "")}</>;
}
