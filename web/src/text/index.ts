import { en } from "./en";

/*
 * Every word of the interface stands in one catalogue: a language is one more
 * folder beside `en`, and `Catalogue` says what it must have. Pages import
 * `text` and never write words of their own.
 */
export type Catalogue = typeof en;
export const text: Catalogue = en;
