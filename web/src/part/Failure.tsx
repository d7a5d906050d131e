import { Button, CopyButton } from "@mantine/core";
import type { ReactNode } from "react";
import { problemOf } from "@/api/problem";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { Said } from "./Said";
import classes from "./part.module.css";

interface Props {
  error: unknown;
  retry?: (() => void) | undefined;
  /** The way on that this page knows better. */
  action?: ReactNode;
}

/** An error: what happened, why, what now; and a code to copy. */
export function Failure({ error, retry, action }: Props) {
  const problem = problemOf(error);
  const details = JSON.stringify({ code: problem.code, status: problem.status, message: problem.message, hint: problem.hint, at: new Date().toISOString(), page: location.pathname });
  return (
    <div className={classes["failure"]} role="alert">
      <span className="bad">
        <Icon name="octagon" />
      </span>
      <div className="stack close grow">
        <div className="strong"><Said words={problem.said} /></div>
        {problem.hint === "" ? null : <div className="ink2"><Said words={problem.hint} /></div>}
        {problem.defects.length === 0 ? null : (
          <ul className={classes["defects"]}>
            {problem.defects.map((d, i) => (
              <li key={i}>
                {d.path === undefined ? null : <code>{d.path}</code>} <Said plain words={`${d.message} ${d.hint ?? ""}`} />
              </li>
            ))}
          </ul>
        )}
        <div className="row wrap">
          {action}
          {retry === undefined ? null : <Button onClick={retry}>{text.part.retry}</Button>}
          <CopyButton value={details}>
            {({ copied, copy }) => (
              <Button variant="subtle" color="gray" onClick={copy}>
                {copied ? text.part.copied : text.part.copyDetails}
              </Button>
            )}
          </CopyButton>
          <code className="ink3">{problem.code}</code>
        </div>
      </div>
    </div>
  );
}
