import type { ReactNode } from "react";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import type { Family } from "@/theme/token";
import { Icon, type IconName } from "@/vocabulary/Icon";
import classes from "./library.module.css";

/** One step of where a version comes from. */
export function Step({ icon, family, title, children }: { icon: IconName; family: Family; title: string; children: ReactNode }) {
  return (
    <li>
      <span className={family}>
        <Icon name={icon} />
      </span>
      <div className="stack tight grow">
        <span className="second">{title}</span>
        {children}
      </div>
    </li>
  );
}

export function Detail({ children }: { children: ReactNode }) {
  return <span className={`second ${classes["detail"] ?? ""}`}>{children}</span>;
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => Promise<unknown>;
}

/** A step whose content is asked for by itself. */
export function AskedStep<T>({ of: { data, error, refetch }, children }: { of: Asked<T>; children: (data: T) => ReactNode }) {
  if (error !== null) {
    return (
      <li>
        <Failure error={error} retry={() => void refetch()} />
      </li>
    );
  }
  return data === undefined ? (
    <li>
      <Loading rows={1} />
    </li>
  ) : (
    children(data)
  );
}
