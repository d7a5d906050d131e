import { notifications } from "@mantine/notifications";
import { closeButtonProps } from "@/part/undo";
import { text } from "@/text";

/*
 * Escape closes a dialog. Where something stands typed in it that is kept nowhere, the
 * first Escape says so, and only the second closes it: no word is lost by one key.
 */
type Field = HTMLInputElement | HTMLTextAreaElement;

const typedIn = new WeakMap<Element, Set<Field>>();
const warned = new WeakSet<Element>();

const isField = (target: EventTarget | null): target is Field => target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !["checkbox", "radio", "file", "hidden"].includes(target.type));

/** The uppermost dialog that can be closed and keeps nothing of what is typed in it. */
function forgetful(): Element | undefined {
  const dialog = [...document.querySelectorAll(".mantine-Modal-content")].filter((one) => one.getClientRects().length > 0).at(-1);
  return dialog === undefined || dialog.querySelector(".mantine-Modal-close") === null || dialog.querySelector("[data-keeps]") !== null ? undefined : dialog;
}

const holdsWords = (dialog: Element) => [...(typedIn.get(dialog) ?? [])].some((field) => field.isConnected && field.value !== "");

function typed({ target }: Event) {
  const dialog = forgetful();
  if (dialog !== undefined && isField(target) && dialog.contains(target)) {
    typedIn.set(dialog, (typedIn.get(dialog) ?? new Set()).add(target));
    warned.delete(dialog);
  }
}

function escape(event: KeyboardEvent) {
  const { target } = event;
  // A list that is open in the dialog closes first.
  if (event.key !== "Escape" || event.isComposing || (target instanceof Element && (target.getAttribute("aria-expanded") === "true" || target.getAttribute("data-mantine-stop-propagation") === "true"))) {
    return;
  }
  const dialog = forgetful();
  if (dialog !== undefined && holdsWords(dialog) && !warned.has(dialog)) {
    warned.add(dialog);
    event.stopImmediatePropagation();
    event.preventDefault();
    notifications.show({ id: "typed", message: text.frame.escapeAgain, closeButtonProps });
  }
}

/** Begins to watch, before any dialog listens at the same place; what it gives back ends that. */
export function guardTyped(): () => void {
  window.addEventListener("input", typed, true);
  window.addEventListener("keydown", escape, true);
  return () => {
    window.removeEventListener("input", typed, true);
    window.removeEventListener("keydown", escape, true);
  };
}
