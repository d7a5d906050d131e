import type { ErrorComponentProps } from "@tanstack/react-router";
import { Failure } from "@/part/Failure";

/** What stands in the place of a page that failed. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} retry={reset} />;
}
