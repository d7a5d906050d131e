// What was where: the history of a target, also of one that was taken away; drift
// answered for many targets at once; the overview of a past moment, and its width.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, open, openWindow, shoot, signedIn, violations } from "./window.mjs";

const closed = (d) => d.state === "closed";
const hosts = (from, many) => Array.from({ length: many }, (_, i) => from + i).map((n) => `gate-${["hel", "tku", "maa"][(n - 1) % 3]}-${String(n).padStart(3, "0")}`);
const gone = hosts(31, 9); // from which somebody took the component
const edited = hosts(41, 3); // on which somebody edited the same file
const refuses = "gate-hel-001";

let house;
let browser;
let mara;
const ids = {};
let asked; // a moment at which a deployment waited for a person, and live was frozen

const drifts = async () => (await house.api("GET", "/api/v1/drifts?environment=terminals&limit=1000")).items;
const environment = (name, order) => ({ kind: "Environment", metadata: { name }, spec: { purpose: "live", order, owner: "operations" } });
const freeze = (until) => ({ kind: "Freeze", metadata: { name: "ledger-close" }, spec: { kind: "hard", description: "The ledger closes.", appliesTo: { environments: ["live"] }, when: { start: "2020-01-01T00:00", end: until, zone: "UTC" } } });

before(async () => {
  house = await House.begin();
  await house.furnish();
  await house.apply([environment("ports", 5), { kind: "Target", metadata: { name: "port-1" }, spec: { environment: "ports", kind: "host", agent: "here" } }, freeze("2090-01-01T00:00")]);
  for (const place of ["test", "staging", "terminals"]) {
    ids.first = await house.request("gate-controller@4.7.2", place);
    await house.until(ids.first, (d) => closed(d) && d.result === "succeeded");
  }
  for (const place of ["test", "staging"]) {
    await house.until(await house.request("gate-controller@4.8.0", place), closed);
  }
  mkdirSync(house.path("hosts", refuses), { recursive: true });
  writeFileSync(house.path("hosts", refuses, "refuse"), "");
  ids.stuck = await house.request("gate-controller@4.8.0", "terminals", { reason: "New barrier timing" });
  await house.until(ids.stuck, (d) => d.state === "awaiting-guidance");
  asked = new Date().toISOString();
  rmSync(house.path("hosts", refuses, "refuse"));
  await house.api("POST", `/api/v1/deployments/${ids.stuck}/guidance`, { advice: "remediate", reason: "The port is held" });
  await house.until(ids.stuck, closed);
  await house.apply([freeze("2020-02-01T00:00")]);
  for (const name of gone) {
    rmSync(house.path("hosts", name, "gate-controller"), { recursive: true, force: true });
  }
  for (const name of edited) {
    writeFileSync(house.path("hosts", name, "gate-controller", "current", "gate.conf"), "version 4.7.2, by hand\n");
  }
  await house.command("drift", "check", "terminals");
  for (let i = 0; i < 300 && (await drifts()).length < gone.length + edited.length; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await house.api("DELETE", "/api/v1/documents/Target/port-1");
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

describe("every look of what was", () => {
  for (const [look, { options, filter }] of Object.entries(looks)) {
    it(`has nothing that axe finds, and is not too wide: ${look}`, async () => {
      const page = await openWindow(browser, house, { state: mara, ...options });
      for (const [name, path] of [
        ["target-history", `/environments/terminals/targets/${refuses}?tab=history`],
        ["target-history-past", `/environments/terminals/targets/${refuses}?at=${encodeURIComponent(asked)}`],
        ["drift-alike", "/environments/terminals?tab=drift"],
        ["overview-six", "/overview"],
        ["overview-then", `/overview?at=${encodeURIComponent(asked)}`],
        ["overview-then-card", `/overview?at=${encodeURIComponent(asked)}&cell=gate-controller~terminals`],
      ]) {
        await open(page, path);
        await page.evaluate((filter) => (document.documentElement.style.filter = filter), filter ?? "");
        await shoot(page, `${name}-${look}`);
        if (look === "light" || look === "dark") {
          assert.deepEqual(await violations(page), [], `${path} in ${look}`);
        }
        if (look === "phone") {
          await page.setViewportSize({ width: 320, height: 700 });
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, `${path} is too wide at 320 px`);
          await page.setViewportSize(options.viewport);
        }
      }
      assert.deepEqual(page.said, []);
      await page.context().close();
    });
  }
});

describe("the history of a target", () => {
  it("says what happened, newest first, and what stood there at a moment by whose authority", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, `/environments/terminals/targets/${refuses}`);
    await page.getByRole("tab", { name: "History" }).click();
    const happened = page.getByRole("table", { name: "What happened to it" });
    await happened.getByRole("link", { name: `${ids.stuck} Install gate-controller@4.8.0` }).waitFor();
    const rows = await happened.getByRole("row").allInnerTexts();
    assert.match(rows[1], /Brought back/);
    assert.match(rows[1], /New barrier timing/);
    assert.match(rows[2], new RegExp(`${ids.first} Install gate-controller@4.7.2`));
    assert.match(rows[2], /Done/);
    assert.match(rows.at(-1), /may enrol/);
    assert.match(await page.getByRole("table", { name: "What stands on it" }).innerText(), /gate-controller\s+4\.7\.2/);

    await happened.getByRole("button", { name: new RegExp(`^What was then *: ${ids.first} Install`) }).click();
    await page.waitForURL(/at=/);
    await page.getByText("You are looking at").waitFor();
    const stood = page.getByRole("table", { name: "What stood on it" });
    await stood.getByRole("link", { name: ids.first }).waitFor();
    assert.equal(await happened.getByText(ids.stuck).count(), 0, "it had not happened yet");
    await page.goto(`/environments/terminals/targets/${refuses}?at=${encodeURIComponent(asked)}`);
    assert.match(await happened.getByRole("row").nth(1).innerText(), /Failed/);
    await happened.getByRole("row").nth(1).getByText("exit code 1", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Back to now" }).click();
    await page.getByText("Brought back").waitFor();
    assert.deepEqual(page.said, []);
    await page.context().close();
  });

  it("outlives the target", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/environments/ports/targets/port-1");
    await page.getByText("This target was taken away").waitFor();
    await page.getByText("Added to the environment").first().waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "target-removed-light");
    await page.context().close();
  });
});

describe("the overview", () => {
  it("says of a past moment what was under way then, and shades what was frozen then", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, `/overview?at=${encodeURIComponent(asked)}`);
    const cell = page.getByRole("button", { name: /^gate-controller, terminals: / });
    await cell.getByText("Wave 1 of 3").waitFor();
    await page.getByRole("columnheader", { name: /live.*Frozen until/ }).waitFor();
    await page.getByText("Frozen by ledger-close: The ledger closes.").first().waitFor({ state: "attached" });
    await cell.click();
    await page.getByRole("dialog").getByText("Awaiting guidance, Wave 1 of 3").waitFor();
    await open(page, "/overview");
    assert.equal(await page.getByRole("columnheader", { name: /Frozen until/ }).count(), 0, "it was lifted");
    const shaded = page.locator("svg[role=img] rect title", { hasText: "ledger-close" });
    await shaded.first().waitFor({ state: "attached" });
    const until = await shaded.first().evaluate((title) => Number(title.parentElement.getAttribute("x")) + Number(title.parentElement.getAttribute("width")));
    assert.ok(until < 168, `its shade goes on until hour ${until} of 168, though it was lifted`);
    await page.context().close();
  });

  it("fits six environments into 1440 px, and keeps its first column where there are more than eight", async () => {
    const page = await openWindow(browser, house, { state: mara });
    const matrix = page.getByRole("table", { name: "Overview" });
    const over = () => matrix.evaluate((table) => table.parentElement.scrollWidth - table.parentElement.clientWidth);
    await open(page, "/overview");
    await matrix.waitFor();
    assert.equal(await matrix.getByRole("columnheader").count(), 7);
    assert.ok((await over()) <= 0, `six environments are ${await over()} px too wide`);
    await house.apply(["north", "south", "east", "west"].map((name, i) => environment(name, 10 + i)));
    await open(page, "/overview");
    await matrix.getByRole("columnheader", { name: /west/ }).waitFor();
    assert.ok((await over()) > 0, "ten environments scroll");
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, "the page itself does not");
    await matrix.evaluate((table) => table.parentElement.scrollTo({ left: 400 }));
    const left = async (locator) => (await locator.boundingBox()).x;
    assert.ok(Math.abs((await left(matrix.getByRole("rowheader", { name: "gate-controller" }))) - (await left(matrix.locator("..")))) < 4, "the first column stays");
    await shoot(page, "overview-ten-light");
    await page.context().close();
  });
});

describe("a target", () => {
  it("is made of an agent that has just enrolled, by one copied command", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/environments/ports");
    await page.getByText("No target yet").waitFor();
    await page.locator("main").getByRole("button", { name: "Enrol an agent" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name of the agent").fill("port-2");
    await dialog.getByRole("button", { name: "Make the command" }).click();
    await dialog.getByText("Waiting for port-2").waitFor();
    const command = await dialog.locator("code").first().innerText();
    assert.match(command, /^tranship agent enrol --server http\S+ --token tse_\S+ --name port-2 && tranship agent$/);
    assert.deepEqual(await violations(page), []);
    await shoot(page, "enrol-light");
    await house.command(...command.split(" && ")[0].split(" ").slice(1), "--state", house.path("port-2"));
    await dialog.getByText("port-2 has enrolled.").waitFor();
    await dialog.getByRole("link", { name: "Make port-2 a target here" }).click();
    await page.getByRole("heading", { name: "New target in ports" }).waitFor();
    await page.getByRole("button", { name: "Create" }).click();
    await page.waitForURL(/\/environments\/ports\/targets\/port-2$/);
    assert.equal((await house.api("GET", "/api/v1/targets/port-2")).environment, "ports");
    await page.context().close();
  });
});

describe("drift", () => {
  it("is seen on the page of its target, beside what is recorded there", async () => {
    for (const [look, { options }] of Object.entries(looks)) {
      const page = await openWindow(browser, house, { state: mara, ...options });
      await open(page, `/environments/terminals/targets/${edited[0]}`);
      const there = page.getByRole("region", { name: "What is there" });
      await there.getByText("Drifted", { exact: true }).waitFor();
      assert.deepEqual(look === "light" || look === "dark" ? await violations(page) : [], []);
      await shoot(page, `target-drifted-${look}`);
      await there.getByRole("link", { name: "1 drift" }).click();
      await page.waitForURL(/\/environments\/terminals\?tab=drift$/);
      await page.context().close();
    }
  });

  it("is accepted only by whom the environment names", async () => {
    const terminals = environment("terminals", 4);
    const acceptedBy = (group) => ({ ...terminals, spec: { ...terminals.spec, inspection: { acceptedBy: [group] } } });
    await house.apply([{ kind: "Group", metadata: { name: "customs" }, spec: { members: ["petra"] } }, acceptedBy("customs")]);
    for (const [look, { options }] of Object.entries(looks)) {
      const page = await openWindow(browser, house, { state: mara, ...options });
      await open(page, "/environments/terminals?tab=drift");
      await page.getByText("What was found is accepted here by members of customs; whoever may deploy repairs it. You need a seat there.").waitFor();
      await page.getByText("can give it").waitFor();
      await page.getByRole("button", { name: /^Repair/ }).first().waitFor();
      assert.equal(await page.getByRole("button", { name: /^Accept/ }).count(), 0);
      assert.deepEqual(await violations(page), []);
      await shoot(page, `drift-not-mine-${look}`);
      await page.context().close();
    }
    await house.apply([acceptedBy("booking-operations")]); // in which she sits
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/environments/terminals?tab=drift");
    await page.getByRole("button", { name: /^Accept/ }).first().waitFor();
    assert.equal(await page.getByText("You need a seat there.").count(), 0);
    await page.context().close();
    await house.apply([terminals]);
  });

  it("is grouped by cause and answered for exactly what is chosen", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/environments/terminals?tab=drift");
    const groups = page.getByRole("list", { name: "Drift" }).locator("> li");
    await groups.first().getByText(`on ${gone.length} targets, the same difference`).waitFor();
    assert.equal(await groups.count(), 2);
    await groups.nth(1).getByText(`on ${edited.length} targets, the same difference`).waitFor();
    await groups.nth(1).getByText("file gate.conf").waitFor();

    // By key and by box: two of the many.
    await groups.first().getByRole("button", { name: `Show the ${gone.length} targets` }).click();
    await groups.first().getByRole("link", { name: gone[0] }).focus();
    await page.keyboard.press("x");
    await groups.first().getByRole("checkbox", { name: new RegExp(`on ${gone[1]}$`) }).check();
    await page.getByText("2 selected").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "drift-chosen-light");
    const bar = page.getByLabel("What is selected");
    await bar.getByRole("button", { name: "Accept 2…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Accept 2", exact: true }).click();
    await dialog.getByText("reason", { exact: false }).first().waitFor();
    await dialog.getByRole("textbox").fill("These gates are closed for good");
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole("button", { name: "Accept 2", exact: true }).click();
    await groups.first().getByText(`on ${gone.length - 2} targets, the same difference`).waitFor();
    assert.deepEqual((await drifts()).map((d) => d.target).sort(), [...gone.slice(2), ...edited].sort(), "only these two are accepted");

    // One answer for all with one cause.
    await groups.nth(1).getByRole("button", { name: `Repair ${edited.length}…` }).click();
    await dialog.getByRole("textbox").fill("Nobody edits by hand");
    await dialog.getByRole("button", { name: `Repair ${edited.length}`, exact: true }).click();
    await page.getByText("Asked for: D-").waitFor();
    const repairs = [...new Set((await drifts()).map((d) => d.repair).filter((id) => id !== undefined))];
    if (repairs.length > 0) {
      const d = await house.api("GET", `/api/v1/deployments/${repairs[0]}`);
      assert.equal(d.header.targetCount, edited.length);
    }
    assert.deepEqual(page.said, []);
    await page.context().close();
  });
});
