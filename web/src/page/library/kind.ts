import { text } from "@/text";
import type { IconName } from "@/vocabulary/Icon";

const words: Readonly<Record<string, string>> = text.library.kinds;
const icons: Readonly<Record<string, IconName>> = { software: "software", hardware: "hardware", documentation: "sheet", licence: "licence", data: "database", process: "arrows" };

/** What a component is, as a word. */
export const kindWord = (kind: string): string => words[kind] ?? kind;
export const kindIcon = (kind: string): IconName => icons[kind] ?? "library";
