import { ActionIcon, Button } from "@mantine/core";
import { text } from "@/text";
import { word } from "./edit";
import { Icon } from "@/vocabulary/Icon";
import { type Place, useForm } from "./context";
import { begin, type Field, itemOf, titleOf } from "./field";
import classes from "./form.module.css";
import { Names } from "./Names";
import { Plain } from "./Plain";
import { Section } from "./Section";
import { Table } from "./Table";

const t = text.editor.formOf;

interface Props extends Place {
  field: Field;
  name: string;
  label: string;
  needed: boolean;
  references: readonly string[] | undefined;
}

/** A list: its entries in their order, which can be added, moved and taken out. */
export function List({ field, name, path, value, label, needed, references }: Props) {
  const form = useForm();
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    return <Plain field={{ ...field, look: "any" }} name={name} label={label} needed={needed} path={path} value={value} />;
  }
  const items = (value ?? []) as unknown[];
  const add = () => {
    const fresh = begin(itemOf(field, form.root, undefined), form.root);
    form.change({ do: "insert", path, at: items.length, value: fresh });
    form.unfold(path, true);
    form.unfold([...path, items.length], true);
  };
  const tables = items.some((one) => typeof one === "object" && one !== null);
  return (
    <Section
      path={path}
      title={label}
      holds={items.length === 0 ? "" : tables ? `${String(items.length)}: ${items.map(titleOf).join("; ")}` : items.map(word).join(", ")}
      description={field.description}
      needed={needed}
      filled={items.length > 0}
      acts={
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<Icon name="plus" size={12} />} onClick={add} aria-label={t.addTo(label)}>
          {t.add}
        </Button>
      }
    >
      {items.length === 0 ? <p className="ink3">{t.none}</p> : null}
      {items.map((one, i) => (
        <Entry key={i} field={field} name={name} label={label} path={path} at={i} of={items.length} value={one} references={references} />
      ))}
    </Section>
  );
}

function Entry({ field, name, label, path, at, of, value, references }: Place & { field: Field; name: string; label: string; at: number; of: number; references: readonly string[] | undefined }) {
  const form = useForm();
  const here = [...path, at];
  const item = itemOf(field, form.root, value);
  const title = t.entry(label, at + 1);
  const remove = () => (of === 1 ? form.clear(path) : form.change({ do: "remove", path: here }));
  const move = (to: number) => form.change({ do: "move", path, from: at, to });
  const acts = (
    <span className={classes["acts"]}>
      {of === 1 ? null : (
        <>
      <ActionIcon variant="subtle" color="gray" disabled={at === 0} onClick={() => move(at - 1)} aria-label={t.up(title)} title={t.upWord}>
        <span className={classes["up"]}>
          <Icon name="down" size={14} />
        </span>
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" disabled={at === of - 1} onClick={() => move(at + 1)} aria-label={t.down(title)} title={t.downWord}>
        <Icon name="down" size={14} />
      </ActionIcon>
        </>
      )}
      <ActionIcon variant="subtle" color="gray" onClick={remove} aria-label={t.removeOf(title)} title={t.remove}>
        <Icon name="cross" size={14} />
      </ActionIcon>
    </span>
  );
  if (item.look === "table" || item.look === "names") {
    return (
      <Section path={here} title={`${String(at + 1)}. ${titleOf(value)}`} filled folded={of > 1} acts={acts}>
        {item.look === "table" ? <Table field={item} path={here} value={value} references={references} /> : <Names field={item} path={here} value={value} label={title} needed references={references} />}
      </Section>
    );
  }
  return (
    <div className={classes["entry"]}>
      <div className="grow">
        <Plain field={item.look === "list" ? { ...item, look: "any" } : item} name={name} label={title} needed bare path={here} value={value} {...(references === undefined ? {} : { references })} />
      </div>
      {acts}
    </div>
  );
}
