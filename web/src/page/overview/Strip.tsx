import { Button, Popover, TextInput } from "@mantine/core";
import { memo, useState } from "react";
import { useKey } from "@/frame/key";
import { date, moment } from "@/part/moment";
import { useNow } from "@/part/Time";
import { text } from "@/text";
import { useStrip } from "./data";
import classes from "./overview.module.css";
import { endOf, hour, hours, nextEvent, within } from "./strip";

const t = text.overview;

const moving = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

/** Seven days under the matrix: bars are deployments, red ones failed, shaded is frozen. Drag, use the arrow keys (with Shift: to the next event), or type a time. */
export const Strip = memo(function Strip({ at, choose }: { at: string | undefined; choose: (at: string | undefined) => void }) {
  const now = useNow();
  const end = endOf(now.getTime(), at === undefined ? undefined : Date.parse(at));
  const present = end >= now.getTime();
  const strip = useStrip(new Date(end).toISOString());
  const [dragged, drag] = useState<number>();
  const [followed, follow] = useState(at);
  if (followed !== at) {
    follow(at);
    drag(undefined);
  }
  const [asked, ask] = useState("");
  const place = at === undefined ? hours : Math.max(0, Math.min(hours, hours - (end - Date.parse(at)) / hour));
  const shown = dragged ?? place;
  const take = (hoursOn: number) => {
    drag(hoursOn); // the next key may come before the address has followed
    choose(hoursOn >= hours && present ? undefined : new Date(end - (hours - hoursOn) * hour).toISOString());
  };
  useKey("[", () => take(Math.max(0, Math.floor(shown) - 1)));
  useKey("]", () => take(Math.floor(shown) + 1));
  useKey("t", () => choose(undefined));
  const steps = strip.data?.steps ?? [];
  const most = Math.max(1, ...steps.map((step) => step.total));
  const said = shown >= hours && present ? t.now : moment(new Date(end - (hours - shown) * hour), { now });
  const total = steps.reduce((n, step) => n + step.total, 0);
  const failed = steps.reduce((n, step) => n + step.failed, 0);
  return (
    <section className={`card ${classes["strip"] ?? ""}`} aria-label={t.whatWasWhere}>
      <div className={classes["stripWord"]}>
        <div className="second">{t.whatWasWhere}</div>
        <div className="strong">{said}</div>
      </div>
      <div className={classes["stripBox"]}>
        <svg viewBox={`0 0 ${hours} 30`} preserveAspectRatio="none" className={classes["bars"]} role="img" aria-label={t.strip(total, failed)}>
          {Array.from({ length: 7 }, (_, i) => (
            <line key={i} x1={i * 24} x2={i * 24} y1={0} y2={30} stroke="var(--ts-line)" strokeWidth={1} vectorEffect="non-scaling-stroke" />
          ))}
          {(strip.data?.freezes ?? []).map((freeze) => {
            const shade = within(Date.parse(freeze.start), Date.parse(freeze.end), end);
            return shade === undefined ? null : (
              <rect key={`${freeze.name} ${freeze.start}`} x={shade.from} width={shade.to - shade.from} y={0} height={30} fill="var(--ts-ice-bg)">
                <title>{t.frozenBy(freeze.name, freeze.what)}</title>
              </rect>
            );
          })}
          {steps.map((step, i) =>
            step.total === 0 ? null : (
              <g key={i}>
                <rect x={i + 0.1} width={0.8} y={30 - (24 * step.total) / most - 3} height={(24 * step.total) / most + 3} fill="var(--ts-mute-solid)" />
                {step.failed === 0 ? null : <rect x={i + 0.1} width={0.8} y={30 - (24 * step.failed) / most - 3} height={(24 * step.failed) / most + 3} fill="var(--ts-bad-solid)" />}
              </g>
            ),
          )}
        </svg>
        <input
          type="range"
          min={0}
          max={hours}
          step={1}
          value={Math.round(shown)}
          aria-label={t.slider}
          aria-valuetext={said}
          className={classes["slider"]}
          onChange={(event) => drag(Number(event.currentTarget.value))}
          onPointerUp={(event) => take(Number(event.currentTarget.value))}
          onKeyDown={(event) => {
            const forward = event.key === "ArrowRight" || event.key === "ArrowUp";
            if (event.shiftKey && (forward || event.key === "ArrowLeft" || event.key === "ArrowDown")) {
              event.preventDefault();
              take(nextEvent(steps.map((step) => step.total), shown, forward));
            }
          }}
          onKeyUp={(event) => {
            if (!event.shiftKey && moving.has(event.key)) {
              take(Number(event.currentTarget.value));
            }
          }}
          onBlur={() => drag(undefined)}
        />
        <div className={classes["days"]} aria-hidden="true">
          {Array.from({ length: 7 }, (_, i) => (
            <span key={i}>{date(new Date(end - (hours - i * 24) * hour), { now })}</span>
          ))}
        </div>
      </div>
      <Popover position="top-end" trapFocus>
        <Popover.Target>
          <Button>{t.goTo}…</Button>
        </Popover.Target>
        <Popover.Dropdown>
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault();
              if (asked !== "") {
                choose(new Date(asked).toISOString());
              }
            }}
          >
            <TextInput type="datetime-local" aria-label={t.goTo} value={asked} onChange={(event) => ask(event.currentTarget.value)} />
            <Button type="submit" variant="filled">
              {t.goTo}
            </Button>
          </form>
        </Popover.Dropdown>
      </Popover>
    </section>
  );
});
