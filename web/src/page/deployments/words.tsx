import { Autocomplete } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { text } from "@/text";

const t = text.deployments;

interface WordProps {
  value: string | undefined;
  set: (word: string | undefined) => void;
}

/** The name of an environment, of those that there are. */
export function EnvironmentWord(props: WordProps) {
  const list = useQuery({ queryKey: ["documents", "Environment"], queryFn: () => ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: "Environment" }, query: { limit: 1000 } } })) });
  return <Word key={props.value} {...props} label={t.environment} names={(list.data?.items ?? []).map((one) => one.name)} search />;
}

/** The name of a component, of those that begin as what is typed. */
export function ComponentWord(props: WordProps) {
  const [typed, setTyped] = useState(props.value ?? "");
  const [settled] = useDebouncedValue(typed.trim(), 200);
  const query = { limit: 20, ...(settled === "" ? {} : { text: settled }) };
  const list = useQuery({ queryKey: ["components", { choices: query }], queryFn: () => ask(api.GET("/api/v1/components", { params: { query } })), placeholderData: (before) => before });
  return <Word key={props.value} {...props} label={t.component} names={(list.data?.items ?? []).map((one) => one.name)} typing={setTyped} />;
}

/** The name of a trigger, of those that there are. */
export function TriggerWord(props: WordProps) {
  const list = useQuery({ queryKey: ["triggers", { choices: true }], queryFn: () => ask(api.GET("/api/v1/triggers", { params: { query: { limit: 200 } } })) });
  return <Word key={props.value} {...props} label={text.journeys.trigger} names={(list.data?.items ?? []).map((one) => one.name)} />;
}

/** A name of the filter: chosen from those that there are, or typed; taken when it is chosen, emptied, left, or with Enter. */
export function Word({ label, value = "", set, names, typing, search }: WordProps & { label: string; names: readonly string[]; typing?: (word: string) => void; search?: boolean }) {
  const [typed, setTyped] = useState(value);
  const take = (next: string) => {
    if (next !== value) {
      set(next === "" ? undefined : next);
    }
  };
  return (
    <Autocomplete
      size="xs"
      w={180}
      aria-label={label}
      placeholder={label}
      data={[...new Set(names)]}
      limit={20}
      clearable
      value={typed}
      onChange={(next) => {
        setTyped(next);
        typing?.(next);
        if (next === "") {
          take(next);
        }
      }}
      onOptionSubmit={take}
      onBlur={(event) => take(event.currentTarget.value.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          take(event.currentTarget.value.trim());
        }
      }}
      {...(search === true ? { "data-search": true } : {})}
    />
  );
}
