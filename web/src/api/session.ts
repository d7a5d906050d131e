import { useSyncExternalStore } from "react";

/*
 * Whether somebody is signed in. A request that is answered with 401 waits here
 * until somebody has signed in again; the page and what is typed in it stay.
 */
type Listener = () => void;

let ended = false;
let csrf: string | undefined;
let waiting: Listener[] = [];
const listeners = new Set<Listener>();

function tell() {
  for (const listener of listeners) {
    listener();
  }
}

/** Says that the server knows nobody; resolves when somebody has signed in. */
export function sessionEnded(): Promise<void> {
  if (!ended) {
    ended = true;
    csrf = undefined;
    tell();
  }
  return new Promise((resolve) => waiting.push(resolve));
}

/** Says that somebody has signed in: who waited goes on. */
export function sessionBegun(proof: string | undefined) {
  csrf = proof;
  ended = false;
  const go = waiting;
  waiting = [];
  tell();
  for (const resume of go) {
    resume();
  }
}

/** Keeps what proves that a request is made by this page; a token needs none. */
export function keepProof(proof: string | undefined) {
  csrf = proof;
}

/** What is sent as Tranship-Csrf with everything that changes something. */
export function proof(): string | undefined {
  return csrf;
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended,
  );
}
