/*
 * A dialog gives its first field the focus by a timer, and who opens it by a key
 * and types at once would lose the first letters. This gives it as soon as the
 * field stands there: after the dialog has seen who had the focus before, so that
 * they get it back.
 */
export function focusAtOnce(field: HTMLElement | null) {
  queueMicrotask(() => field?.focus({ preventScroll: true }));
}

/** The field of a dialog in which typing begins. */
export const firstField = { "data-autofocus": true, ref: focusAtOnce } as const;
