import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { StateMark } from "@/vocabulary/StateMark";
import { useBoard } from "./board";
import classes from "./calendar.module.css";
import { refOf } from "./data";
import { clockTime, date, kindOf, otherZone, stateOfItem, titleOf, trouble } from "./say";
import { dayOf, endOf, startOf } from "./wall";

const t = text.calendar;

/** The same days as a list, for a phone. */
export function Agenda() {
  const { range, zone, now, entries, select, on } = useBoard();
  const today = dayOf(now.getTime(), zone);
  return (
    <div>
      {range.days.map((day) => {
        const [from, to] = [startOf(day, zone), endOf(day, zone)];
        const within = entries.filter((entry) => entry.from < to && entry.to > from);
        if (within.length === 0 && day !== today) {
          return null;
        }
        return (
          <section key={day} className={classes["agendaDay"]}>
            <h2 data-today={day === today || undefined}>{date(new Date(from), { now, zone })}</h2>
            {within.map((entry) => {
              const { item } = entry;
              const other = otherZone(item, entry.from, zone);
              return (
                <button type="button" key={entry.key} className={classes["agendaItem"]} data-kind={item.kind} data-on={on === refOf(item) || undefined} onClick={() => select(refOf(item))}>
                  <span className={classes["agendaTime"]}>{entry.from < from ? t.allDay : clockTime(new Date(entry.from), zone)}</span>
                  <span className="stack tight grow">
                    <span className="strong">{titleOf(item)}</span>
                    <span className="second">
                      {item.kind === "deployment" ? <StateMark state={stateOfItem(item)} /> : kindOf(item)}
                      {other === undefined ? null : `, ${t.inZone(clockTime(new Date(entry.from), other), other)}`}
                    </span>
                  </span>
                  {trouble(item) === undefined ? null : (
                    <span className={trouble(item) === "holds" ? "bad" : "warn"}>
                      <Icon name="boxes" label={t.conflict} />
                    </span>
                  )}
                </button>
              );
            })}
          </section>
        );
      })}
    </div>
  );
}
