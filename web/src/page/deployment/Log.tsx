import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, ask } from "@/api/client";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./deployment.module.css";
import type { Deployment } from "./data";
import { type Line, runs, tone } from "./log";
import { useOutput } from "./output";

const t = text.deployment;
const route = getRouteApi("/deployments/$deployment");

interface Props {
  d: Deployment;
  target: string;
  running: boolean;
  step: string | undefined;
  failed: boolean;
}

/** What a target wrote: it follows until you scroll up; the search asks the server, which has everything. */
export function Log({ d, target, running, step, failed }: Props) {
  const output = useOutput(d.id, target, running);
  const [query, setQuery] = useState("");
  const [asked] = useDebouncedValue(query.trim(), 250);
  const [wrap, setWrap] = useState(false);
  const found = useFound(d.id, target, asked);
  const navigate = route.useNavigate();
  const [only, setOnly] = useState<"bad" | "warn">();
  const counts = useMemo(() => countTones(output.lines), [output.lines]);
  const shown = useMemo(() => output.lines.filter((line) => (step === undefined || line.stepName === step) && (only === undefined || tone(line.text) === only)), [output.lines, step, only]);
  const searching = asked !== "" && found.data !== undefined;
  return (
    <div className={classes["log"]}>
      <div className={classes["logBar"]}>
        <TextInput
          size="xs"
          w={220}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          placeholder={t.searchLog(output.lines.length)}
          aria-label={t.searchLog(output.lines.length)}
          leftSection={<Icon name="search" size={14} />}
          data-search
        />
        {(["bad", "warn"] as const).map((one) => (counts[one] === 0 ? null : (
          <Button key={one} variant="default" size="compact-sm" aria-pressed={only === one} data-on={only === one || undefined} onClick={() => setOnly(only === one ? undefined : one)}>
            {t.toned(one, counts[one])}
          </Button>
        )))}
        <span className="second" role="status">
          {searching ? t.found(found.data.items.length, found.data.next !== undefined) : step === undefined ? "" : step}
        </span>
        <span className="grow" />
        <Button variant="subtle" color="gray" size="compact-sm" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          {t.wrap}
        </Button>
        <Tooltip label={t.download}>
          <ActionIcon component="a" variant="subtle" color="gray" href={`/api/v1/deployments/${d.id}/log?target=${encodeURIComponent(target)}`} download={`${d.id}-${target}.log`} aria-label={t.download}>
            <Icon name="download" />
          </ActionIcon>
        </Tooltip>
      </div>
      {output.error === null ? null : <Failure error={output.error} />}
      {output.loading ? (
        <Loading rows={4} />
      ) : searching ? (
        <Found lines={found.data.items} all={output.lines} empty={t.noneFound(asked)} go={(n) => {
          setQuery("");
          void navigate({ search: (old) => ({ ...old, target, line: undefined }), hash: `L${n}`, replace: true, resetScroll: false, hashScrollIntoView: false });
        }} />
      ) : (
        <Lines lines={shown} target={target} wrap={wrap} follow={running} empty={running ? t.noLines : t.noLinesEnded} failed={failed} />
      )}
    </div>
  );
}

function countTones(lines: readonly Line[]) {
  const counts = { bad: 0, warn: 0 };
  for (const line of lines) {
    const found = tone(line.text);
    if (found !== undefined) {
      counts[found]++;
    }
  }
  return counts;
}

function useFound(deployment: string, target: string, asked: string) {
  return useQuery({
    queryKey: ["search", deployment, target, asked],
    queryFn: () => ask(api.GET("/api/v1/deployments/{deployment}/log/lines", { params: { path: { deployment }, query: { target, text: asked, limit: 500 } } })),
    enabled: asked !== "",
    staleTime: 5000,
    placeholderData: (before) => before,
  });
}

/** Lines that the server found, whatever this page has read so far: one leads to its place in the whole log. */
function Found({ lines, all, empty, go }: { lines: readonly Omit<Line, "number">[]; all: readonly Line[]; empty: string; go: (n: number) => void }) {
  // Equal lines were found in the order in which they were written.
  const numbers = useMemo(() => {
    const alike = new Map<string, number[]>();
    for (const line of all) {
      const key = `${line.step} ${line.text}`;
      alike.set(key, [...(alike.get(key) ?? []), line.number]);
    }
    return lines.map((line) => alike.get(`${line.step} ${line.text}`)?.shift());
  }, [all, lines]);
  if (lines.length === 0) {
    return <p className={`second ${classes["noLines"] ?? ""}`}>{empty}</p>;
  }
  return (
    <div className={classes["lines"]} tabIndex={0} role="group" aria-label={t.foundLines}>
      {lines.map((line, i) => {
        const n = numbers[i];
        return (
          <div key={i} data-tone={tone(line.text)} className={classes["foundLine"]}>
            {n === undefined ? (
              <span className={classes["lineNumber"]}>·</span>
            ) : (
              <button type="button" className={classes["lineNumber"]} aria-label={t.goToLine(n)} onClick={() => go(n)}>
                {n}
              </button>
            )}
            <span className={classes["lineTime"]}>{clock(line.at)}</span>
            <span>
              {runs(line.text).map((run, at) => (
                <span key={at} className={run.family}>
                  {run.text}
                </span>
              ))}
            </span>
          </div>
        );
      })}
    </div>
  );
}

/** The line that the address names: #L217. */
function useWanted(): number | undefined {
  const { line } = route.useSearch();
  const hash = useLocation({ select: (location) => location.hash });
  const found = /^L(\d+)$/.exec(hash);
  return found === null ? line : Number(found[1]);
}

function clock(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB");
}

function Lines({ lines, target, wrap, follow, empty, failed }: { lines: readonly Line[]; target: string; wrap: boolean; follow: boolean; empty: string; failed: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = useWanted();
  const [atEnd, setAtEnd] = useState(true);
  const [seen, setSeen] = useState(lines.length);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => 19, overscan: 20 });
  const firstError = useMemo(() => lines.findIndex((line) => tone(line.text) === "bad"), [lines]);
  const start = useRef(false);
  useEffect(() => {
    if (start.current || lines.length === 0) {
      return;
    }
    start.current = true;
    // A shared line is gone to; what failed is opened at its first error.
    const place = wanted === undefined ? -1 : lines.findIndex((line) => line.number === wanted);
    if (place >= 0) {
      virtual.scrollToIndex(place, { align: "center" });
    } else if (failed && firstError >= 0) {
      virtual.scrollToIndex(firstError, { align: "center" });
    }
  }, [lines, wanted, failed, firstError, virtual]);
  useEffect(() => {
    if (follow && atEnd && lines.length > 0) {
      virtual.scrollToIndex(lines.length - 1, { align: "end" });
    }
  }, [follow, atEnd, lines.length, virtual]);
  if (lines.length === 0) {
    return <p className={`second ${classes["noLines"] ?? ""}`}>{empty}</p>;
  }
  const unseen = atEnd ? 0 : Math.max(0, lines.length - seen);
  return (
    <div className={classes["linesBox"]}>
      <div
        ref={box}
        className={classes["lines"]}
        data-wrap={wrap || undefined}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t.log}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          const end = scrollTop + clientHeight >= scrollHeight - 24;
          setAtEnd(end);
          if (end || atEnd) {
            setSeen(lines.length);
          }
        }}
      >
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            const n = line?.number ?? 0;
            return line === undefined ? null : (
              <div key={item.key} ref={virtual.measureElement} data-index={item.index} data-line={n} data-tone={tone(line.text)} data-on={n === wanted || undefined} className={classes["logLine"]} style={{ transform: `translateY(${item.start}px)` }}>
                <Link to="." search={(old) => ({ ...old, target, line: undefined })} hash={n === wanted ? "" : `L${n}`} replace resetScroll={false} hashScrollIntoView={false} className={classes["lineNumber"]} aria-label={t.lineLink(n)}>
                  {n}
                </Link>
                <span className={classes["lineTime"]}>{clock(line.at)}</span>
                <span className={classes["lineText"]}>
                  {runs(line.text).map((run, i) => (
                    <span key={i} className={run.family}>
                      {run.text}
                    </span>
                  ))}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {follow && unseen > 0 ? (
        <Button size="compact-sm" variant="filled" className={classes["newLines"] ?? ""} onClick={() => virtual.scrollToIndex(lines.length - 1, { align: "end" })}>
          {t.newLines(unseen)}
        </Button>
      ) : null}
    </div>
  );
}
