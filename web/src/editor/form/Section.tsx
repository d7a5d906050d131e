import { Button } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { idOf, useForm } from "./context";
import type { Path } from "./edit";
import { pathText } from "./field";
import classes from "./form.module.css";
import { firstSentence } from "./Plain";

const t = text.editor.formOf;

interface Props {
  path: Path;
  title: string;
  /** What it holds, where it is folded. */
  holds?: string;
  description?: string;
  needed?: boolean;
  /** Something is there. */
  filled: boolean;
  /** It is folded at first all the same. */
  folded?: boolean;
  remove?: (() => void) | undefined;
  /** More that can be done with it. */
  acts?: ReactNode;
  children: ReactNode;
}

/** A part of a form that can be folded. What is wrong within unfolds it. */
export function Section({ path, title, holds, description = "", needed = false, filled, folded = false, remove, acts, children }: Props) {
  const form = useForm();
  const body = useId();
  const wrong = form.within(path);
  const open = form.unfolded(path, (filled && !folded) || wrong > 0);
  const said = form.said(path);
  const hint = firstSentence(description);
  return (
    <div className={classes["section"]} data-open={open || undefined}>
      <div className={classes["bar"]}>
        <button type="button" id={idOf(pathText(path))} className={classes["fold"]} aria-expanded={open} aria-controls={open ? body : undefined} onClick={() => form.unfold(path, !open)}>
          <Icon name={open ? "down" : "right"} size={12} />
          <span className="strong nowrap">
            {title}
            {needed ? <span className="bad"> *</span> : null}
          </span>
          {open || holds === undefined || holds === "" ? null : <span className="second cut">{holds}</span>}
          {!open && !filled && (holds === undefined || holds === "") ? <span className="second">{t.unset}</span> : null}
          {wrong > 0 ? <span className={classes["wrong"]}>{text.editor.defects(wrong)}</span> : null}
        </button>
        {acts}
        {remove === undefined ? null : (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={remove} aria-label={t.removeOf(title)}>
            {t.remove}
          </Button>
        )}
      </div>
      {said === undefined ? null : (
        <p className={`bad ${classes["said"] ?? ""}`} id={`${body}-said`}>
          {said}
        </p>
      )}
      {open ? (
        <div id={body} role="group" aria-label={title} className={classes["inner"]}>
          {hint === "" ? null : <p className="second">{hint}</p>}
          {children}
        </div>
      ) : null}
    </div>
  );
}
