import { Button, UnstyledButton } from "@mantine/core";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import type { Environment } from "./data";
import { Face, Progress } from "./Face";
import type { Line } from "./lines";
import classes from "./overview.module.css";
import { lookOf, urgencyOf } from "./urgency";

const t = text.overview;

interface Props {
  environments: readonly Environment[];
  lines: readonly Line[];
  more: boolean;
  loadMore: () => void;
  at: string | undefined;
  /** The only environment that is shown. */
  only: string | undefined;
  choose: (environment: string | undefined) => void;
  /** Whether the places that need no look are shown too. */
  whole: boolean;
  showWhole: () => void;
  open: (component: string, environment: string) => void;
}

/** On a phone: the places that need a look, the most urgent first, then one line for all the rest. */
export function Places({ environments, lines, more, loadMore, at, only, choose, whole, showWhole, open }: Props) {
  const all = lines.flatMap((line) => (line.kind === "row" ? line.row.cells.map((cell) => ({ component: line.row.component, cell })) : [])).filter(({ cell }) => only === undefined || cell.environment === only);
  const wanted = whole ? all : all.filter(({ cell }) => lookOf(cell) !== "as-recorded");
  const shown = [...wanted].sort((a, b) => urgencyOf(a.cell) - urgencyOf(b.cell));
  return (
    <div className="stack">
      <div className={classes["pills"]}>
        <Pill on={only === undefined} choose={() => choose(undefined)}>
          {t.all}
        </Pill>
        {environments.map((environment) => (
          <Pill key={environment.name} on={only === environment.name} choose={() => choose(environment.name)}>
            {environment.freezes === undefined || environment.freezes.length === 0 ? null : (
              <span className="ice">
                <Icon name="snowflake" size={14} label={text.state.frozen} />
              </span>
            )}
            {environment.name}
          </Pill>
        ))}
      </div>
      <div className="second">{whole ? t.placesShown(shown.length) : t.look(shown.length)}</div>
      <div className="card">
        <ul className={classes["places"]}>
          {shown.map(({ component, cell }) => (
            <li key={`${component} ${cell.environment}`} data-state={cell.state}>
              <button type="button" className={classes["open"]} data-rowlink onClick={() => open(component, cell.environment)}>
                <span className="strong">
                  {component} <span className="ink3">{t.in}</span> {cell.environment}
                </span>
                <Face cell={cell} at={at} />
                <Progress cell={cell} at={at} />
              </button>
            </li>
          ))}
          {whole && !more ? null : (
            <li className={classes["rest"]}>
              {whole ? null : (
                <Button variant="subtle" color="gray" onClick={showWhole} leftSection={<Icon name="tick" />}>
                  {t.rest(all.length - shown.length)}
                </Button>
              )}
              {more ? (
                <Button variant="subtle" onClick={loadMore}>
                  {t.more}
                </Button>
              ) : null}
            </li>
          )}
        </ul>
      </div>
    </div>
  );
}

function Pill({ on, choose, children }: { on: boolean; choose: () => void; children: React.ReactNode }) {
  return (
    <UnstyledButton className={classes["pill"]} data-on={on || undefined} aria-pressed={on} onClick={choose}>
      {children}
    </UnstyledButton>
  );
}
