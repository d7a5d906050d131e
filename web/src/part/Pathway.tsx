import { Link } from "@tanstack/react-router";
import { pathway } from "./pathway";
import classes from "./part.module.css";

/** How a conflict comes about: things, and between them the verbs. */
export function Pathway({ path, release }: { path: string | undefined; release?: string | undefined }) {
  const nodes = pathway(path ?? "", release);
  if (nodes.length < 2) {
    return null;
  }
  return (
    <ol className={classes["pathway"]}>
      {nodes.map(({ verb, kind, name }, i) => (
        <li key={i}>
          {verb === "" ? null : <span className="second">{verb} </span>}
          {kind === "deployment" ? (
            <Link to="/deployments/$deployment" params={{ deployment: name }} search={{}} className={classes["node"]}>
              {name}
            </Link>
          ) : (
            <span className={classes["node"]} title={kind}>
              {name}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
