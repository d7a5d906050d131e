import type { ReactNode } from "react";
import { Icon, type IconName } from "@/vocabulary/Icon";
import classes from "./part.module.css";

interface Props {
  icon: IconName;
  title: string;
  /** Whether it is all that the page shows: then the title is the page's. */
  page?: boolean;
  /** What belongs here. */
  children?: ReactNode;
  /** The one next step. */
  action?: ReactNode;
}

/** An empty place: what belongs here, and the one next step. */
export function Empty({ icon, title, page = false, children, action }: Props) {
  const Title = page ? "h1" : "p";
  return (
    <div className={classes["empty"]}>
      <span className="ink3">
        <Icon name={icon} size={20} />
      </span>
      <Title className={classes["emptyTitle"]}>{title}</Title>
      {children === undefined ? null : <div className="ink2">{children}</div>}
      {action}
    </div>
  );
}
