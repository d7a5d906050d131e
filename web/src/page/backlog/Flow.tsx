import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { date, milliseconds, span } from "@/part/moment";
import { useNow } from "@/part/Time";
import { text } from "@/text";
import classes from "./backlog.module.css";

const t = text.backlog;
type Week = Schema["Week"];

/** How old the backlog is, and how much came and went by week: a table whose numbers are drawn too. */
export function Flow({ environment }: { environment: string | undefined }) {
  const query = environment === undefined ? {} : { environment };
  const flow = useQuery({ queryKey: ["backlog", { flow: true, ...query }], queryFn: () => ask(api.GET("/api/v1/backlog/flow", { params: { query } })), meta: { pace: 2000 } });
  if (flow.error !== null && flow.data === undefined) {
    return <Failure error={flow.error} retry={() => void flow.refetch()} />;
  }
  return (
    <section className="card" aria-labelledby="flow">
      <header>
        <h2 id="flow">{t.flow}</h2>
      </header>
      {flow.data === undefined ? <Loading rows={4} /> : <Drawn flow={flow.data} everywhere={environment !== undefined} />}
    </section>
  );
}

function Drawn({ flow, everywhere }: { flow: Schema["Flow"]; everywhere: boolean }) {
  const now = useNow();
  const grown = flow.weeks.reduce((n, week) => n + week.arrived - week.completed, 0);
  const most = Math.max(1, ...flow.weeks.flatMap((week) => [week.arrived, week.completed]));
  return (
    <div className="body stack close">
      <div>
        <span className={classes["size"]}>{t.size(flow.size)}</span>
        {flow.size === 0 ? null : <div className="second">{t.ageP85(span(milliseconds(flow.ageP85)))}</div>}
      </div>
      <table className={classes["weeks"]}>
        <thead>
          <tr>
            <th scope="col">{t.week}</th>
            <th scope="col" colSpan={2}>
              {t.arrived}
            </th>
            <th scope="col" colSpan={2}>
              {t.completed}
            </th>
          </tr>
        </thead>
        <tbody>
          {flow.weeks.map((week, i) => (
            <tr key={week.from}>
              <th scope="row">{i === flow.weeks.length - 1 ? t.thisWeek : date(new Date(week.from), { now })}</th>
              <Bar n={week.arrived} most={most} of="arrived" />
              <Bar n={week.completed} most={most} of="completed" />
            </tr>
          ))}
        </tbody>
      </table>
      <p className="second">
        {grown > 0 ? t.grows(grown) : grown < 0 ? t.shrinks(-grown) : t.even}. {everywhere ? t.everywhere : ""}
      </p>
    </div>
  );
}

/** A number, and beside it as long a bar as it is. */
function Bar({ n, most, of }: { n: number; most: number; of: Exclude<keyof Week, "from" | "$schema"> }) {
  return (
    <>
      <td className={n === 0 ? "number ink3" : "number"}>{n.toLocaleString("en-GB")}</td>
      <td aria-hidden="true" className={classes["bar"]}>
        <span data-of={of} style={{ width: `${(n / most) * 100}%` }} />
      </td>
    </>
  );
}
