import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { Frame } from "./frame/Frame";
import { NotFound } from "./frame/NotFound";
import { PageFailure } from "./frame/PageFailure";

/*
 * Every address of the interface. A page is loaded when it is first opened: its
 * code stands in a directory of its own under page/, and is named here only.
 */
const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/overview", replace: true });
  },
});

export interface DeploymentsSearch {
  state?: string | undefined;
  env?: string | undefined;
  component?: string | undefined;
  release?: string | undefined;
  all?: boolean | undefined;
}

/** A word of an address; an empty one counts as absent. */
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
/** Keeps of a search what is there: an address has no empty words. */
function kept<T extends Record<string, unknown>>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

const deployments = createRoute({
  getParentRoute: () => root,
  path: "/deployments",
  validateSearch: (search): DeploymentsSearch =>
    kept({ state: text(search["state"]), env: text(search["env"]), component: text(search["component"]), release: text(search["release"]), all: search["all"] === true ? true : undefined }),
  component: lazyRouteComponent(() => import("./page/deployments"), "Deployments"),
});

export interface JourneysSearch {
  component?: string | undefined;
  release?: string | undefined;
  trigger?: string | undefined;
  all?: boolean | undefined;
}

const journeys = createRoute({
  getParentRoute: () => root,
  path: "/journeys",
  validateSearch: (search): JourneysSearch => kept({ component: text(search["component"]), release: text(search["release"]), trigger: text(search["trigger"]), all: search["all"] === true ? true : undefined }),
  component: lazyRouteComponent(() => import("./page/journeys"), "Journeys"),
});
/** The number of a journey, or a release: "J-1", "shop@1.0.0". */
const journey = createRoute({ getParentRoute: () => root, path: "/journeys/$journey", component: lazyRouteComponent(() => import("./page/journeys/page"), "JourneyPage") });

const backlog = createRoute({
  getParentRoute: () => root,
  path: "/backlog",
  validateSearch: (search): { env?: string | undefined } => kept({ env: text(search["env"]) }),
  component: lazyRouteComponent(() => import("./page/backlog"), "Backlog"),
});

export interface LibrarySearch {
  text?: string | undefined;
  waiting?: boolean | undefined;
}

const library = createRoute({
  getParentRoute: () => root,
  path: "/library",
  validateSearch: (search): LibrarySearch => kept({ text: text(search["text"]), waiting: search["waiting"] === true ? true : undefined }) as LibrarySearch,
  component: lazyRouteComponent(() => import("./page/library"), "Library"),
});
const componentPage = lazyRouteComponent(() => import("./page/library/component"), "ComponentPage");
const component = createRoute({ getParentRoute: () => root, path: "/library/$component", component: componentPage });
const origin = createRoute({ getParentRoute: () => root, path: "/library/$component/$version/origin", component: componentPage });
const comparison = createRoute({ getParentRoute: () => root, path: "/library/$component/compare/$pair", component: componentPage });

export interface DeploymentSearch {
  /** The target that is open, the look that is shown, and the line of its log. */
  target?: string | undefined;
  state?: string | undefined;
  /** The label that makes the tiles of a large fleet, and the tile that is open. */
  label?: string | undefined;
  tile?: string | undefined;
  line?: number | undefined;
}

const deployment = createRoute({
  getParentRoute: () => root,
  path: "/deployments/$deployment",
  validateSearch: (search): DeploymentSearch => kept({ target: text(search["target"]), state: text(search["state"]), label: text(search["label"]), tile: text(search["tile"]), line: typeof search["line"] === "number" ? search["line"] : undefined }),
  component: lazyRouteComponent(() => import("./page/deployment"), "DeploymentPage"),
});

const plan = createRoute({
  getParentRoute: () => root,
  path: "/deployments/$deployment/plan",
  component: lazyRouteComponent(() => import("./page/plan"), "PlanPage"),
});

export interface NewSearch {
  release?: string | undefined;
  env?: string | undefined;
  restores?: string | undefined;
  /** The plan that is shown: it stays over a reload. */
  plan?: string | undefined;
}

const request = createRoute({
  getParentRoute: () => root,
  path: "/deployments/new",
  validateSearch: (search): NewSearch => kept({ release: text(search["release"]), env: text(search["env"]), restores: text(search["restores"]), plan: text(search["plan"]) }),
  component: lazyRouteComponent(() => import("./page/request"), "RequestPage"),
});

export interface CalendarSearch {
  /** Environments, with commas between. */
  env?: string | undefined;
  team?: string | undefined;
  /** Rows of the timeline. */
  by?: "team" | undefined;
  /** The deployment that is to be placed: free slots are shown for it. */
  place?: string | undefined;
  /** The moment at which it is tried. */
  at?: string | undefined;
  /** What is looked at: "freeze/ledger-close", "deployment/D-12". */
  on?: string | undefined;
  subscribe?: boolean | undefined;
}

const calendarSearch = (search: Record<string, unknown>): CalendarSearch =>
  kept({
    env: text(search["env"]),
    team: text(search["team"]),
    by: search["by"] === "team" ? "team" : undefined,
    place: text(search["place"]),
    at: text(search["at"]),
    on: text(search["on"]),
    subscribe: search["subscribe"] === true ? true : undefined,
  }) as CalendarSearch;

const calendarStart = createRoute({
  getParentRoute: () => root,
  path: "/calendar",
  validateSearch: calendarSearch,
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/calendar/$view/$date", params: { view: "week", date: "now" }, search, replace: true });
  },
});

const calendar = createRoute({
  getParentRoute: () => root,
  path: "/calendar/$view/$date",
  validateSearch: calendarSearch,
  component: lazyRouteComponent(() => import("./page/calendar"), "Calendar"),
});

export interface OverviewSearch {
  text?: string | undefined;
  env?: string | undefined;
  group?: "none" | undefined;
  show?: string | undefined;
  /** A past moment. */
  at?: string | undefined;
  /** Two environments: "staging..live". */
  compare?: string | undefined;
  /** The cell whose card is open: "component~environment". */
  cell?: string | undefined;
}

const overview = createRoute({
  getParentRoute: () => root,
  path: "/overview",
  validateSearch: (search): OverviewSearch =>
    kept({
      text: text(search["text"]),
      env: text(search["env"]),
      group: search["group"] === "none" ? ("none" as const) : undefined,
      show: text(search["show"]),
      at: text(search["at"]),
      compare: text(search["compare"]),
      cell: text(search["cell"]),
    }),
  component: lazyRouteComponent(() => import("./page/overview"), "OverviewPage"),
});

const work = createRoute({
  getParentRoute: () => root,
  path: "/my-work/{-$item}",
  validateSearch: (search): { show?: "all" | "teams" | undefined } => kept({ show: search["show"] === "all" || search["show"] === "teams" ? search["show"] : undefined }),
  component: lazyRouteComponent(() => import("./page/work"), "MyWork"),
});

export interface RecordsSearch {
  /** Words that entries hold. */
  q?: string | undefined;
  /** From when, and to before when: "2026-11-17", or a moment. */
  from?: string | undefined;
  until?: string | undefined;
  /** Environments, components and who did it, with commas between. */
  env?: string | undefined;
  component?: string | undefined;
  who?: string | undefined;
  subject?: string | undefined;
  target?: string | undefined;
  /** Kinds of entry, with commas between. */
  kind?: string | undefined;
  /** What entries are about: a group of kinds of subject, such kinds with commas between, or "all". Without it sign-ins are left out. */
  about?: string | undefined;
}

const word = (value: unknown): string | undefined => text(typeof value === "number" ? String(value) : value);

const records = createRoute({
  getParentRoute: () => root,
  path: "/records",
  validateSearch: (search): RecordsSearch => kept({ q: word(search["q"]), from: word(search["from"]), until: word(search["until"]), env: text(search["env"]), component: word(search["component"]), who: word(search["who"]), subject: text(search["subject"]), target: word(search["target"]), kind: text(search["kind"]), about: text(search["about"]) }),
  component: lazyRouteComponent(() => import("./page/records"), "Records"),
});

const finder = createRoute({
  getParentRoute: () => root,
  path: "/q/$id",
  component: lazyRouteComponent(() => import("./page/q"), "Finder"),
});

const record = createRoute({
  getParentRoute: () => root,
  path: "/records/$record",
  component: lazyRouteComponent(() => import("./page/records/record"), "RecordPage"),
});

const adminStart = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  beforeLoad: () => {
    throw redirect({ to: "/admin/$tab", params: { tab: "people" }, replace: true });
  },
});

export interface AdminSearch {
  /** Words that a list is filtered by; a subscription, among deliveries. */
  text?: string | undefined;
  state?: string | undefined;
}

const admin = createRoute({ getParentRoute: () => root, path: "/admin/$tab", validateSearch: (search): AdminSearch => kept({ text: text(search["text"]), state: text(search["state"]) }), component: lazyRouteComponent(() => import("./page/admin"), "Admin") });

const editSearch = (search: Record<string, unknown>): EditSearch => kept({ view: search["view"] === "form" ? ("form" as const) : search["view"] === "yaml" ? ("yaml" as const) : undefined });
const adminEdit = createRoute({ getParentRoute: () => root, path: "/admin/edit/$kind/$name", validateSearch: editSearch, component: lazyRouteComponent(() => import("./page/admin/edit"), "EditAdmin") });
const adminNew = createRoute({ getParentRoute: () => root, path: "/admin/new/$kind", validateSearch: editSearch, component: lazyRouteComponent(() => import("./page/admin/edit"), "NewAdmin") });

// Whoever is not signed in is asked at every address; this one is for links.
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  beforeLoad: () => {
    throw redirect({ to: "/", replace: true });
  },
});

export interface ModelsSearch {
  text?: string | undefined;
}
export interface EditSearch {
  /** The form or the YAML; by default what was looked at last. */
  view?: "form" | "yaml" | undefined;
}

const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  validateSearch: (search): ModelsSearch => kept({ text: text(search["text"]) }) as ModelsSearch,
  component: lazyRouteComponent(() => import("./page/models"), "Models"),
});
const model = createRoute({ getParentRoute: () => root, path: "/models/$model", component: lazyRouteComponent(() => import("./page/models/page"), "ModelPage") });
const modelComparison = createRoute({ getParentRoute: () => root, path: "/models/$model/compare/$pair", component: lazyRouteComponent(() => import("./page/models/Compare"), "ComparePage") });
const modelEdit = createRoute({ getParentRoute: () => root, path: "/models/$model/edit", validateSearch: editSearch, component: lazyRouteComponent(() => import("./page/models/edit"), "EditModel") });
export interface NewModelSearch extends EditSearch {
  /** The ready-made model that it begins with, or "empty"; none: they are offered. */
  start?: string | undefined;
  name?: string | undefined;
  component?: string | undefined;
}
const modelNew = createRoute({
  getParentRoute: () => root,
  path: "/models/new",
  validateSearch: (search): NewModelSearch => ({ ...editSearch(search), ...kept({ start: text(search["start"]), name: text(search["name"]), component: text(search["component"]) }) }),
  component: lazyRouteComponent(() => import("./page/models/new"), "NewModel"),
});

export interface CompareSearch {
  /** What is the same too. */
  alike?: boolean | undefined;
}

export interface EnvironmentSearch {
  tab?: string | undefined;
  text?: string | undefined;
  /** How the agents of the targets are reached. */
  agent?: string | undefined;
}

const environments = createRoute({ getParentRoute: () => root, path: "/environments", component: lazyRouteComponent(() => import("./page/environments"), "Environments") });
const environment = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment",
  validateSearch: (search): EnvironmentSearch => kept({ tab: text(search["tab"]), text: text(search["text"]), agent: text(search["agent"]) }),
  component: lazyRouteComponent(() => import("./page/environments/page"), "EnvironmentPage"),
});
const environmentEdit = createRoute({ getParentRoute: () => root, path: "/environments/$environment/edit", validateSearch: editSearch, component: lazyRouteComponent(() => import("./page/environments/edit"), "EditEnvironment") });
const environmentNew = createRoute({ getParentRoute: () => root, path: "/environments/new", validateSearch: editSearch, component: lazyRouteComponent(() => import("./page/environments/edit"), "NewEnvironment") });
const targetEdit = createRoute({ getParentRoute: () => root, path: "/environments/$environment/targets/$target/edit", validateSearch: editSearch, component: lazyRouteComponent(() => import("./page/environments/edit"), "EditTarget") });
const targetNew = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/targets/new",
  validateSearch: (search): EditSearch & { agent?: string } => ({ ...editSearch(search), ...(text(search["agent"]) === undefined ? {} : { agent: text(search["agent"]) as string }) }),
  component: lazyRouteComponent(() => import("./page/environments/edit"), "NewTarget"),
});
export interface TargetSearch {
  tab?: "history" | undefined;
  /** A past moment, of the history. */
  at?: string | undefined;
}
const environmentTarget = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/targets/$target",
  validateSearch: (search): TargetSearch => kept({ tab: search["tab"] === "history" || text(search["at"]) !== undefined ? ("history" as const) : undefined, at: text(search["at"]) }),
  component: lazyRouteComponent(() => import("./page/environments/target"), "TargetPage"),
});
const environmentComparison = createRoute({ getParentRoute: () => root, path: "/environments/compare/$pair", validateSearch: (search): CompareSearch => (search["alike"] === true ? { alike: true } : {}), component: lazyRouteComponent(() => import("./page/environments/Compare"), "CompareEnvironments") });
export interface AgentsSearch {
  /** Only the agent of this name. */
  name?: string | undefined;
}

const agents = createRoute({ getParentRoute: () => root, path: "/environments/agents", validateSearch: (search): AgentsSearch => kept({ name: word(search["name"]) }), component: lazyRouteComponent(() => import("./page/environments/agents"), "Agents") });

const tree = root.addChildren([
  start,
  signIn,
  overview,
  work,
  deployments,
  request,
  deployment,
  plan,
  journeys,
  journey,
  backlog,
  library,
  component,
  origin,
  comparison,
  calendarStart,
  calendar,
  records,
  record,
  finder,
  models,
  model,
  modelComparison,
  modelEdit,
  modelNew,
  environments,
  environment,
  environmentEdit,
  environmentNew,
  targetEdit,
  targetNew,
  environmentTarget,
  environmentComparison,
  agents,
  adminStart,
  admin,
  adminEdit,
  adminNew,
]);

export const router = createRouter({ routeTree: tree, defaultPreload: "intent", defaultErrorComponent: PageFailure, scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
