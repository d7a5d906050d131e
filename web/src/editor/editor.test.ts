import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { placeAt } from "./place";
import { fieldsAt, type Shape, valuesAt } from "./schema";

const text = `apiVersion: tranship.dev/v1
kind: Model
spec:
  flow:
    - environment: test
    - environment: live
      strategy:
        soak: 10m

  procedures:
  - kind: software
    install:
      - name: place
        uses: files
        with:
          path: shop
`;
const lines = text.split("\n");
const at = (row: number, column: number) => placeAt(lines, row, column);

describe("the place of the cursor", () => {
  it("is known by indentation", () => {
    expect(at(3, 4)?.path).toEqual(["spec"]);
    expect(at(4, 10)).toEqual({ path: ["spec", "flow", 0], typing: "field", from: 6 });
    expect(at(5, 19)).toEqual({ path: ["spec", "flow", 1], typing: "value", key: "environment", from: 19 });
    expect(at(7, 10)?.path).toEqual(["spec", "flow", 1, "strategy"]);
    expect(at(10, 7)?.path).toEqual(["spec", "procedures", 0]);
    expect(at(11, 6)?.path).toEqual(["spec", "procedures", 0]);
    expect(at(13, 14)).toEqual({ path: ["spec", "procedures", 0, "install", 0], typing: "value", key: "uses", from: 14 });
    expect(at(15, 12)?.path).toEqual(["spec", "procedures", 0, "install", 0, "with"]);
  });

  it("is that of the columns on an empty line", () => {
    const more = [...lines];
    more[8] = "        ";
    expect(placeAt(more, 8, 8)?.path).toEqual(["spec", "flow", 1, "strategy"]);
    more[8] = "      ";
    expect(placeAt(more, 8, 6)?.path).toEqual(["spec", "flow", 1]);
    more[8] = "    - ";
    expect(placeAt(more, 8, 6)?.path).toEqual(["spec", "flow", 2]);
  });

  it("is nowhere in a comment", () => {
    expect(placeAt(["a: b # note"], 0, 11)).toBeUndefined();
  });
});

const root: Shape = {
  properties: { kind: { enum: ["Model", "Window"] }, spec: {} },
  required: ["kind", "spec"],
  allOf: [{ if: { required: ["kind"], properties: { kind: { const: "Model" } } }, then: { $ref: "#/definitions/Model" } }],
  definitions: {
    Model: { properties: { spec: { properties: { flow: { type: "array", items: { $ref: "#/definitions/Stage" } }, onFailure: { type: "string", enum: ["guidance", "fail"], description: "What follows." } }, required: ["flow"] } } },
    Stage: { properties: { environment: { type: "string" }, soak: { type: "string" } }, required: ["environment"] },
  },
};

describe("what the schema offers", () => {
  const document: unknown = parse(text);
  it("follows references and what the kind decides, the needed first", () => {
    expect(fieldsAt(root, document, []).map((o) => o.word)).toEqual(["kind", "spec"]);
    expect(fieldsAt(root, document, ["spec"]).map((o) => [o.word, o.detail])).toEqual([["flow", "needed"], ["onFailure", "string"]]);
    expect(fieldsAt(root, document, ["spec", "flow", 1]).map((o) => o.word)).toEqual(["environment", "soak"]);
    expect(fieldsAt(root, { kind: "Window" }, ["spec"])).toEqual([]);
  });
  it("knows the values of a field", () => {
    expect(valuesAt(root, document, ["spec", "onFailure"]).map((o) => o.word)).toEqual(["guidance", "fail"]);
    expect(valuesAt(root, document, ["spec", "flow", 0, "environment"])).toEqual([]);
  });
});
