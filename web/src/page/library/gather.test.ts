import { describe, expect, it } from "vitest";
import { chosen, isArchive, nameOf, sourceName, unwrapped, versionIn } from "./gather";

const file = (name: string, below = ""): File => {
  const made = new File(["x"], name);
  Object.defineProperty(made, "webkitRelativePath", { value: below === "" ? "" : `${below}/${name}` });
  return made;
};
const paths = (list: Iterable<File>) => chosen(list).map(({ path }) => path);

describe("what is chosen", () => {
  it("has the paths that it has within its directory", () => {
    expect(paths([file("a", "dist"), file("b", "dist/css")])).toEqual(["a", "css/b"]);
    expect(paths([file("a"), file("b")])).toEqual(["a", "b"]);
    expect(paths([])).toEqual([]);
  });
  it("keeps two directories apart", () => {
    const two = [file("a", "one"), file("a", "two")].map((one) => ({ path: one.webkitRelativePath, file: one }));
    expect(unwrapped(two).map(({ path }) => path)).toEqual(["one/a", "two/a"]);
  });
  it("is called as its directory or its only file is", () => {
    expect(nameOf([file("a", "dist"), file("b", "dist/css")])).toBe("dist");
    expect(nameOf([file("web.zip")])).toBe("web.zip");
    expect(nameOf([file("a"), file("b")])).toBe("");
  });
  it("is an archive where its name says so", () => {
    expect(["a.tar", "a.tgz", "a.TAR.GZ", "a.zip"].every(isArchive)).toBe(true);
    expect(["a.gz", "tar", "a.txt"].some(isArchive)).toBe(false);
  });
  it("speaks of a version", () => {
    expect(["web-1.4.0.tar.gz", "web_2.0.zip", "v3.1.4", "web-1.4.0-rc.1.tgz", "web.zip", "dist", "web2"].map(versionIn)).toEqual(["1.4.0", "2.0", "3.1.4", "1.4.0-rc.1", "", "", ""]);
  });
});

describe("a source", () => {
  it("is not a path on somebody's machine", () => {
    expect(["/home/anna/dist", "C:\\Users\\anna\\web.zip", "~/dist/", "./dist", "dist", "oci://host/web:1", "/"].map(sourceName)).toEqual(["dist", "web.zip", "dist", "./dist", "dist", "oci://host/web:1", "/"]);
  });
});
