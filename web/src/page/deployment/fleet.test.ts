import { describe, expect, it } from "vitest";
import type { Schema } from "@/api/client";
import type { Deployment } from "./data";
import { blockTiles, countOf, domainTiles, drawingFor, fleetOf, lookAt, range, readLooks } from "./fleet";

const d = { header: { waves: [{ number: 1, size: 2, soak: "0s" }, { number: 2, size: 3, soak: "10m0s", domain: "site b" }] } } as Deployment;
const grid = {
  deployment: "D-1", revision: 7, state: "executing", total: 5, looks: "df2wu",
  waves: [
    { wave: 1, first: 0, total: 2, counts: {}, looks: { done: 1, failed: 1 } },
    { wave: 2, first: 2, total: 3, counts: {}, looks: { todo: 2, unknown: 1 } },
  ],
} as unknown as Schema["TargetGrid"];

describe("a fleet", () => {
  it("is read from letters with numbers before them", () => {
    expect([...readLooks("2d3wf", 6)]).toEqual([2, 2, 0, 0, 0, 3]);
    expect(readLooks("9998dfr", 10_000).length).toBe(10_000);
    expect(readLooks("9998dfr", 10_000)[9998]).toBe(3);
  });
  it("is counted by wave and in all", () => {
    const fleet = fleetOf(d, grid);
    expect(fleet.counts).toMatchObject({ done: 1, failed: 1, unknown: 1, todo: 2, running: 0 });
    expect(fleet.waves.map((wave) => [wave.first, wave.size, wave.soak, wave.domain])).toEqual([[0, 2, "0s", ""], [2, 3, "10m0s", "site b"]]);
    expect([0, 1, 2, 4].map((place) => lookAt(fleet, place))).toEqual(["done", "failed", "todo", "unknown"]);
    expect(countOf(fleet, [1, 4])).toMatchObject({ failed: 1, unknown: 1, todo: 0 });
  });
  it("is drawn by its size", () => {
    expect([24, 25, 600, 601, 4000, 4001].map(drawingFor)).toEqual(["rows", "cells", "cells", "small", "small", "tiles"]);
  });
});

describe("tiles", () => {
  it("hold the places of a failure domain, wherever they are", () => {
    expect(domainTiles([{ name: "a", total: 3, spans: [0, 2, 9, 1] }, { name: "", total: 1, spans: [4, 1] }], "no site")).toEqual([
      { key: "a", name: "a", places: [0, 1, 9] },
      { key: "-", name: "no site", places: [4] },
    ]);
  });
  it("are blocks of a wave where no label tells targets apart", () => {
    const tiles = blockTiles({ number: 2, first: 40, size: 90 }, (block) => `part ${block}`);
    expect(tiles.map((tile) => [tile.key, tile.name, tile.places.length, tile.places[0]])).toEqual([["2.1", "part 1", 40, 40], ["2.2", "part 2", 40, 80], ["2.3", "part 3", 10, 120]]);
    expect(range(3, 2)).toEqual([3, 4]);
  });
});
