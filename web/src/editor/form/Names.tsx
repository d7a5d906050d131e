import { ActionIcon, Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { type Place, useForm } from "./context";
import { begin, behind, type Field } from "./field";
import classes from "./form.module.css";
import { word } from "./edit";
import { Plain } from "./Plain";
import { Section } from "./Section";
import { Table } from "./Table";

const t = text.editor.formOf;

interface Props extends Place {
  field: Field;
  label: string;
  needed: boolean;
  references: readonly string[] | undefined;
}

/** A table whose names people choose, such as labels and parameters. */
export function Names({ field, path, value, label, needed, references }: Props) {
  const form = useForm();
  const [fresh, setFresh] = useState("");
  if (value !== undefined && value !== null && (typeof value !== "object" || Array.isArray(value))) {
    return <Plain field={{ ...field, look: "any" }} name="" label={label} needed={needed} path={path} value={value} />;
  }
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  const taken = entries.some(([name]) => name === fresh);
  const add = () => {
    if (fresh !== "" && !taken) {
      form.change({ do: "set", path: [...path, fresh], value: begin(behind(field, form.root, undefined), form.root) });
      setFresh("");
    }
  };
  return (
    <Section path={path} title={label} holds={entries.map(([name, one]) => (typeof one === "object" ? name : `${name}=${word(one)}`)).join(", ")} description={field.description} needed={needed} filled={entries.length > 0}>
      {entries.map(([name, one]) => (
        <Pair key={name} field={field} path={path} name={name} value={one} references={references} last={entries.length === 1} />
      ))}
      <form
        className={classes["fresh"]}
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <TextInput value={fresh} onChange={(event) => setFresh(event.currentTarget.value.trim())} aria-label={t.newName(label)} placeholder={t.name} error={taken ? t.taken : undefined} />
        <Button type="submit" disabled={fresh === "" || taken} aria-label={t.addTo(label)}>
          {t.add}
        </Button>
      </form>
    </Section>
  );
}

function Pair({ field, path, name, value, references, last }: Place & { field: Field; name: string; references: readonly string[] | undefined; last: boolean }) {
  const form = useForm();
  const [typed, setTyped] = useState(name);
  const here = [...path, name];
  const one = behind(field, form.root, value);
  const remove = () => (last ? form.clear(path) : form.change({ do: "remove", path: here }));
  const out = (
    <ActionIcon variant="subtle" color="gray" onClick={remove} aria-label={t.removeOf(name)} title={t.remove}>
      <Icon name="cross" size={14} />
    </ActionIcon>
  );
  if (one.look === "table") {
    return (
      <Section path={here} title={name} filled folded acts={out}>
        <Table field={one} path={here} value={value} references={references} />
      </Section>
    );
  }
  return (
    <div className={classes["pair"]}>
      <TextInput
        value={typed}
        aria-label={t.nameOf(name)}
        onChange={(event) => setTyped(event.currentTarget.value.trim())}
        onBlur={() => {
          if (typed !== "" && typed !== name) {
            form.change({ do: "rename", path: here, to: typed });
          } else {
            setTyped(name);
          }
        }}
      />
      <Plain field={one} name={name} label={t.valueOf(name)} needed bare path={here} value={value} {...(references === undefined ? {} : { references })} />
      {out}
    </div>
  );
}
