import { text } from "@/text";
import { type Document, Documents } from "./Documents";
import { NoRight } from "./right";

const t = text.admin;

/** Who must approve what. */
export function Policies() {
  return (
    <>
      <NoRight to="empower" what={t.toChangePolicies} />
      <Documents kind="ApprovalPolicy" line={line} />
    </>
  );
}

/** Who must approve what: "1 of operations, for live". */
function line(doc: Document): string {
  const spec = doc.spec as { needs?: { group: string; count: number }[]; appliesTo?: Record<string, string[]> };
  const needs = (spec.needs ?? []).map((need) => t.policyNeed(need.count, need.group)).join(" + ");
  return t.policyNeeds(needs === "" ? t.policyNone : needs, Object.values(spec.appliesTo ?? {}).map((names) => names.join(", ")).filter((names) => names !== "").join("; "));
}
