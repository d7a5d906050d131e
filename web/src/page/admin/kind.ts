import type { Action } from "./right";

/** The kinds of documents that are kept here. */
export const kinds = ["Person", "Group", "ServiceAccount", "Delegation", "ApprovalPolicy", "Trigger", "Subscription"] as const;
export type Kind = (typeof kinds)[number];

export const kindOf = (word: string): Kind | undefined => kinds.find((kind) => kind === word);

/** The tab on which documents of a kind are shown. */
export function home(kind: Kind): string {
  switch (kind) {
    case "ApprovalPolicy":
      return "/admin/policies";
    case "Trigger":
      return "/admin/triggers";
    case "Subscription":
      return "/admin/announcements";
    default:
      return "/admin/people";
  }
}

/** The right to change documents of a kind. */
export const needs = (kind: Kind): Action => (kind === "Trigger" || kind === "Subscription" ? "configure" : "empower");

const head = (kind: Kind, name: string) => `apiVersion: tranship.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;

/** What a new document of a kind begins with. */
export const starts = (now: Date): Record<Kind, string> => ({
  Person: `${head("Person", "anna")}spec:
  fullName: Anna Berg
  mail: anna@example.com
  zone: Europe/Berlin
`,
  Group: `${head("Group", "my-group")}spec:
  description: Who decides what.
  owner: anna
  members: [anna]
`,
  ServiceAccount: `${head("ServiceAccount", "my-tool")}spec:
  description: What the tool does.
  owner: anna
`,
  Delegation: `${head("Delegation", "while-anna-is-away")}spec:
  from: anna
  to: emil
  begins: ${midnight(now, 1)}
  ends: ${midnight(now, 15)}
  reason: Holidays.
`,
  ApprovalPolicy: `${head("ApprovalPolicy", "my-policy")}spec:
  description: One of my group for whatever changes live.
  owner: anna
  appliesTo:
    environments: [live]
  needs:
    - group: my-group
      count: 1
`,
  Trigger: `${head("Trigger", "my-trigger")}spec:
  description: Whatever is pushed goes its way by itself.
  on: push
  component: my-component
  mode: delivery
  keep: latest
  as: my-tool
`,
  Subscription: `${head("Subscription", "my-subscription")}spec:
  events: [waiting, failed, ended]
  environments: [live]
  via:
    webhook:
      url: https://example.com/hook
`,
});

/** The midnight some days ahead, as a document writes it. */
function midnight(now: Date, days: number): string {
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}
