import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { usePage } from "@/frame/page";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { compareLines, withContext } from "./line";
import classes from "./models.module.css";
import { modelAtQuery } from "./query";
import { plain } from "./Revisions";

const t = text.models;

/** Two revisions of a model, line by line. */
export function ComparePage() {
  const { model: name = "", pair = "" } = useParams({ strict: false });
  // Both "7..8" and "v7..v8" are understood.
  const [from = "", to = ""] = pair.split("..").map((one) => one.replace(/^v/, ""));
  const title = t.difference(from, to);
  usePage({ title: `${name}: ${title}`, crumbs: [{ word: t.title, to: "/models" }, { word: name, to: `/models/${name}` }, { word: title }] });
  const before = useQuery(modelAtQuery(name, Number(from)));
  const after = useQuery(modelAtQuery(name, Number(to)));
  const error = before.error ?? after.error;
  return (
    <div className="stack">
      <h1>{`${name}: ${title}`}</h1>
      {error !== null ? (
        <Failure error={error} />
      ) : before.data === undefined || after.data === undefined ? (
        <Loading rows={8} />
      ) : (
        <section className="card" aria-label={title}>
          <Lines before={plain(before.data.yaml)} after={plain(after.data.yaml)} />
        </section>
      )}
    </div>
  );
}

function Lines({ before, after }: { before: string; after: string }) {
  const lines = withContext(compareLines(before, after), 4);
  if (lines.every((line) => line === "gap")) {
    return <div className="body ink2">{t.same}</div>;
  }
  return (
    <div className={classes["lines"]} tabIndex={0} role="group" aria-label={t.source}>
      {lines.map((line, i) =>
        line === "gap" ? (
          <div key={i} className={classes["gap"]} aria-hidden="true">
            ⋯
          </div>
        ) : (
          <div key={i} data-kind={line.kind}>
            <span>{line.before ?? ""}</span>
            <span>{line.after ?? ""}</span>
            <span>{line.kind === "added" ? "+" : line.kind === "removed" ? "−" : ""}</span>
            <code>{line.text === "" ? " " : line.text}</code>
          </div>
        ),
      )}
    </div>
  );
}
