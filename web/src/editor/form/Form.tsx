import { Button } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isMap } from "yaml";
import type { Defect } from "@/api/problem";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import type { Shape } from "../schema";
import { FormContext, idOf, sayings, type Shared } from "./context";
import { at, type Edit, edit, type Path, read } from "./edit";
import { fieldOf, fieldsOf, pathText } from "./field";
import classes from "./form.module.css";
import { Table } from "./Table";

const t = text.editor.formOf;

interface Props {
  root: Shape;
  value: string;
  change: (value: string) => void;
  defects: readonly Defect[];
  /** What the server says of all of it; above the defects. */
  message: string;
  /** A new document says its name here. */
  fresh: boolean;
  /** Shows a place in the YAML, where the form has no field for it. */
  toYaml: (line: number, column: number) => void;
}

/** A document as a form made from its schema. It writes into the same text as the YAML view, field by field. */
export default function Form({ root, value, change, defects, message, fresh, toYaml }: Props) {
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [wanted, setWanted] = useState<string>();
  const holder = useRef<HTMLDivElement>(null);
  const { document, readable } = useMemo(() => {
    const parsed = read(value);
    return { document: parsed.toJS() as unknown, readable: parsed.errors.length === 0 && isMap(parsed.contents) };
  }, [value]);
  const shared = useShared({ root, document, value, change, defects, folds, setFolds });
  useEffect(() => {
    if (wanted === undefined) {
      return;
    }
    const found = nearest(wanted);
    found?.scrollIntoView({ block: "center" });
    found?.focus();
  }, [wanted]);
  if (!readable) {
    return (
      <div className={`body stack ${classes["unreadable"] ?? ""}`}>
        <p>{text.editor.unreadable}</p>
        <div>
          <Button onClick={() => toYaml(defects[0]?.line ?? 1, defects[0]?.column ?? 1)}>{t.toYaml}</Button>
        </div>
      </div>
    );
  }
  const goTo = (defect: Defect) => {
    if (defect.path === undefined || defect.path === "") {
      toYaml(defect.line ?? 1, defect.column ?? 1);
      return;
    }
    setFolds((before) => new Map([...before, ...around(defect.path ?? "").map((path) => [path, true] as const)]));
    // Said anew each time, so that the same field can be gone to again.
    setWanted(undefined);
    requestAnimationFrame(() => setWanted(defect.path));
  };
  const whole = fieldOf(root, root, document);
  const spec = fieldsOf(whole, root, document).find((one) => one.name === "spec");
  const metadata = fieldsOf(whole, root, document).find((one) => one.name === "metadata");
  return (
    <FormContext value={shared}>
      <div className={classes["form"]} ref={holder}>
        {defects.length === 0 ? null : <Summary defects={defects} message={message} goTo={goTo} />}
        {metadata === undefined ? null : <Table field={metadata} path={["metadata"]} value={at(document, ["metadata"])} without={fresh ? ["revision"] : ["revision", "name"]} whole />}
        {spec === undefined ? <p className="bad">{shared.said(["kind"])}</p> : <Table field={spec} path={["spec"]} value={at(document, ["spec"])} whole />}
      </div>
    </FormContext>
  );
}

function useShared({ root, document, value, change, defects, folds, setFolds }: { root: Shape; document: unknown; value: string; change: (value: string) => void; defects: readonly Defect[]; folds: ReadonlyMap<string, boolean>; setFolds: (of: (before: ReadonlyMap<string, boolean>) => ReadonlyMap<string, boolean>) => void }): Shared {
  // Several changes of one event build on each other.
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  const make = useCallback(
    (one: Edit) => {
      latest.current = edit(latest.current, one);
      change(latest.current);
    },
    [change],
  );
  return useMemo(() => {
    const { said, within } = sayings(defects);
    return {
      root,
      document,
      change: make,
      clear: (path) => make(cleared(root, document, path)),
      said: (path) => said(pathText(path)),
      within: (path) => within(pathText(path)),
      unfolded: (path, otherwise) => folds.get(pathText(path)) ?? otherwise,
      unfold: (path, open) => setFolds((before) => new Map(before).set(pathText(path), open)),
    };
  }, [root, document, make, defects, folds, setFolds]);
}

/** Takes a value out, and every table and list around it that nothing is left in and that need not be there. */
export function cleared(root: Shape, document: unknown, path: Path): Edit {
  let gone = path;
  while (gone.length > 1) {
    const around = gone.slice(0, -1);
    const holder = at(document, around);
    const name = around[around.length - 1];
    const alone = typeof holder === "object" && holder !== null && Object.keys(holder).length === 1 && Object.hasOwn(holder, gone[gone.length - 1] ?? "");
    if (!alone || typeof name !== "string" || around.length === 1) {
      break;
    }
    if (needs(root, document, around)) {
      return { do: "set", path: around, value: Array.isArray(holder) ? [] : {} };
    }
    gone = around;
  }
  return { do: "remove", path: gone };
}

/** Whether the language needs the field at a path. */
function needs(root: Shape, document: unknown, path: Path): boolean {
  let field = fieldOf(root, root, document);
  let needed = true;
  path.forEach((key, i) => {
    const value = at(document, path.slice(0, i));
    if (typeof key === "number") {
      field = fieldOf(field.shapes.flatMap((shape) => (shape.items === undefined ? [] : [shape.items])), root, at(value, [key]));
      needed = true;
    } else {
      const found = fieldsOf(field, root, value).find((one) => one.name === key);
      needed = found?.needed === true;
      field = found ?? fieldOf(field.shapes.flatMap((shape) => (typeof shape.additionalProperties === "object" ? [shape.additionalProperties] : [])), root, at(value, [key]));
    }
  });
  return needed;
}

/** The paths of all that a place stands in, and its own. */
function around(path: string): string[] {
  const found = [path];
  for (let i = path.length - 1; i > 0; i--) {
    if (path[i] === "." || path[i] === "[") {
      found.push(path.slice(0, i));
    }
  }
  return found;
}

/** The field of a path, or the nearest part around it. */
function nearest(path: string): HTMLElement | null {
  for (const one of around(path)) {
    const found = globalThis.document.getElementById(idOf(one));
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function Summary({ defects, message, goTo }: { defects: readonly Defect[]; message: string; goTo: (defect: Defect) => void }) {
  return (
    <div className={classes["summary"]} role="alert">
      <p>
        <span className="bad">
          <Icon name="octagon" />
        </span>{" "}
        <span className="strong">{text.editor.defects(defects.length)}</span> <span className="ink2">{message}</span>
      </p>
      <ul>
        {defects.map((defect, i) => (
          <li key={i}>
            <button type="button" className={classes["go"]} onClick={() => goTo(defect)}>
              {defect.path === undefined || defect.path === "" ? text.editor.at(defect.file ?? "", defect.line ?? 1, defect.column ?? 1) : defect.path}
            </button>{" "}
            {defect.message}
            {defect.hint === undefined ? null : <span className="ink2">. {defect.hint}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
