import { Button, MultiSelect, Pill, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";
import { api, ask } from "@/api/client";
import { moment } from "@/part/moment";
import { SearchWord } from "@/part/Paged";
import { useNow } from "@/part/Time";
import type { RecordsSearch } from "@/routes";
import { text } from "@/text";
import { known } from "./data";
import classes from "./records.module.css";
import { abouts, wordsOf } from "./tell";

const t = text.records;
const route = getRouteApi("/records");
const names = ["env", "component", "who", "target"] as const;
type Name = (typeof names)[number];

/** What is looked for, and below it every filter that is on, each to be taken off. */
export function Filter() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: Partial<RecordsSearch>) => void navigate({ search: (old) => kept({ ...old, ...next }), replace: true });
  const dated = (value: string | undefined) => (/^\d{4}-\d{2}-\d{2}$/.test(value ?? "") ? value : "") ?? "";
  return (
    <div className="stack close" role="search">
      <div className="row wrap">
        <SearchWord label={t.find} hint={t.findHint} width={248} value={search.q} set={(q) => set({ q })} />
        <TextInput size="xs" w={132} type="date" aria-label={t.from} title={t.from} value={dated(search.from)} max={dated(search.until)} onChange={(event) => set({ from: event.currentTarget.value || undefined })} />
        <span className="ink3" aria-hidden="true">{t.to}</span>
        <TextInput size="xs" w={132} type="date" aria-label={t.until} title={t.until} value={dated(search.until)} min={dated(search.from)} onChange={(event) => set({ until: event.currentTarget.value || undefined })} />
        <Select
          size="xs"
          w={168}
          aria-label={t.about}
          value={search.about ?? ""}
          data={aboutChoices(search.about)}
          onChange={(about) => set({ about: about === null || about === "" ? undefined : about })}
          allowDeselect={false}
        />
        <MultiSelect
          w={170}
          size="xs"
          aria-label={t.kinds}
          placeholder={search.kind === undefined ? t.anyKind : ""}
          data={[...new Set([...known, ...(search.kind?.split(",") ?? [])])].map((value) => ({ value, label: wordsOf(value) }))}
          value={search.kind?.split(",") ?? []}
          onChange={(kinds) => set({ kind: kinds.length === 0 ? undefined : kinds.join(",") })}
          searchable
          clearable
        />
        <Adder set={set} />
      </div>
      <Chips set={set} />
    </div>
  );
}

/** What the record may be about: all but sign-ins, everything, or kinds of subject that belong together. */
function aboutChoices(chosen: string | undefined) {
  const names = ["", "all", ...Object.keys(abouts)];
  return [...names, ...(chosen === undefined || names.includes(chosen) ? [] : [chosen])].map((value) => ({ value, label: t.abouts[value] ?? wordsOf(value) }));
}

/** Adds a filter by an environment, a component, a person or a target. */
function Adder({ set }: { set: (next: Partial<RecordsSearch>) => void }) {
  const search = route.useSearch();
  const [by, setBy] = useState<Name>("env");
  const [word, setWord] = useState("");
  const environments = useQuery({ queryKey: ["environments", { names: true }], queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 1000 } } })) });
  const add = (value: string) => {
    const before = by === "target" ? [] : (search[by]?.split(",") ?? []);
    set({ [by]: [...new Set([...before, value])].join(",") });
    setWord("");
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (word.trim() !== "") {
      add(word.trim());
    }
  };
  return (
    <form className="row" onSubmit={submit}>
      <Select size="xs" w={118} aria-label={t.filterBy} value={by} onChange={(value) => setBy(value ?? "env")} data={names.map((value) => ({ value, label: t.by_[value] }))} allowDeselect={false} />
      {by === "env" ? (
        <Select size="xs" w={136} aria-label={t.by_[by]} placeholder={t.anyOf} value={null} onChange={(value) => value !== null && add(value)} data={(environments.data?.items ?? []).map((e) => e.name)} searchable />
      ) : (
        <>
          <TextInput size="xs" w={136} aria-label={t.by_[by]} placeholder={t.nameOf} value={word} onChange={(event) => setWord(event.currentTarget.value)} />
          <Button size="xs" type="submit">{t.add}</Button>
        </>
      )}
    </form>
  );
}

function Chips({ set }: { set: (next: Partial<RecordsSearch>) => void }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const when = (value: string) => (/^\d{4}-\d{2}-\d{2}$/.test(value) ? value : Number.isNaN(Date.parse(value)) ? value : moment(new Date(value), { now }));
  const chips: { key: string; word: string; off: () => void }[] = [
    ...(search.q === undefined ? [] : [{ key: "q", word: t.chip.q(search.q), off: () => set({ q: undefined }) }]),
    ...(search.from === undefined ? [] : [{ key: "from", word: t.chip.from(when(search.from)), off: () => set({ from: undefined }) }]),
    ...(search.until === undefined ? [] : [{ key: "until", word: t.chip.until(when(search.until)), off: () => set({ until: undefined }) }]),
    ...names.flatMap((name) =>
      (search[name]?.split(",") ?? []).map((value, _, all) => ({
        key: `${name} ${value}`,
        word: `${t.by_[name]}: ${value}`,
        off: () => set({ [name]: all.filter((other) => other !== value).join(",") || undefined }),
      })),
    ),
    ...(search.about === undefined ? [] : [{ key: "about", word: t.abouts[search.about] ?? wordsOf(search.about), off: () => set({ about: undefined }) }]),
    ...(search.subject === undefined ? [] : [{ key: "subject", word: `${t.subject}: ${search.subject}`, off: () => set({ subject: undefined }) }]),
    ...(search.kind?.split(",") ?? []).map((kind, _, all) => ({ key: kind, word: wordsOf(kind), off: () => set({ kind: all.filter((other) => other !== kind).join(",") || undefined }) })),
  ];
  if (chips.length === 0) {
    return null;
  }
  return (
    <div className={classes["chips"]} role="group" aria-label={t.filters}>
      {chips.map((chip) => (
        <Pill key={chip.key} withRemoveButton onRemove={chip.off} removeButtonProps={{ "aria-label": t.off(chip.word), "aria-hidden": false, tabIndex: 0 }} size="sm">
          {chip.word}
        </Pill>
      ))}
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void navigate({ search: {} })}>
        {t.clear}
      </Button>
    </div>
  );
}

/** An address has no empty words. */
function kept(search: RecordsSearch): RecordsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}
