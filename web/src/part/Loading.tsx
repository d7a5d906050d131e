import { Skeleton } from "@mantine/core";
import { useEffect, useState } from "react";
import { text } from "@/text";
import classes from "./part.module.css";

interface Props {
  /** As many rows as the final shape will about have. */
  rows?: number;
}

/** The shape of what comes, after 150 ms; after 5 s it says that it takes long. */
export function Loading({ rows = 4 }: Props) {
  const [stage, setStage] = useState<"quiet" | "shape" | "slow">("quiet");
  useEffect(() => {
    const shape = setTimeout(() => setStage("shape"), 150);
    const slow = setTimeout(() => setStage("slow"), 5000);
    return () => {
      clearTimeout(shape);
      clearTimeout(slow);
    };
  }, []);
  if (stage === "quiet") {
    return <div className={classes["loading"]} aria-busy="true" />;
  }
  return (
    <div className={classes["loading"]} aria-busy="true">
      <span className="unseen" role="status">
        {text.part.loading}
      </span>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className={classes["shape"]}>
          <Skeleton height={14} width={14} radius={4} animate={false} />
          <Skeleton height={14} width={`${40 - ((i * 7) % 20)}%`} radius={4} animate={false} />
          <span className="grow" />
          <Skeleton height={14} width={64} radius={4} animate={false} />
        </div>
      ))}
      {stage === "slow" ? <div className="second">{text.part.slow}</div> : null}
    </div>
  );
}
