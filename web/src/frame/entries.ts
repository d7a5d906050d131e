import { text } from "@/text";
import type { IconName } from "@/vocabulary/Icon";

/** An entry of the rail. One exists only when its page does. */
export interface Entry {
  to: string;
  word: string;
  icon: IconName;
  /** The key after `g`. */
  key: string;
  section?: string;
  /** Stands in the bar at the foot of a phone. */
  phone?: boolean;
  /** Which count it carries. */
  count?: "mine" | "open";
  /** Stands at the foot of the rail. */
  last?: boolean;
  /** The entry that it stands beside as a tab: it is found and has its key, and the rail stays short. */
  inside?: string;
}

const f = text.frame;

/** The order is frequency. */
export const entries: readonly Entry[] = [
  { to: "/overview", word: f.overview, icon: "overview", key: "o", phone: true },
  { to: "/my-work", word: f.myWork, icon: "tray", key: "w", phone: true, count: "mine" },
  { to: "/deployments", word: f.deployments, icon: "arrows", key: "d", phone: true, count: "open" },
  { to: "/journeys", word: f.journeys, icon: "arrow", key: "j", inside: "/deployments" },
  { to: "/backlog", word: f.backlog, icon: "tray", key: "b", inside: "/deployments" },
  { to: "/calendar", word: f.calendar, icon: "calendar", key: "c", phone: true },
  { to: "/library", word: f.library, icon: "library", key: "l", section: f.whatAndWhere },
  { to: "/models", word: f.models, icon: "model", key: "m", section: f.whatAndWhere },
  { to: "/environments", word: f.environments, icon: "environment", key: "e", section: f.whatAndWhere },
  { to: "/records", word: f.records, icon: "sheet", key: "r", section: f.proof },
  { to: "/admin", word: f.admin, icon: "admin", key: "a", last: true },
];
