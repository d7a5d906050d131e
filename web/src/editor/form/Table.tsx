import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { text } from "@/text";
import { useForm, type Place } from "./context";
import { word } from "./edit";
import { begin, type Field, fieldsOf, type Named, wayOf, wordOf } from "./field";
import classes from "./form.module.css";
import { List } from "./List";
import { Names } from "./Names";
import { Plain } from "./Plain";
import { Section } from "./Section";

const t = text.editor.formOf;
const few = 6;

interface Props extends Place {
  field: Field;
  /** All fields are shown at once: the document's own. */
  whole?: boolean;
  /** Fields that stand elsewhere. */
  without?: readonly string[];
  references?: readonly string[] | undefined;
}

/** The fields of a table: those that are needed or set, and the others when they are asked for. */
export function Table({ field, path, value, whole = false, without = [], references }: Props) {
  const form = useForm();
  const [more, setMore] = useState(false);
  const fields = fieldsOf(field, form.root, value).filter((one) => !without.includes(one.name));
  const order = fields.map((one) => one.name);
  const set = (name: string) => typeof value === "object" && value !== null && (value as Record<string, unknown>)[name] !== undefined;
  const way = wayOf(fields);
  const taken = way?.fields.find(set);
  const alternatives = way?.fields ?? [];
  const ofWay = (one: Named) => alternatives.includes(one.name);
  const apt = fields.filter((one) => !ofWay(one) && (whole || more || one.needed || (one.name === "with" && one.look === "table") || set(one.name) || form.within([...path, one.name]) > 0));
  const all = fields.length <= few || (apt.length === 0 && taken === undefined);
  const shown = fields.filter((one) => (ofWay(one) ? one.name === taken : all || apt.includes(one)));
  const rest = fields.filter((one) => !shown.includes(one) && !alternatives.includes(one.name));
  const strangers = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).filter((name) => !without.includes(name) && !fields.some((one) => one.name === name)) : [];
  const choose = (name: string | null) => {
    const wanted = fields.find((one) => one.name === name);
    if (taken !== undefined && taken !== name) {
      form.change({ do: "remove", path: [...path, taken] });
    }
    if (wanted !== undefined && name !== taken) {
      const first = wanted.look === "list" ? [{}] : begin(wanted, form.root);
      form.change({ do: "set", path: [...path, wanted.name], value: first, order });
    }
  };
  return (
    <div className={classes["table"]}>
      {way === undefined ? null : (
        <Select
          label={t.way}
          data={[...(way.none === undefined ? [] : [{ value: "", label: t.ways[way.none] ?? "" }]), ...way.fields.map((name) => ({ value: name, label: t.ways[name] ?? name }))]}
          value={taken ?? (way.none === undefined ? null : "")}
          onChange={(next) => choose(next === "" ? null : next)}
          allowDeselect={false}
          placeholder={t.choose}
          maw={320}
        />
      )}
      {together(shown).map((group) =>
        Array.isArray(group) ? (
          <div key={group.map((one) => one.name).join()} className={classes["grid"]}>
            {group.map((one) => (
              <Plain key={one.name} field={one} name={one.name} label={wordOf(one.name, t.label)} needed={one.needed} path={[...path, one.name]} value={inside(value, one.name)} {...(references === undefined ? {} : { references })} />
            ))}
          </div>
        ) : (
          <Part key={group.name} field={group} path={[...path, group.name]} value={inside(value, group.name)} references={referencesOf(group) ?? references} />
        ),
      )}
      {strangers.map((name) => (
        <Stranger key={name} path={[...path, name]} name={name} value={inside(value, name)} />
      ))}
      {rest.length === 0 ? null : (
        <div>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setMore(true)} title={rest.map((one) => wordOf(one.name, t.label)).join(", ")}>
            {t.more(rest.length)}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A field with parts of its own. */
function Part({ field, path, value, references }: Place & { field: Named; references: readonly string[] | undefined }) {
  const form = useForm();
  const label = wordOf(field.name, t.label);
  if (field.look === "table") {
    return (
      <Section path={path} title={label} description={field.description} needed={field.needed} filled={value !== undefined} remove={field.needed || value === undefined ? undefined : () => form.clear(path)}>
        <Table field={field} path={path} value={value} references={references} />
      </Section>
    );
  }
  if (field.look === "names") {
    return <Names field={field} path={path} value={value} label={label} needed={field.needed} references={references} />;
  }
  return <List field={field} name={field.name} path={path} value={value} label={label} needed={field.needed} references={references} />;
}

/** What no field of the language is called: it is shown, and can be taken out. */
function Stranger({ path, name, value }: Place & { name: string }) {
  const form = useForm();
  const said = form.said(path);
  return (
    <div className={classes["stranger"]}>
      <div className="stack tight grow">
        <code>{name}</code>
        <span className="second cut">{word(value)}</span>
        {said === undefined ? null : <span className="bad">{said}</span>}
      </div>
      <Button size="compact-sm" onClick={() => form.clear(path)} aria-label={t.removeOf(name)}>
        {t.remove}
      </Button>
    </div>
  );
}

/** Fields without parts stand side by side. */
function together(fields: readonly Named[]): (Named | Named[])[] {
  const groups: (Named | Named[])[] = [];
  for (const field of fields) {
    const last = groups[groups.length - 1];
    if (field.look === "table" || field.look === "list" || field.look === "names") {
      groups.push(field);
    } else if (Array.isArray(last)) {
      last.push(field);
    } else {
      groups.push([field]);
    }
  }
  return groups;
}

function inside(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The references that a field's texts may hold, as its description lists them. */
function referencesOf(field: Named): readonly string[] | undefined {
  const found = field.shapes.flatMap((shape) => (shape.description?.includes("may refer to") === true ? (shape.description.match(/\$\{[a-zA-Z.]+\}/g) ?? []) : []));
  return found.length === 0 ? undefined : [...new Set(found)];
}

