// A version that somebody puts in from their browser: files, a folder or an archive;
// what breaks off goes on; and then it is admitted.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, open, openWindow, shoot, signedIn, violations } from "./window.mjs";

let house;
let browser;
let mara; // what the browser of the manager keeps

before(async () => {
  house = await House.begin();
  const one = (kind, name, spec) => ({ kind, metadata: { name }, spec });
  await house.apply([
    one("Person", "mara", { fullName: "Mara Lind" }),
    one("Person", "vera", { fullName: "Vera Stein" }),
    one("Component", "booking-api", { kind: "software", owner: "operations", description: "What passengers book." }),
    one("Component", "gate-controller", { kind: "software", owner: "operations" }),
  ]);
  for (const [name, role] of [["mara", "manager"], ["vera", "viewer"]]) {
    await house.invite(name, role);
  }
  mkdirSync(house.path("dist", "assets"), { recursive: true });
  writeFileSync(house.path("dist", "index.html"), "<h1>Book</h1>\n");
  writeFileSync(house.path("dist", "assets", "app.js"), "book();\n");
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

const adding = async (page, component) => {
  await open(page, `/library/${component}`);
  await page.getByRole("button", { name: "Add version" }).first().click();
  const dialog = page.getByRole("dialog", { name: `Add a version of ${component}` });
  await dialog.getByText("Drop files, a folder or an archive here").waitFor();
  return dialog;
};

describe("a version that is put in from the browser", () => {
  it("teaches both ways where there is none", async () => {
    for (const [look, { options }] of Object.entries(looks).slice(0, 3)) {
      const page = await openWindow(browser, house, { state: mara, ...options });
      await open(page, "/library/gate-controller");
      await page.getByText("No version yet").waitFor();
      await page.getByText("tranship library add gate-controller VERSION ./dist").waitFor();
      assert.deepEqual(await violations(page), [], look);
      await shoot(page, `library-none-${look}`);
      const dialog = await adding(page, "gate-controller");
      await dialog.locator("input[type=file]").first().setInputFiles([{ name: "gate-2.1.0.conf", mimeType: "text/plain", buffer: Buffer.from("port 1\n") }]);
      await dialog.getByText("gate-2.1.0.conf: 1 file, 7 B").waitFor();
      await dialog.getByText("A browser does not tell which files may be run").waitFor();
      assert.deepEqual(await violations(page), [], `${look}, the dialog`);
      await shoot(page, `library-put-${look}`);
      await page.context().close();
    }
  });

  it("is the same as a push of its files, says where it comes from, and is admitted", async () => {
    await house.command("library", "add", "booking-api", "2.0.0", house.path("dist"));
    const page = await openWindow(browser, house, { state: mara });
    const dialog = await adding(page, "booking-api");
    await dialog.locator("input[type=file]").last().setInputFiles(house.path("dist"));
    await dialog.getByText("dist: 2 files, 22 B").waitFor();
    await dialog.getByLabel("Version").fill("2.0.0");
    await dialog.getByText("2.0.0 is there already, and a version never changes.").waitFor();
    await dialog.getByLabel("Version").fill("2.1.0");
    await dialog.getByLabel("Revision of its source").fill("5f3c9d1e");
    await dialog.getByRole("button", { name: "Put in 2.1.0" }).click();
    await dialog.getByText("It has arrived whole, and waits in quarantine.").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "library-put-done-light");
    await dialog.getByRole("button", { name: "Admit…" }).click();
    const asked = page.getByRole("dialog", { name: "Admit booking-api 2.1.0?" });
    await asked.getByLabel("Reason").fill("built by the pipeline, looked at");
    await asked.getByRole("button", { name: "Admit", exact: true }).click();
    await page.getByRole("row", { name: /2\.1\.0.*Admitted/ }).waitFor();
    const [pushed, put] = await Promise.all(["2.0.0", "2.1.0"].map((version) => house.api("GET", `/api/v1/components/booking-api/versions/${version}`)));
    assert.equal(put.digest, pushed.digest, "the same content");
    assert.deepEqual(put.origin, { source: "dist", commit: "5f3c9d1e", way: "browser" });
    assert.equal(put.addedBy.name, "mara");
    assert.equal(pushed.origin.source, "dist", "a path on a machine is nobody's business");
    await open(page, "/library/booking-api/2.1.0/origin");
    await page.getByText("Put in with a browser").waitFor();
    assert.deepEqual(page.said, []);
    await page.context().close();
  });

  it("unpacks an archive, and keeps which files may be run", async () => {
    mkdirSync(house.path("tools", "bin"), { recursive: true });
    writeFileSync(house.path("tools", "bin", "serve"), "#!/bin/sh\n", { mode: 0o755 });
    execFileSync("tar", ["-C", house.path("tools"), "-czf", house.path("booking-api-3.0.0.tar.gz"), "bin"]);
    await house.command("library", "add", "booking-api", "3.0.0-pushed", house.path("tools"));
    const page = await openWindow(browser, house, { state: mara });
    const dialog = await adding(page, "booking-api");
    await dialog.locator("input[type=file]").first().setInputFiles(house.path("booking-api-3.0.0.tar.gz"));
    assert.equal(await dialog.getByLabel("Version").inputValue(), "3.0.0", "its name says it");
    assert.equal(await dialog.getByLabel("Unpack the archive").isChecked(), true);
    await dialog.getByRole("button", { name: "Put in 3.0.0" }).click();
    await dialog.getByText("It has arrived whole").waitFor();
    await dialog.getByRole("button", { name: "Look at its origin" }).click();
    await page.waitForURL(/\/library\/booking-api\/3\.0\.0\/origin/);
    const [pushed, put] = await Promise.all(["3.0.0-pushed", "3.0.0"].map((version) => house.api("GET", `/api/v1/components/booking-api/versions/${version}`)));
    assert.equal(put.digest, pushed.digest);
    await page.context().close();
  });

  it("goes on where it broke off, and can be given up", async () => {
    const page = await openWindow(browser, house, { state: mara });
    const dialog = await adding(page, "booking-api");
    let broken = 0;
    await page.route(/\/files\?path=b\.bin/, (route) => (broken++ === 0 ? route.abort("connectionreset") : route.continue()));
    const sent = [];
    page.on("request", (request) => request.method() === "PUT" && sent.push(new URL(request.url()).searchParams.get("path")));
    await dialog.locator("input[type=file]").first().setInputFiles(["a.bin", "b.bin"].map((name) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.alloc(100_000, name) })));
    await dialog.getByLabel("Version").fill("4.0.0");
    await dialog.getByRole("button", { name: "Put in 4.0.0" }).click();
    await dialog.getByText("Stopped", { exact: true }).waitFor();
    await dialog.getByText("100.0 kB of 200.0 kB").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "library-put-stopped-light");
    await dialog.getByRole("button", { name: "Go on" }).click();
    await dialog.getByText("It has arrived whole").waitFor();
    assert.deepEqual(sent, ["a.bin", "b.bin", "b.bin"], "what came is not sent again");
    await page.keyboard.press("Escape");

    await page.route(/\/files\?path=c\.bin/, () => undefined); // it hangs
    await open(page, "/library/gate-controller");
    await page.getByRole("button", { name: "Add version" }).first().click();
    const other = page.getByRole("dialog", { name: "Add a version of gate-controller" });
    await other.locator("input[type=file]").first().setInputFiles([{ name: "c.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(10) }]);
    await other.getByLabel("Version").fill("1.0.0");
    await other.getByRole("button", { name: "Put in 1.0.0" }).click();
    await other.getByText("c.bin", { exact: true }).waitFor();
    await other.getByRole("button", { name: "Stop" }).click();
    await other.getByText("it goes on where it stopped").waitFor();
    const gone = page.waitForResponse((response) => response.request().method() === "DELETE" && response.url().includes("/uploads/"));
    await other.getByRole("button", { name: "Give it up" }).click();
    assert.equal((await gone).status(), 204);
    await other.getByText("Drop files, a folder or an archive here").waitFor();
    await page.context().close();
  });

  it("says to whoever may not which role it takes, and who can grant it", async () => {
    const page = await openWindow(browser, house, { as: "vera" });
    const dialog = await adding(page, "booking-api");
    await dialog.locator("input[type=file]").first().setInputFiles([{ name: "a", mimeType: "text/plain", buffer: Buffer.from("a") }]);
    await dialog.getByLabel("Version").fill("9.0.0");
    await dialog.getByRole("button", { name: "Put in 9.0.0" }).click();
    await dialog.getByText("You need the role practitioner; admin can grant it.").waitFor();
    await page.context().close();
  });

  it("has nothing that axe finds in the menu of the header", async () => {
    for (const colorScheme of ["light", "dark"]) {
      const page = await openWindow(browser, house, { state: mara, colorScheme });
      await open(page, "/library");
      await page.locator("header [aria-haspopup=menu]").click();
      await page.getByRole("menuitem").first().waitFor();
      assert.deepEqual(await violations(page), [], colorScheme);
      await shoot(page, `header-menu-${colorScheme}`);
      await page.context().close();
    }
  });
});
