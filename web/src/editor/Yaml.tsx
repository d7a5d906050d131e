import { autocompletion, type Completion, type CompletionContext, type CompletionResult, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Text } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useEffectEvent, useRef } from "react";
import { parseDocument } from "yaml";
import type { Defect } from "@/api/problem";
import { nonce } from "@/theme/nonce";
import { placeAt } from "./place";
import { fieldsAt, type Offer, opensAt, type Shape, valuesAt } from "./schema";

/** Where the cursor is put; each time a new one. */
export interface Aim {
  line: number;
  column: number;
}

interface Props {
  value: string;
  change: (value: string) => void;
  schema: Shape | undefined;
  defects: readonly Defect[];
  label: string;
  aim: Aim | undefined;
}

/** YAML with what the schema offers, and what the server found wrong. */
export default function Yaml({ value, change, schema, defects, label, aim }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const offers = useRef<Shape>(undefined);
  const changed = useEffectEvent(change);
  const first = useEffectEvent(() => ({ value, label }));

  useEffect(() => {
    if (holder.current === null) {
      return undefined;
    }
    const start = first();
    const made = new EditorView({
      parent: holder.current,
      state: EditorState.create({
        doc: start.value,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          lineNumbers(),
          foldGutter({ markerDOM: (open) => marker(open) }),
          history(),
          indentUnit.of("  "),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          yaml(),
          syntaxHighlighting(colours),
          autocompletion({ override: [(context) => complete(context, offers.current)], icons: false }),
          lintGutter(),
          // Tab leaves the editor; Escape and Tab would be needed otherwise.
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, { key: "Ctrl-]", run: indentWithTab.run ?? (() => false) }]),
          new Compartment().of(EditorView.contentAttributes.of({ "aria-label": start.label, spellcheck: "false" })),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              changed(update.state.doc.toString());
            }
          }),
          look,
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    offers.current = schema;
  }, [schema]);
  useEffect(() => {
    const made = view.current;
    if (made !== null) {
      made.dispatch(setDiagnostics(made.state, diagnostics(made.state.doc, defects)));
    }
  }, [defects]);
  useEffect(() => {
    const made = view.current;
    if (made !== null && made.state.doc.toString() !== value) {
      made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
    }
  }, [value]);
  useEffect(() => {
    const made = view.current;
    if (made !== null && aim !== undefined) {
      const at = position(made.state.doc, aim.line, aim.column);
      made.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      made.focus();
    }
  }, [aim]);
  return <div ref={holder} />;
}

function marker(open: boolean): HTMLElement {
  const span = document.createElement("span");
  span.textContent = open ? "⌄" : "›";
  return span;
}

function position(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(at.from + Math.max(column - 1, 0), at.to);
}

/** The defects that have a place, from there to the end of the word or line. */
function diagnostics(doc: Text, defects: readonly Defect[]): Diagnostic[] {
  return defects.flatMap((defect) => {
    if (defect.line === undefined || defect.line === 0) {
      return [];
    }
    const from = position(doc, defect.line, defect.column ?? 1);
    const line = doc.lineAt(from);
    return [{ from, to: Math.max(line.to, from), severity: "error" as const, message: [defect.message, defect.hint].filter(Boolean).join(". ") }];
  });
}

function complete(context: CompletionContext, schema: Shape | undefined): CompletionResult | null {
  if (schema === undefined) {
    return null;
  }
  const doc = context.state.doc;
  const line = doc.lineAt(context.pos);
  const lines = doc.toString().split("\n");
  const place = placeAt(lines, line.number - 1, context.pos - line.from);
  if (place === undefined) {
    return null;
  }
  const typed = line.text.slice(place.from, context.pos);
  if (typed === "" && !context.explicit && place.typing === "field") {
    return null;
  }
  const document: unknown = parseDocument(doc.toString(), { logLevel: "silent" }).toJS() as unknown;
  const offers = place.typing === "value" ? valuesAt(schema, document, [...place.path, place.key ?? ""]) : fieldsAt(schema, document, place.path);
  if (offers.length === 0) {
    return null;
  }
  const behind = /^[^\s:]*:/.test(line.text.slice(context.pos - line.from));
  return { from: line.from + place.from, options: offers.map((offer) => option(offer, place.typing === "value" || behind ? "" : opening(schema, document, [...place.path, offer.word], place.from))) };
}

/** What follows a field's name: its value, or a list or a table on the next line. */
function opening(schema: Shape, document: unknown, path: readonly (string | number)[], column: number): string {
  switch (opensAt(schema, document, path)) {
    case "list":
      return `:\n${" ".repeat(column + 2)}- `;
    case "table":
      return `:\n${" ".repeat(column + 2)}`;
    default:
      return ": ";
  }
}

function option(offer: Offer, after: string): Completion {
  return { label: offer.word, detail: offer.detail, apply: offer.word + after, ...(offer.info === "" ? {} : { info: offer.info }) };
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--ts-accent)" },
  { tag: [tags.string, tags.content], color: "var(--ts-ink)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--ts-ink-3)" },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: "var(--ts-ink-2)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ts-ink)", backgroundColor: "var(--ts-surface)", fontSize: "12px" },
  "&.cm-focused": { outline: "2px solid var(--ts-accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--ts-mono)", lineHeight: "19px" },
  ".cm-content": { minHeight: "320px", caretColor: "var(--ts-ink)" },
  ".cm-gutters": { backgroundColor: "var(--ts-surface)", color: "var(--ts-ink-3)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--ts-select) 55%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ts-ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": { backgroundColor: "var(--ts-accent-bg) !important" },
  ".cm-tooltip": { backgroundColor: "var(--ts-raised)", color: "var(--ts-ink)", border: "1px solid var(--ts-line-2)", borderRadius: "6px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--ts-select)", color: "var(--ts-ink)" },
  ".cm-completionDetail": { color: "var(--ts-ink-3)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "360px", padding: "8px", color: "var(--ts-ink-2)" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--ts-bad-solid)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--ts-bad-solid)", textUnderlineOffset: "3px" },
  ".cm-lint-marker-error": { content: "none", width: "8px", height: "8px", borderRadius: "4px", background: "var(--ts-bad-solid)", marginTop: "5px" },
});
