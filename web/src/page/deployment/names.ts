import { useEffect, useMemo, useSyncExternalStore } from "react";
import { api, ask, type Schema } from "@/api/client";

const chunk = 1000;

/**
 * The names of a fleet's targets by their places. They are asked for when they are
 * first wanted, a thousand at once, and never change while a deployment has its plan.
 */
export class Names {
  #id: string;
  #names: (string | undefined)[] = [];
  #places = new Map<string, number>();
  #coming = new Map<number, Promise<Schema["GridNames"]>>();
  #listeners = new Set<() => void>();
  #version = 0;

  constructor(id: string) {
    this.#id = id;
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  version = () => this.#version;

  /** The name at a place; undefined until it has come. */
  at(place: number): string | undefined {
    return this.#names[place];
  }

  /** The place of a name, when it has come. */
  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }

  /** Has the names at these places come in, and gives them in that order. */
  async load(places: readonly number[]): Promise<string[]> {
    const chunks = new Set(places.map((place) => Math.floor(place / chunk)));
    await Promise.all([...chunks].map((one) => this.#load(one)));
    return places.flatMap((place) => this.#names[place] ?? []);
  }

  /** Asks for the names at these places, where nobody has. */
  want(places: readonly number[]) {
    for (const one of new Set(places.map((place) => Math.floor(place / chunk)))) {
      if (!this.#coming.has(one)) {
        this.#load(one).catch(() => undefined);
      }
    }
  }

  async #load(one: number) {
    let coming = this.#coming.get(one);
    if (coming === undefined) {
      coming = ask(api.GET("/api/v1/deployments/{deployment}/grid/names", { params: { path: { deployment: this.#id }, query: { from: one * chunk, limit: chunk } } }));
      this.#coming.set(one, coming);
      // What did not come is asked for again when it is next wanted.
      coming.catch(() => this.#coming.delete(one));
    }
    const { from, names } = await coming;
    if (this.#names[from] !== names[0] || names.length === 0) {
      names.forEach((name, i) => {
        this.#names[from + i] = name;
        this.#places.set(name, from + i);
      });
      this.#version++;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}

/** The names of a deployment's targets; small fleets get all at once. */
export function useNames(id: string, total: number): Names {
  const names = useMemo(() => new Names(id), [id]);
  useSyncExternalStore(names.subscribe, names.version);
  useEffect(() => {
    if (total > 24 && total <= 600) {
      names.want([0]);
    }
  }, [names, total]);
  return names;
}
