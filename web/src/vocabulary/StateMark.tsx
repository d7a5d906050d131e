import { Icon } from "./Icon";
import type { State } from "./state";
import classes from "./StateMark.module.css";

interface Props {
  state: State;
  /** chip: tinted, for titles. line: icon and word. icon: the word is only its name. */
  as?: "chip" | "line" | "icon";
  /** Stands in the place of the word where the page can say more: "Executing, wave 2 of 4". */
  word?: string;
}

/** A state as it is drawn everywhere: icon, word and colour together. */
export function StateMark({ state, as = "line", word = state.word }: Props) {
  if (as === "icon") {
    return (
      <span className={state.family} title={word}>
        <Icon name={state.icon} label={word} />
      </span>
    );
  }
  if (as === "chip") {
    return (
      <span className={classes["chip"]} data-family={state.family}>
        <Icon name={state.icon} size={14} />
        <span className="cut">{word}</span>
      </span>
    );
  }
  return (
    <span className="row" data-state={word}>
      <span className={`${state.family} ${classes["glyph"] ?? ""}`}>
        <Icon name={state.icon} />
      </span>
      <span className="cut">{word}</span>
    </span>
  );
}
