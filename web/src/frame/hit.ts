import type { Schema } from "@/api/client";
import { text } from "@/text";
import type { IconName } from "@/vocabulary/Icon";

type Hit = Schema["Hit"];

const pathOf = (...parts: string[]) => `/${parts.map(encodeURIComponent).join("/")}`;

/** Where something that a search found is looked at. What has no page of its own is shown by what the record says of it. */
export function addressOf({ kind, name, in: place = "" }: Hit): string {
  switch (kind) {
    case "Deployment":
      return pathOf("deployments", name);
    case "Version":
      return pathOf("library", place, name, "origin");
    case "Component":
      return pathOf("library", name);
    case "Environment":
      return pathOf("environments", name);
    case "Target":
      return pathOf("environments", place, "targets", name);
    case "Model":
      return pathOf("models", name);
    case "Journey":
      return pathOf("journeys", name);
    case "Service":
      return `/overview?text=${encodeURIComponent(name)}`;
    case "Release":
      return `/deployments?all=true&release=${encodeURIComponent(name)}`;
    case "Person":
      return `/records?who=${encodeURIComponent(name)}`;
    default:
      return `/records?subject=${encodeURIComponent(["Plan", "Review", "Change"].includes(kind) ? `${kind.toLowerCase()}/${name}` : `document/${kind}/${name}`)}`;
  }
}

const icons: Readonly<Record<string, IconName>> = {
  Deployment: "arrows", Version: "tray", Component: "library", Environment: "environment", Target: "environment", Model: "model",
  Service: "overview", Release: "tray", Person: "people", Group: "people", Journey: "arrow", Plan: "sheet", Review: "sheet", Change: "sheet",
};

export const iconOf = (kind: string): IconName => icons[kind] ?? "sheet";
const words: Readonly<Record<string, string>> = text.frame.kinds;
export const wordOf = (kind: string): string => words[kind] ?? kind;

/** How a hit is called in a list: with its component, its release, its environment. */
export function nameOf(hit: Hit): string {
  switch (hit.kind) {
    case "Deployment":
      return `${hit.what ?? ""} ${hit.name}`.trim();
    case "Version":
      return hit.in === undefined ? hit.name : `${hit.in}@${hit.name}`;
    case "Target":
      return hit.in === undefined ? hit.name : text.frame.targetIn(hit.name, hit.in);
    default:
      return hit.name;
  }
}
