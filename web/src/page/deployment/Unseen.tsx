import { text } from "@/text";
import type { Deployment } from "./data";
import type { Fleet } from "./fleet";
import { lookState, told } from "./look";

const t = text.deployment;

/** A drawing has at most so many waves in the table behind it; all of them stand in the plan. */
const most = 100;

/** The table behind the drawing, for who does not see it: how many of each wave look how. */
export function Unseen({ d, fleet }: { d: Deployment; fleet: Fleet }) {
  const shown = told.filter((look) => fleet.counts[look] > 0);
  return (
    <div className="unseen">
    <table>
      <caption>{t.tableOf(d.id)}</caption>
      <thead>
        <tr>
          <th scope="col">{t.waveColumn}</th>
          {shown.map((look) => (
            <th key={look} scope="col">
              {lookState[look].word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fleet.waves.slice(0, most).map((wave) => (
          <tr key={wave.number}>
            <th scope="row">{t.wave(wave.number)}</th>
            {shown.map((look) => (
              <td key={look}>{wave.counts[look]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    </div>
  );
}
