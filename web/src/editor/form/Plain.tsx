import { Autocomplete, Checkbox, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { parseDocument, stringify } from "yaml";
import { text } from "@/text";
import classes from "./form.module.css";
import { idOf, type Place, useForm } from "./context";
import { type Field, pathText } from "./field";
import { word } from "./edit";
import { useNames } from "./names";

const t = text.editor.formOf;
const order: ("label" | "error" | "input" | "description")[] = ["label", "error", "input", "description"];
const long = /description|message|question|reason|irreversible/i;

interface Props extends Place {
  field: Field;
  name: string;
  label: string;
  needed: boolean;
  /** The label is said, not shown: in lists. */
  bare?: boolean;
  /** Texts that may be referred to, as ${target.name}. */
  references?: readonly string[];
}

/** A value without parts: a text, a number, one of several words, yes or no; and whatever the form cannot take apart. */
export function Plain(props: Props) {
  const { field, value } = props;
  if (typeof value === "object" && value !== null) {
    return <Raw {...props} />;
  }
  const known = value === undefined || value === null;
  switch (field.look) {
    case "choice":
      return field.free ? <Text {...props} offers={field.words} /> : <Choice {...props} />;
    case "truth":
      return known || typeof value === "boolean" ? <Truth {...props} /> : <Text {...props} />;
    case "number":
      return known || typeof value === "number" ? <Number {...props} /> : <Text {...props} />;
    case "text":
      return <Text {...props} />;
    default:
      return known || typeof value !== "string" ? <Raw {...props} /> : <Text {...props} />;
  }
}

/** What all inputs say and are called. */
function useInput({ path, field, label, needed, bare }: Props) {
  const form = useForm();
  const id = idOf(pathText(path));
  const hint = firstSentence(field.description);
  const error = form.said(path);
  const shown = bare === true ? { "aria-label": label } : { label, description: hint === "" ? undefined : hint, withAsterisk: needed };
  return {
    form,
    common: { id, ...shown, error, inputWrapperOrder: order, size: "sm" as const },
    put: (value: unknown, fields?: readonly string[]) => (value === undefined ? form.clear(path) : form.change({ do: "set", path, value, ...(fields === undefined ? {} : { order: fields }) })),
  };
}

function Text(props: Props & { offers?: readonly string[] }) {
  const { name, value, field, references, offers, needed } = props;
  const { common, put } = useInput(props);
  const names = useNames(name);
  const shown = word(value);
  const write = (next: string) => put(next === "" && !needed && props.bare !== true ? undefined : next);
  const placeholder = field.fallback !== undefined ? t.otherwise(word(field.fallback)) : /duration/.test(field.form) ? t.duration : /moment/.test(field.form) ? t.moment : undefined;
  const more = { ...(placeholder === undefined ? {} : { placeholder }) };
  const open = references === undefined ? undefined : /\$\{[^}]*$/.exec(shown);
  const data = [...(offers ?? []), ...names, ...(open === undefined || open === null ? [] : (references ?? []).map((one) => shown.slice(0, open.index) + one))];
  if (data.length > 0 || references !== undefined) {
    return <Autocomplete {...common} {...more} value={shown} onChange={write} data={[...new Set(data)]} limit={12} comboboxProps={{ withinPortal: true }} />;
  }
  if (long.test(name) || shown.includes("\n")) {
    return <Textarea {...common} {...more} value={shown} onChange={(event) => write(event.currentTarget.value)} autosize minRows={1} maxRows={8} />;
  }
  return <TextInput {...common} {...more} value={shown} onChange={(event) => write(event.currentTarget.value)} />;
}

function Choice(props: Props) {
  const { field, value, needed } = props;
  const { common, put } = useInput(props);
  const present = value === undefined || value === null || value === "" ? null : word(value);
  const data = present === null || field.words.includes(present) ? field.words : [...field.words, present];
  return (
    <Select
      {...common}
      data={data}
      value={present}
      onChange={(next) => put(next ?? undefined)}
      clearable={!needed}
      allowDeselect={!needed}
      searchable={data.length > 8}
      placeholder={field.fallback === undefined ? (needed ? t.choose : t.unset) : t.otherwise(word(field.fallback))}
      clearButtonProps={{ "aria-label": t.clear(props.label) }}
    />
  );
}

function Truth(props: Props) {
  const { value, field, needed, path, label } = props;
  const { form, common, put } = useInput(props);
  const on = typeof value === "boolean" ? value : field.fallback === true;
  return (
    <Checkbox
      id={common.id}
      className={classes["truth"] ?? ""}
      label={label}
      description={firstSentence(field.description)}
      error={form.said(path)}
      checked={on}
      onChange={(event) => put(event.currentTarget.checked || needed || field.fallback === true ? event.currentTarget.checked : undefined)}
    />
  );
}

function Number(props: Props) {
  const { value, field } = props;
  const { common, put } = useInput(props);
  return (
    <NumberInput
      {...common}
      value={typeof value === "number" ? value : ""}
      onChange={(next) => (next === "" ? put(undefined) : typeof next === "number" ? put(next) : undefined)}
      allowDecimal={!field.whole}
      {...(field.least === undefined ? {} : { min: field.least })}
      {...(field.most === undefined ? {} : { max: field.most })}
      clampBehavior="none"
      placeholder={field.fallback === undefined ? "" : t.otherwise(word(field.fallback))}
    />
  );
}

/** What has a shape that the form does not know: as YAML, taken over when it can be read. */
function Raw(props: Props) {
  const { value, path } = props;
  const { form, common } = useInput(props);
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? (value === undefined ? "" : stringify(value, { lineWidth: 0 }).trimEnd());
  const read = parseDocument(shown, { logLevel: "silent" });
  const wrong = typed !== undefined && read.errors.length > 0;
  return (
    <Textarea
      {...common}
      error={wrong ? t.notRead : common.error}
      className={classes["raw"] ?? ""}
      value={shown}
      autosize
      minRows={2}
      onChange={(event) => {
        const next = event.currentTarget.value;
        const made = parseDocument(next, { logLevel: "silent" });
        setTyped(next);
        if (made.errors.length === 0) {
          if (next.trim() === "") {
            form.clear(path);
          } else {
            form.change({ do: "set", path, value: made.toJS() as unknown });
          }
        }
      }}
      onBlur={() => (wrong ? undefined : setTyped(undefined))}
    />
  );
}

/** The beginning of what the language says of a field; the rest stands in its reference. */
export function firstSentence(description: string): string {
  const end = description.search(/[.;] /);
  const first = end < 0 || description.length < 120 ? description : description.slice(0, end + 1);
  return first.replace(/;$/, ".");
}
