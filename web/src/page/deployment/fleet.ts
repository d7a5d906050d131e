import type { Schema } from "@/api/client";
import type { Deployment } from "./data";

/** How a target is drawn. One byte each: the number is the place in `looks`. */
export const looks = ["todo", "running", "done", "failed", "unknown", "held", "skipped"] as const;
export type Look = (typeof looks)[number];
export type Counts = Record<Look, number>;

const letters: Record<string, number> = { w: 0, r: 1, d: 2, f: 3, u: 4, s: 5, g: 6 };

export interface Wave {
  number: number;
  /** The place of its first target among all, and how many there are. */
  first: number;
  size: number;
  soak: string;
  domain: string;
  counts: Counts;
}

/** All targets of a deployment as they stand: a byte each, in the order of waves and names. */
export interface Fleet {
  revision: number;
  total: number;
  looks: Uint8Array;
  waves: Wave[];
  counts: Counts;
}

export function none(): Counts {
  return { todo: 0, running: 0, done: 0, failed: 0, unknown: 0, held: 0, skipped: 0 };
}

/** Reads "40d2rf": a letter for each target, with a number before it for so many alike. */
export function readLooks(runs: string, total: number): Uint8Array {
  const found = new Uint8Array(total);
  let at = 0;
  for (const [, number = "", letter = ""] of runs.matchAll(/(\d*)([a-z])/g)) {
    const end = at + (number === "" ? 1 : Number(number));
    found.fill(letters[letter] ?? 0, at, end);
    at = end;
  }
  return found;
}

/** The fleet from what the server says, with the waves of the plan. */
export function fleetOf(d: Pick<Deployment, "header">, grid: Schema["TargetGrid"]): Fleet {
  const counts = none();
  const planned = new Map(d.header.waves.map((wave) => [wave.number, wave]));
  const waves = grid.waves.map((wave): Wave => {
    const own = { ...none(), ...wave.looks };
    for (const look of looks) {
      counts[look] += own[look];
    }
    return { number: wave.wave, first: wave.first, size: wave.total, soak: planned.get(wave.wave)?.soak ?? "0s", domain: planned.get(wave.wave)?.domain ?? "", counts: own };
  });
  return { revision: grid.revision, total: grid.total, looks: readLooks(grid.looks, grid.total), waves, counts };
}

export function lookAt(fleet: Fleet, place: number): Look {
  return looks[fleet.looks[place] ?? 0] ?? "todo";
}

export const wrong = ["failed", "unknown", "held"] as const satisfies readonly Look[];

export function isWrong(look: Look): boolean {
  return look === "failed" || look === "unknown" || look === "held";
}

/** Fleets are drawn by how many targets there are. */
export type Drawing = "rows" | "cells" | "small" | "tiles";

export function drawingFor(targets: number): Drawing {
  if (targets <= 24) {
    return "rows";
  }
  if (targets <= 600) {
    return "cells";
  }
  return targets <= 4000 ? "small" : "tiles";
}

/** Places in the grid from one on. */
export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** A tile: a failure domain, or where there are none a block of a wave. */
export interface Tile {
  key: string;
  name: string;
  places: number[];
}

/** How many targets a block has, where no label tells them apart. */
const perBlock = 40;

/** The tiles of failure domains: each with the places of its targets. */
export function domainTiles(domains: readonly Schema["GridDomain"][], without: string): Tile[] {
  return domains.map((domain) => {
    const places: number[] = [];
    for (let i = 0; i + 1 < domain.spans.length; i += 2) {
      places.push(...range(domain.spans[i] ?? 0, domain.spans[i + 1] ?? 0));
    }
    return { key: domain.name === "" ? "-" : domain.name, name: domain.name === "" ? without : domain.name, places };
  });
}

/** The tiles of a wave whose targets no label tells apart. */
export function blockTiles(wave: Pick<Wave, "number" | "first" | "size">, name: (block: number) => string): Tile[] {
  return range(0, Math.ceil(wave.size / perBlock)).map((block) => ({
    key: `${wave.number}.${block + 1}`,
    name: name(block + 1),
    places: range(wave.first + block * perBlock, Math.min(perBlock, wave.size - block * perBlock)),
  }));
}

/** How many of some places look how. */
export function countOf(fleet: Fleet, places: readonly number[]): Counts {
  const counts = none();
  for (const place of places) {
    counts[lookAt(fleet, place)]++;
  }
  return counts;
}

/** The targets that somebody selected, by name, with how they looked then. */
export type Chosen = ReadonlyMap<string, Look>;

/** The selection with a target more, or less where it was in it. */
export function toggled(chosen: Chosen, name: string, look: Look): Chosen {
  const next = new Map(chosen);
  if (!next.delete(name)) {
    next.set(name, look);
  }
  return next;
}
