import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { sessionEnded } from "./session";
import { EventReader, type LiveEvent } from "./stream";
import { isPaced, Pacer } from "./pace";
import { staleAfter } from "./stale";

/*
 * One stream of the record for the whole tab. It tells the query cache what is
 * out of date, at most four times a second and never while it still asks, and
 * goes on after the last event that it saw when the connection comes back.
 */
export interface Connection {
  state: "live" | "catching up" | "lost";
  since?: Date;
  /** How many events were caught up when the connection came back; gone after a while. */
  caught?: number;
  /** The server's interface is of another build than this page. */
  newer: boolean;
}

const batch = 250;
const silence = 40_000;
const patience = 5_000;
const steps = [1_000, 2_000, 4_000, 8_000, 15_000];

export class Live {
  #queries: QueryClient;
  #pacer: Pacer;
  #last = "";
  #tries = 0;
  #due: LiveEvent[] = [];
  #stale: LiveEvent[] = [];
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;
  #wake: (() => void) | undefined;
  #stopped = false;
  #now: Connection = { state: "catching up", newer: false };
  #listeners = new Set<() => void>();
  #watchers = new Set<(events: LiveEvent[]) => void>();

  constructor(queries: QueryClient) {
    this.#queries = queries;
    this.#pacer = new Pacer(queries);
  }

  start() {
    this.#stopped = false;
    void this.#run();
  }

  stop() {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Tries now instead of in some seconds. */
  retry = () => {
    this.#wake?.();
  };

  get connection(): Connection {
    return this.#now;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hears every batch of events; for what draws them by itself. */
  watch(watcher: (events: LiveEvent[]) => void) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async #run() {
    while (!this.#isStopped()) {
      try {
        await this.#read();
      } catch {
        // No connection, or it broke: said by the state, and tried again below.
      }
      if (this.#isStopped()) {
        return;
      }
      if (this.#now.state !== "lost") {
        this.#say({ state: "lost", since: new Date(), newer: this.#now.newer });
      }
      await this.#pause(steps[Math.min(this.#tries++, steps.length - 1)] ?? 15_000);
    }
  }

  #isStopped() {
    return this.#stopped;
  }

  async #read() {
    this.#abort = new AbortController();
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.#last !== "") {
      headers["Last-Event-ID"] = this.#last;
    }
    const response = await fetch("/api/v1/events?brief=true", { headers, signal: this.#abort.signal });
    if (response.status === 401) {
      await sessionEnded();
      this.#tries = 0;
      return;
    }
    if (!response.ok || response.body === null) {
      throw new Error(response.statusText);
    }
    const back = this.#now.state === "lost";
    if (back && this.#last === "") {
      await this.#queries.invalidateQueries();
    }
    this.#tries = 0;
    this.#say({ state: back ? "catching up" : "live", newer: this.#now.newer || isNewer(response) });
    await this.#follow(response.body, back);
  }

  async #follow(body: ReadableStream<Uint8Array<ArrayBuffer>>, back: boolean) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    let caught = 0;
    let catching = back;
    const done = () => {
      catching = false;
      this.#say({ state: "live", caught, newer: this.#now.newer });
      setTimeout(() => this.#say({ state: this.#now.state, newer: this.#now.newer, ...(this.#now.since === undefined ? {} : { since: this.#now.since }) }), 6_000);
    };
    const settled = back ? setTimeout(done, 700) : undefined;
    let watch = setTimeout(() => void reader.cancel(), silence);
    try {
      for (;;) {
        const { value, done: over } = await reader.read();
        if (over) {
          return;
        }
        clearTimeout(watch);
        watch = setTimeout(() => void reader.cancel(), silence);
        const found = events.read(value);
        if (catching) {
          caught += found.length;
        }
        this.#take(found);
      }
    } finally {
      clearTimeout(watch);
      clearTimeout(settled);
    }
  }

  #take(events: LiveEvent[]) {
    const last = events.at(-1);
    if (last === undefined) {
      return;
    }
    this.#last = String(last.index);
    this.#due.push(...events);
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#flush(), batch);
    }
  }

  #flush() {
    this.#timer = undefined;
    const events = this.#due;
    this.#due = [];
    this.#pacer.take(events, staleAfter(events));
    this.#stale.push(...events);
    void this.#askAnew();
    for (const watcher of this.#watchers) {
      watcher(events);
    }
  }

  /*
   * Asks for what is out of date, and waits for it before it asks once more:
   * where much happens, an answer that takes longer than a batch would be given
   * up for the next one again and again, and never come. Then it rests for as
   * long, so that half of the time is left to whoever looks.
   */
  async #askAnew() {
    if (this.#asking) {
      return;
    }
    this.#asking = true;
    while (this.#stale.length > 0 && !this.#isStopped()) {
      const stale = staleAfter(this.#stale);
      this.#stale = [];
      const begun = performance.now();
      await Promise.race([this.#queries.invalidateQueries({ predicate: (query) => !isPaced(query) && stale(query.queryKey) }), rest(patience)]);
      await rest(Math.min(patience, performance.now() - begun));
    }
    this.#asking = false;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #say(next: Connection) {
    this.#now = next;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The build that this page is of; the server writes it into the page. */
function ownBuild(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="tranship-build"]')?.content;
}

function isNewer(response: Response): boolean {
  const theirs = response.headers.get("Tranship-Build");
  const own = ownBuild();
  return theirs !== null && own !== undefined && own !== "TRANSHIP_BUILD" && theirs !== own;
}

export function useConnection(live: Live): Connection {
  return useSyncExternalStore(live.subscribe, () => live.connection);
}
