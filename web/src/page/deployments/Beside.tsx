import { Link } from "@tanstack/react-router";
import { text } from "@/text";
import classes from "./beside.module.css";

const f = text.frame;

/** What is done now, what goes its way by itself, and what is in line: three lists beside each other. */
export function Beside() {
  const all = { activeOptions: { exact: true, includeSearch: false }, className: classes["tab"] ?? "" };
  return (
    <nav className={classes["tabs"]} aria-label={text.deployments.beside}>
      <Link to="/deployments" {...all}>
        {f.deployments}
      </Link>
      <Link to="/journeys" {...all}>
        {f.journeys}
      </Link>
      <Link to="/backlog" {...all}>
        {f.backlog}
      </Link>
    </nav>
  );
}
