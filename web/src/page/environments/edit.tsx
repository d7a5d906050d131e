import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { DocumentEditor } from "@/editor/DocumentEditor";
import { type Crumb, usePage } from "@/frame/page";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { documentQuery } from "./query";

const t = text.environments;
const environmentRoute = getRouteApi("/environments/$environment/edit");
const targetRoute = getRouteApi("/environments/$environment/targets/$target/edit");
const newTargetRoute = getRouteApi("/environments/$environment/targets/new");
const home = { word: t.title, to: "/environments" };

/** Edits an environment's document. */
export function EditEnvironment() {
  const { environment } = environmentRoute.useParams();
  return <Edit kind="Environment" name={environment} crumbs={[home, { word: environment, to: `/environments/${environment}` }]} done={(name) => `/environments/${name}`} />;
}

/** Edits a target's document. */
export function EditTarget() {
  const { environment, target } = targetRoute.useParams();
  const place = `/environments/${environment}`;
  return <Edit kind="Target" name={target} crumbs={[home, { word: environment, to: place }, { word: target, to: `${place}/targets/${target}` }]} done={(name) => `${place}/targets/${name}`} />;
}

/** An environment that is not there yet. */
export function NewEnvironment() {
  usePage({ title: t.newEnvironment, crumbs: [home, { word: t.newEnvironment }] });
  return (
    <div className="stack">
      <h1>{t.newEnvironment}</h1>
      <DocumentEditor kind="Environment" name="" present={document("Environment", "my-environment", ["purpose: test", "order: 1", "owner: my-team"])} revision={0} home={(name) => `/environments/${name}`} />
    </div>
  );
}

/** A target that is not there yet: mostly of an agent that has just enrolled. */
export function NewTarget() {
  const { environment } = newTargetRoute.useParams();
  const { agent } = newTargetRoute.useSearch();
  const place = `/environments/${environment}`;
  usePage({ title: t.newTarget, crumbs: [home, { word: environment, to: place }, { word: t.newTarget }] });
  return (
    <div className="stack">
      <h1>{t.newTargetIn(environment)}</h1>
      <p className="ink2">{t.newTargetDetail}</p>
      <DocumentEditor kind="Target" name="" present={document("Target", agent ?? "my-host", [`environment: ${environment}`, "kind: host"])} revision={0} home={(name) => `${place}/targets/${name}`} />
    </div>
  );
}

const document = (kind: string, name: string, spec: readonly string[]) => `apiVersion: tranship.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec.map((line) => `  ${line}\n`).join("")}`;

function Edit({ kind, name, crumbs, done }: { kind: "Environment" | "Target"; name: string; crumbs: Crumb[]; done: (name: string) => string }) {
  usePage({ title: t.editTitle(name), crumbs: [...crumbs, { word: t.edit }] });
  const { data, error, refetch } = useQuery(documentQuery(kind, name));
  if (error !== null) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  return (
    <div className="stack">
      <h1>{t.editTitle(name)}</h1>
      {data === undefined ? <Loading rows={8} /> : <DocumentEditor kind={kind} name={name} present={data.yaml.replace(/^ {2}revision: \d+\n/m, "")} revision={data.revision} home={done} />}
    </div>
  );
}
