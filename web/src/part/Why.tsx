import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { gate, type State } from "@/vocabulary/state";
import classes from "./part.module.css";
import { inZone } from "./moment";
import { Said } from "./Said";
import { useNow } from "./Time";
import { gateOf, type Manner, type Reason, say } from "./sentence";

interface Props {
  reasons: readonly Reason[];
  manner?: Manner;
  /** Somebody must act: the bar is amber. */
  person?: boolean;
  /** For what has ended: how. */
  ended?: State;
  /** The one main button. */
  action?: ReactNode;
}

/** The bar that says why something waits: what, since when, until when, who can act. */
export function Why({ reasons, manner = "waits", person = false, ended, action }: Props) {
  const now = useNow();
  const [all, setAll] = useState(false);
  const [first, ...others] = reasons;
  if (first === undefined) {
    return null;
  }
  const kind = manner === "ended" ? ended : manner === "busy" ? undefined : gate[gateOf(first, person)];
  const said = say(first, manner, now, ended?.word);
  return (
    <section className={classes["why"]} data-family={kind?.family ?? "plain"} data-why id="why" tabIndex={-1} aria-label={inZone(said.lead, { now })}>
      <span className={`${classes["whyIcon"] ?? ""} ${kind?.family ?? "run"}`}>
        <Icon name={kind?.icon ?? "ring"} />
      </span>
      <div className="stack tight grow">
        <div role="status" className="strong">
          <Said words={said.lead} />
        </div>
        {said.rest === "" ? null : <div className="ink2"><Said words={said.rest} /></div>}
        {!all
          ? null
          : others.map((reason, i) => {
              const more = say(reason, manner, now, ended?.word);
              return (
                <div key={i} className="ink2">
                  <span className="strong"><Said words={more.lead} /></span> <Said words={more.rest} />
                </div>
              );
            })}
        {all && first.how !== undefined ? (
          <div className="second">
            {text.part.cli} <code>{first.how}</code>
          </div>
        ) : null}
        {others.length > 0 ? (
          <div>
            <Button variant="transparent" size="compact-xs" px={0} onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? text.part.fewerReasons : text.part.moreReasons(others.length)}
            </Button>
          </div>
        ) : null}
      </div>
      {action}
    </section>
  );
}

/** The same sentence as one line, for lists. */
export function WhyLine({ reasons, manner = "waits", ended }: Pick<Props, "reasons" | "manner" | "ended">) {
  const now = useNow();
  const first = reasons[0];
  if (first === undefined) {
    return null;
  }
  const { lead } = say(first, manner, now, ended?.word);
  return (
    <span className="second cut" title={inZone(lead, { now })}>
      <Said words={lead} />
    </span>
  );
}
