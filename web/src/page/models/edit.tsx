import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { parseDocument } from "yaml";
import { DocumentEditor } from "@/editor/DocumentEditor";
import { usePage } from "@/frame/page";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { milliseconds } from "@/part/moment";
import { text } from "@/text";
import { Flow } from "./Flow";
import type { ModelSpec, Stage } from "./model";
import { modelQuery, resultsQuery } from "./query";

const t = text.models;

/** Edits a model, as YAML and as a form. */
export function EditModel() {
  const { model: name = "" } = useParams({ strict: false });
  usePage({ title: t.editTitle(name), crumbs: [{ word: t.title, to: "/models" }, { word: name, to: `/models/${name}` }, { word: t.edit }] });
  const { data, error, refetch } = useQuery(modelQuery(name));
  if (error !== null) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  return (
    <div className="stack">
      <h1>{t.editTitle(name)}</h1>
      {data === undefined ? <Loading rows={10} /> : <Editing name={name} present={data.yaml.replace(/^ {2}revision: \d+\n/m, "")} revision={data.revision} />}
    </div>
  );
}

/** The editor of a model, with its flow above. keep names the draft of a new one. */
export function Editing({ name, present, revision, keep }: { name: string; present: string; revision: number; keep?: string }) {
  return <DocumentEditor key={keep ?? name} kind="Model" name={name} present={present} revision={revision} {...(keep === undefined ? {} : { keep })} preview={(typed) => <Preview name={name} typed={typed} />} home={(made) => `/models/${made}`} />;
}

/** The flow as it is typed; while it cannot be read, as it was. */
function Preview({ name, typed }: { name: string; typed: string }) {
  const results = useQuery({ ...resultsQuery(name), enabled: name !== "" }).data;
  const [spec, setSpec] = useState<ModelSpec>({});
  const [settled] = useDebouncedValue(typed, 200);
  const [seen, setSeen] = useState<string>();
  if (settled !== seen) {
    setSeen(settled);
    const found = flowOf(settled);
    if (found !== undefined) {
      setSpec(found);
    }
  }
  return (spec.flow ?? []).length === 0 ? null : (
    <section className="card" aria-label={t.flow}>
      <Flow spec={spec} results={results} />
    </section>
  );
}

/** The stages that a text says, as far as they can be drawn; undefined where it cannot be read. */
function flowOf(typed: string): ModelSpec | undefined {
  const parsed = parseDocument(typed, { logLevel: "silent" });
  if (parsed.errors.length > 0) {
    return undefined;
  }
  const flow: unknown = (parsed.toJS() as { spec?: { flow?: unknown } } | null)?.spec?.flow;
  const stages = Array.isArray(flow) ? flow.filter((stage): stage is Stage => typeof stage === "object" && stage !== null && typeof (stage as Stage).environment === "string") : [];
  return { flow: stages.filter((stage, i) => stages.findIndex((one) => one.environment === stage.environment) === i).map(drawable) };
}

/** A stage with what is not yet what it must be left out. */
function drawable({ environment, strategy, quality }: Stage): Stage {
  const table = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
  const { waves, rolling, soak, ...rest } = table(strategy) ? strategy : {};
  return {
    environment,
    strategy: {
      ...rest,
      ...(Array.isArray(waves) ? { waves: waves.filter(table) } : {}),
      ...(table(rolling) ? { rolling } : {}),
      ...(typeof soak === "string" && Number.isFinite(milliseconds(soak)) ? { soak } : {}),
    },
    ...(Array.isArray(quality) ? { quality: quality.filter((one) => table(one) && typeof one.suite === "string") } : {}),
  };
}
