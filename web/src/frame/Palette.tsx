import { Kbd } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useMemo, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { focusAtOnce } from "@/part/focus";
import { text } from "@/text";
import { Icon, type IconName } from "@/vocabulary/Icon";
import { usePageActs } from "./acts";
import { entries } from "./entries";
import { marked, rank } from "./find";
import classes from "./frame.module.css";
import { addressOf, iconOf, nameOf, wordOf } from "./hit";
import { useKey } from "./key";
import { palette, store } from "./paletteStore";

const f = text.frame;
const shown = 14;

interface Found {
  id: string;
  word: string;
  detail: string;
  icon: IconName;
  key?: string | undefined;
  weight?: number;
  /** Where it leads; an act of the page leads nowhere. */
  to?: string;
  run?: () => void;
}

/** Finds or does anything: acts of the page first, then what is known here by name, then what the server finds. */
export function Palette({ showKeys }: { showKeys: () => void }) {
  const [query, setQuery] = useState("");
  const [opened, setOpened] = useState(false);
  const { history } = useRouter();
  const typed = query.trim();
  const local = useLocal(opened);
  const acts: Found[] = usePageActs().map((act, i) => ({ id: `act ${i} ${act.word}`, word: act.word, detail: f.action, icon: act.icon, key: act.key, weight: 3, run: act.run }));
  const server = useServer(typed, opened);
  const keys: Found = { id: "keys", word: f.keys, detail: f.action, icon: "more", key: "?", run: showKeys };
  const near = rank([...acts, ...entryList, ...local, keys], typed);
  const seen = new Set(near.map((one) => one.to));
  const far = server.found.filter((one) => !seen.has(one.to));
  const found: Found[] = [...near.slice(0, typed === "" ? shown : 8), ...far].slice(0, shown);
  // Not before the server has answered: Enter must not take them for want of better.
  if (typed !== "" && !server.asking) {
    found.push({ id: "records", word: f.recordsAbout(typed), detail: f.search, icon: "sheet", to: `/records?q=${encodeURIComponent(typed)}` });
  }
  if (!server.asking && /^([a-z]-)?\d+$|^sha256:|^[0-9a-f]{7,}$/i.test(typed) && !found.some((one) => one.word.endsWith(typed.toUpperCase()))) {
    found.push({ id: "q", word: f.openId(typed), detail: f.id, icon: "link", to: `/q/${encodeURIComponent(typed)}` });
  }
  // "." asks for the acts of the page alone.
  useKey(".", () => {
    setQuery("");
    palette.open();
  });
  const go = (one: Found) => {
    palette.close();
    if (one.to === undefined) {
      one.run?.();
    } else {
      history.push(one.to);
    }
  };
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setOpened(true)}
      shortcut={["mod + K"]}
      size={600}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.25 }}
      scrollable
      maxHeight={420}
      attributes={{ content: { "aria-label": f.find } }}
    >
      <Spotlight.Search ref={focusAtOnce} placeholder={f.find} aria-label={f.find} leftSection={<Icon name="search" />} rightSection={<Kbd size="xs" aria-hidden="true">Esc</Kbd>} onKeyDown={take} />
      <Spotlight.ActionsList aria-label={f.found}>
        {found.map((one) => (
          <Spotlight.Action key={one.id} onClick={() => go(one)} data-found data-to={one.to}>
            <span className="row grow">
              <span className="ink2">
                <Icon name={one.icon} />
              </span>
              <span className="grow cut">
                {marked(one.word, typed).map((piece, i) => (piece.hit ? <b key={i}>{piece.text}</b> : <span key={i}>{piece.text}</span>))}
              </span>
              {one.key === undefined ? null : (
                <span className={classes["keyOf"]}>
                  {one.key.split(" ").map((key) => (
                    <Kbd key={key} size="xs">
                      {key}
                    </Kbd>
                  ))}
                </span>
              )}
              <span className={classes["kind"]}>{one.detail}</span>
            </span>
          </Spotlight.Action>
        ))}
        {found.length === 0 ? <Spotlight.Empty>{server.asking ? f.searching : f.findEmpty(typed)}</Spotlight.Empty> : null}
      </Spotlight.ActionsList>
      <div className={classes["paletteFoot"]}>
        <span aria-hidden="true">
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> {f.choose}
        </span>
        <span aria-hidden="true">
          <Kbd size="xs">↵</Kbd> {f.open}
        </span>
        <span aria-hidden="true" className="grow">
          <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">↵</Kbd> {f.newTab}
        </span>
        <span role="status">{server.asking ? f.searching : f.results(found.length)}</span>
      </div>
    </Spotlight.Root>
  );
}

/**
 * Enter takes the first, also when the server has found it after the last letter and nothing is
 * chosen; with Ctrl what is chosen opens in a window of its own.
 */
function take(event: KeyboardEvent) {
  if (event.key !== "Enter") {
    return;
  }
  const list = [...document.querySelectorAll<HTMLElement>("[data-found]")];
  const chosen = list.find((one) => one.hasAttribute("data-selected"));
  const to = (chosen ?? list[0])?.dataset["to"];
  if ((event.ctrlKey || event.metaKey) && to !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    window.open(to, "_blank", "noopener");
  } else if (chosen === undefined) {
    list[0]?.click();
  }
}

const entryList: readonly Found[] = entries.map((entry) => ({ id: entry.to, word: entry.word, detail: f.page, icon: entry.icon, key: `g ${entry.key}`, to: entry.to }));

/** The names that are known here: the last deployments, components and environments, and what can be done with them. */
function useLocal(enabled: boolean): Found[] {
  const recent = useQuery({
    queryKey: ["deployments", { palette: true }],
    queryFn: () => ask(api.GET("/api/v1/deployments", { params: { query: { limit: 100 } } })),
    enabled,
  });
  const components = useQuery({ queryKey: ["components", { palette: true }], queryFn: () => ask(api.GET("/api/v1/components", { params: { query: { limit: 200 } } })), enabled });
  const environments = useQuery({ queryKey: ["environments", { palette: true }], queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 200 } } })), enabled });
  return useMemo(() => known(recent.data?.items ?? [], components.data?.items ?? [], environments.data?.items ?? []), [recent.data, components.data, environments.data]);
}

function known(list: readonly Schema["Deployment"][], components: readonly Schema["ComponentView"][], environments: readonly { name: string }[]): Found[] {
  const back = new Map<string, (typeof list)[number]>();
  for (const d of list) {
    // The last that changed a place is what is rolled back there.
    const place = `${d.header.release.split("@")[0] ?? ""} ${d.header.environment}`;
    if (d.state === "closed" && d.touched > 0 && d.header.direction === "install" && !back.has(place)) {
      back.set(place, d);
    }
  }
  return [
    { id: "new", word: f.newDeployment, detail: f.action, icon: "plus", key: "n", to: "/deployments/new" },
    ...[...back.values()].map((d) => ({
      id: `back ${d.id}`,
      word: f.rollBack(d.header.release.split("@")[0] ?? d.header.release, d.header.environment),
      detail: f.action,
      icon: "back" as const,
      to: `/deployments/new?restores=${d.id}`,
    })),
    ...list.map((d) => ({ id: d.id, word: `${d.header.release} ${text.deployment.into} ${d.header.environment} ${d.id}`, detail: f.kinds.Deployment, icon: "arrows" as const, to: `/deployments/${d.id}` })),
    ...environments.map((e) => ({ id: `environment ${e.name}`, word: e.name, detail: f.kinds.Environment, icon: "environment" as const, to: addressOf({ kind: "Environment", name: e.name }) })),
    ...components.flatMap((c): Found[] => [
      { id: `component ${c.name}`, word: c.name, detail: f.kinds.Component, icon: "library", to: addressOf({ kind: "Component", name: c.name }) },
      ...(c.newest?.state === "admitted"
        ? [{ id: `request ${c.name}`, word: f.requestOf(`${c.name}@${c.newest.version}`), detail: f.action, icon: "plus" as const, to: `/deployments/new?release=${encodeURIComponent(`${c.name}@${c.newest.version}`)}` }]
        : []),
    ]),
  ];
}

/** What the server finds by name or id, a moment after the last letter. */
function useServer(typed: string, enabled: boolean): { found: Found[]; asking: boolean } {
  const [settled] = useDebouncedValue(typed, 120);
  const hits = useQuery({
    queryKey: ["search", settled],
    queryFn: () => ask(api.GET("/api/v1/search", { params: { query: { q: settled, limit: 6 } } })),
    enabled: enabled && settled !== "",
    placeholderData: (before) => before,
  });
  if (typed === "") {
    return { found: [], asking: false };
  }
  const found = (hits.data?.items ?? []).map((hit) => ({ id: `${hit.kind} ${hit.in ?? ""} ${hit.name}`, word: nameOf(hit), detail: wordOf(hit.kind), icon: iconOf(hit.kind), to: addressOf(hit) }));
  return { found, asking: settled !== typed || hits.isFetching };
}
