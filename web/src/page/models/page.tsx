import { Button } from "@mantine/core";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { draftOf } from "@/editor/useDraft";
import { usePage } from "@/frame/page";
import { type Act, Confirm } from "@/part/Confirm";
import { LinkButton } from "@/part/LinkButton";
import { Loading } from "@/part/Loading";
import { Missing } from "@/part/Missing";
import { text } from "@/text";
import { Flow } from "./Flow";
import type { ModelSpec } from "./model";
import classes from "./models.module.css";
import { modelQuery, resultsQuery } from "./query";
import { Results } from "./Results";
import { Revisions } from "./Revisions";
import { Criteria, forWhich, Stages } from "./Rules";
import { Steps } from "./Steps";

const t = text.models;
const most = 40;

/** One model: its flow with what came of it, its steps and checks, its revisions, and where it is used. */
export function ModelPage() {
  const { model: name = "" } = useParams({ strict: false });
  usePage({ title: name, crumbs: [{ word: t.title, to: "/models" }, { word: name }] });
  const { data, error, refetch } = useQuery(modelQuery(name));
  const results = useQuery(resultsQuery(name)).data;
  const [act, setAct] = useState<Act>();
  const queries = useQueryClient();
  const navigate = useNavigate();
  if (error !== null) {
    return <Missing error={error} name={name} list="/models" retry={() => void refetch()} />;
  }
  if (data === undefined) {
    return <Loading rows={10} />;
  }
  const spec = data.spec as ModelSpec;
  return (
    <div className="stack">
      <div className="row wrap between">
        <div className="stack tight grow">
          <div className="row wrap">
            <h1>{name}</h1>
            <span className={classes["tag"]}>{t.revisionOf(data.revision)}</span>
          </div>
          <p className="ink2">{[spec.description, spec.owner === undefined ? undefined : t.ownedBy(spec.owner)].filter(Boolean).join(" ")}</p>
        </div>
        <Button variant="subtle" color="gray" onClick={() => setAct(retire(name, data.revision, results?.components.length ?? 0, () => gone(queries, navigate)))}>
          {t.retire}
        </Button>
        <LinkButton to={`/models/${name}/edit`} variant="filled">
          {draftOf(`Model/${name}`) === undefined ? t.edit : t.draft}
        </LinkButton>
      </div>
      <section className="card" aria-label={t.flow}>
        <header>
          <h2>{t.flow}</h2>
          <span className="second">{t.flowLead}</span>
        </header>
        <Flow spec={spec} results={results} />
        <Stages spec={spec} />
      </section>
      <section className="card" aria-label={t.done}>
        <header>
          <h2>{t.done}</h2>
        </header>
        <Steps spec={spec} />
      </section>
      <Criteria spec={spec} />
      <div className="sides">
        <div className="stack">
          {results === undefined ? null : <Results results={results} />}
          <Revisions name={name} results={results} />
        </div>
        <section className="card" aria-label={t.used}>
          <header>
            <h2>{t.used}</h2>
          </header>
          {results === undefined ? (
            <Loading rows={2} />
          ) : (
            <div className="body stack close">
              <span>{forWhich(spec)}</span>
              <span className="ink2">{t.usedBy(results.components.length)}</span>
              {results.components.slice(0, most).map((component) => (
                <Link key={component} to="/library/$component" params={{ component }}>
                  {component}
                </Link>
              ))}
              {results.components.length > most ? <span className="second">{t.andMore(results.components.length - most)}</span> : null}
            </div>
          )}
        </section>
      </div>
      <Confirm act={act} close={() => setAct(undefined)} />
    </div>
  );
}

/** Takes a model out of use: what has been done with it stays. */
function retire(name: string, revision: number, components: number, after: () => Promise<void>): Act {
  return {
    title: t.retireTitle(name),
    consequence: t.retireWhat(components),
    verb: t.retireVerb,
    type: name,
    reason: "needed",
    safe: t.keepIt,
    ends: true,
    run: async (reason) => {
      await ask(api.DELETE("/api/v1/documents/{kind}/{name}", { params: { path: { kind: "Model", name }, query: { revision, reason } } }));
      await after();
    },
  };
}

async function gone(queries: QueryClient, navigate: ReturnType<typeof useNavigate>) {
  await navigate({ to: "/models", search: {} });
  await queries.invalidateQueries({ queryKey: ["documents", "Model"] });
}
