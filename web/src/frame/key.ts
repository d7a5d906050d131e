import { useLayoutEffect, useRef } from "react";

/*
 * Keys of the whole interface and of a page. They are off while somebody types,
 * and can be switched off altogether; every act is reachable by Tab as well.
 */
type Handler = (event: KeyboardEvent) => void;

const handlers = new Map<string, Handler[]>();
let before = "";
let beforeAt = 0;

const storage = "tranship.keys";

export function keysAreOn(): boolean {
  return localStorage.getItem(storage) !== "off";
}

export function switchKeys(on: boolean) {
  localStorage.setItem(storage, on ? "on" : "off");
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keysAreOn() || document.querySelector("[role=dialog]") !== null) {
    return;
  }
  const sequence = before !== "" && Date.now() - beforeAt < 1200 ? `${before} ${event.key}` : event.key;
  before = event.key === "g" && sequence === "g" ? "g" : "";
  beforeAt = Date.now();
  const handler = handlers.get(sequence)?.at(-1);
  if (handler !== undefined) {
    event.preventDefault();
    handler(event);
  }
});

/** A key, or two after each other ("g d"), from when the component is drawn and while it is there. */
export function useKey(key: string, handler: Handler) {
  const latest = useRef(handler);
  useLayoutEffect(() => {
    latest.current = handler;
  });
  useLayoutEffect(() => {
    const call: Handler = (event) => latest.current(event);
    handlers.set(key, [...(handlers.get(key) ?? []), call]);
    return () => {
      handlers.set(
        key,
        (handlers.get(key) ?? []).filter((other) => other !== call),
      );
    };
  }, [key]);
}
