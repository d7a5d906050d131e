// What people do with a deployment under way: pause, resume, cancel, cancel at once, roll back; and all of it by keys alone.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { House, password } from "./house.mjs";
import { leave, open, openBrowser, openWindow, shoot, violations } from "./window.mjs";

let house;
let browser;
let page;
const closed = (d) => d.state === "closed";
const yard = ["yard-1", "yard-2", "yard-3"];

// A step of the crane lasts until a file says that it may end: the test decides when.
const documents = [
  { kind: "Environment", metadata: { name: "yard" }, spec: { purpose: "live", order: 5, owner: "operations" } },
  ...yard.map((name) => ({ kind: "Target", metadata: { name }, spec: { environment: "yard", kind: "host", agent: "here" } })),
  { kind: "Component", metadata: { name: "crane" }, spec: { kind: "software", owner: "operations", service: "boarding" } },
  {
    kind: "Model",
    metadata: { name: "crane" },
    spec: {
      appliesTo: { components: ["crane"] },
      flow: [{ environment: "yard", strategy: { waves: [{ count: 1 }, { percent: 100 }] } }],
      procedures: [
        {
          kind: "software",
          install: [
            { name: "place the files", uses: "files", with: { path: "${target.name}/crane", keep: 3 } },
            { name: "let the load down", uses: "script", with: { argv: ["sh", "-c", "echo holding; until test -e go; do sleep 0.1; done; echo down"], undo: ["true"], directory: "${target.name}" } },
            { name: "start the motor", uses: "script", with: { argv: ["sh", "-c", "echo it turns"], undo: ["true"], directory: "${target.name}" } },
          ],
        },
      ],
      checks: { acceptance: [{ name: "its files are there", uses: "script", with: { check: ["test", "-d", "."], directory: "${target.name}/crane/current" } }] },
      onFailure: "guidance",
    },
  },
];

const go = (name) => {
  mkdirSync(house.path("hosts", name), { recursive: true });
  writeFileSync(house.path("hosts", name, "go"), "");
};
const stop = (names) => {
  names.forEach((name) => rmSync(house.path("hosts", name, "go"), { force: true }));
};
const targets = async (id) => Object.fromEntries((await house.api("GET", `/api/v1/deployments/${id}/targets`)).items.map((target) => [target.name, target]));
/** Waits until the first target of a deployment holds its load. */
const holds = async (id) => {
  for (;;) {
    const { "yard-1": first } = await targets(id);
    if (first?.step === "let the load down" || first?.stepName === "let the load down") {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

before(async () => {
  house = await House.begin();
  await house.furnish();
  await house.apply(documents);
  for (const version of ["1.0", "2.0", "3.0", "4.0", "5.0"]) {
    await house.release("crane", version, { "crane.conf": `version ${version}\n` });
  }
  for (const environment of ["test", "staging"]) {
    await house.until(await house.request("booking-api@2.14.0", environment), closed);
  }
  yard.forEach(go);
  await house.until(await house.request("crane@1.0", "yard"), closed);
  browser = await openBrowser();
  page = await openWindow(browser, house, { as: "mara" });
});

after(() => leave(browser, house));

const state = (word) => page.locator("main h1").locator("..").getByText(word, { exact: true });

describe("a deployment under way", () => {
  it("is paused, resumed and watched to its end without a reload, and its record is verified in the browser", async () => {
    stop(yard);
    const id = await house.request("crane@2.0", "yard");
    await open(page, `/deployments/${id}`);
    await state("Executing").waitFor();
    await holds(id);
    await page.getByRole("button", { name: "Pause" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Pause" }).click();
    await dialog.getByText("Say why. It is kept in the record.").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("A ship is in the way");
    await page.mouse.click(5, 5);
    assert.equal(await dialog.getByRole("textbox", { name: "Reason" }).inputValue(), "A ship is in the way", "a click beside it costs no word");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("button", { name: "Pause" }).click();
    assert.equal(await dialog.getByRole("textbox", { name: "Reason" }).inputValue(), "A ship is in the way", "nor does Escape, nor a reload");
    await dialog.getByRole("button", { name: "Keep going" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Pause" }).click();
    assert.equal(await dialog.getByRole("textbox", { name: "Reason" }).inputValue(), "", "what was given up is gone");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("A ship is in the way");
    await page.context().setOffline(true);
    await dialog.getByRole("button", { name: "Pause" }).click();
    await dialog.getByText("Tranship cannot be reached.").waitFor();
    await page.context().setOffline(false);
    page.said.splice(0, page.said.length, ...page.said.filter((words) => !words.includes("ERR_INTERNET_DISCONNECTED")));
    assert.equal((await house.api("GET", `/api/v1/deployments/${id}`)).pausing, undefined, "what could not be sent is not sent later");
    await dialog.getByRole("button", { name: "Pause" }).click();
    await dialog.waitFor({ state: "detached" });
    go("yard-1");
    await page.locator("#why").getByText("A ship is in the way", { exact: false }).waitFor();
    await state("Paused").waitFor();
    await shoot(page, "deployment-paused-light");
    assert.deepEqual(await violations(page), []);
    ["yard-2", "yard-3"].forEach(go);
    assert.deepEqual(Object.values(await targets(id)).map((one) => one.touched === true), [true, false, false], "nothing further begins while it is paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The ship has left");
    await dialog.getByRole("button", { name: "Resume" }).click();
    await state("Succeeded").waitFor({ timeout: 60_000 });
    await page.getByText("mara paused it").waitFor();
    await page.getByText("mara resumed it").waitFor();
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Sealed, verified").waitFor({ timeout: 60_000 });
    await open(page, `/records/${id}`);
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.getByText(/Checked in this browser in/).waitFor();
    await shoot(page, "record-verified-light");
    assert.deepEqual(await violations(page), []);
  });

  it("is cancelled when the name of its environment was typed: what was touched stays, the rest is left alone", async () => {
    stop(yard);
    const id = await house.request("crane@3.0", "yard");
    await open(page, `/deployments/${id}`);
    await holds(id);
    await page.getByText("let the load down").first().waitFor();
    await page.getByRole("button", { name: "Cancel…", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 target of yard was touched and stays as it is, 2 stay as before.", { exact: false }).waitFor();
    await dialog.getByRole("textbox", { name: "Type yard to confirm" }).fill("Yard");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The wrong release");
    await dialog.getByRole("button", { name: "Cancel deployment" }).click();
    await dialog.getByText("Type exactly: yard").waitFor();
    assert.equal((await house.api("GET", `/api/v1/deployments/${id}`)).state, "executing");
    await shoot(page, "deployment-cancel-light");
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole("textbox", { name: "Type yard to confirm" }).fill("yard");
    await dialog.getByRole("button", { name: "Cancel deployment" }).click();
    await dialog.waitFor({ state: "detached" });
    go("yard-1");
    await state("Cancelled").waitFor();
    await page.getByText("mara cancelled it").waitFor();
    const left = await targets(id);
    assert.deepEqual(yard.map((name) => left[name].touched === true), [true, false, false]);
  });

  it("is cancelled at once: what runs is ended in the middle, and the page says what it left", async () => {
    yard.forEach(go);
    await house.until(await house.request("crane@2.0", "yard", { reason: "As before" }), closed);
    stop(yard);
    const id = await house.request("crane@4.0", "yard");
    await open(page, `/deployments/${id}`);
    await holds(id);
    await page.getByRole("button", { name: "More acts" }).click();
    await page.getByRole("menuitem", { name: "Cancel at once…" }).waitFor();
    assert.deepEqual(await violations(page), [], "the menu of further acts");
    await page.getByRole("menuitem", { name: "Cancel at once…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("is interrupted in the middle of a step", { exact: false }).waitFor();
    await dialog.getByRole("textbox", { name: "Type yard to confirm" }).fill("yard");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The load swings");
    await dialog.getByRole("button", { name: "Interrupt and cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await state("Cancelled").waitFor();
    await page.locator("#why").getByText("1 half-way", { exact: false }).waitFor();
    await shoot(page, "deployment-interrupted-light");
    assert.deepEqual(await violations(page), []);
    assert.equal((await house.api("GET", `/api/v1/deployments/${id}`)).result, "cancelled");
  });

  it("that ended is rolled back by a plan of its own", async () => {
    yard.forEach(go);
    const id = await house.request("crane@3.0", "yard");
    await house.until(id, (d) => closed(d) && d.result === "succeeded");
    await open(page, `/deployments/${id}`);
    await page.getByRole("link", { name: "Roll back…" }).click();
    await page.getByRole("heading", { name: `Roll back ${id}` }).waitFor();
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await page.getByText("3 touched").waitFor();
    await shoot(page, "rollback-light");
    assert.deepEqual(await violations(page), []);
    await page.getByRole("textbox", { name: "Reason" }).fill("It squeaks");
    await page.getByRole("button", { name: "Request deployment" }).click();
    await page.waitForURL(/\/deployments\/D-\d+$/);
    await state("Succeeded").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: `brings back what was before ${id}` }).waitFor();
    assert.deepEqual(page.said.filter((line) => !line.includes("401")), []);
  });
});

describe("keys alone", () => {
  it("sign in, find the way, request a deployment and approve it", async () => {
    const keys = await openWindow(browser, house);
    const press = async (...names) => {
      for (const name of names) {
        await keys.keyboard.press(name);
      }
    };
    /** Presses Tab until what has the focus has this name. */
    const tabTo = async (name) => {
      for (let i = 0; i < 80; i++) {
        const focused = keys.locator("*:focus");
        const word = (await focused.count()) === 0 ? "" : await focused.evaluate((one) => one.getAttribute("aria-label") ?? (one.labels?.[0]?.textContent || one.textContent || ""));
        if (word.trim().replace(/ \*$/, "") === name) {
          return;
        }
        await keys.keyboard.press("Tab");
      }
      assert.fail(`Tab never comes to ${name}`);
    };
    await keys.goto("/overview");
    await keys.getByLabel("Name").waitFor();
    await tabTo("Name");
    await keys.keyboard.type("jonas");
    await press("Tab");
    await keys.keyboard.type(password);
    await press("Enter");
    await keys.getByRole("heading", { name: "Overview" }).waitFor();
    await press("Control+k");
    await keys.getByPlaceholder("Find or do anything").waitFor();
    await keys.keyboard.type("new deployment");
    await press("Enter");
    await keys.getByRole("heading", { name: "New deployment" }).waitFor();
    await tabTo("Release or version");
    await keys.keyboard.type("booking-api@2.14.0");
    await press("Escape", "Tab");
    await keys.keyboard.type("live");
    await press("Escape", "Enter");
    await keys.getByText("4 touched").waitFor();
    await tabTo("Request deployment");
    await press("Enter");
    await keys.waitForURL(/\/deployments\/D-\d+$/);
    const id = /D-\d+/.exec(keys.url())[0];
    await keys.context().close();

    await open(page, "/overview");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Find or do anything").waitFor();
    await page.keyboard.type(id.toLowerCase());
    await page.getByRole("dialog").getByText(id).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`${id}$`));
    await page.getByText("Waits for approval", { exact: false }).first().waitFor();
    await page.locator("#why").getByText("Answer", { exact: true }).waitFor();
    await page.keyboard.press("w");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/plan$/);
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await page.keyboard.press("a");
    assert.equal(await page.locator("*:focus").innerText(), "Approve", "a single key never decides");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("Read the difference");
    await page.keyboard.press("Control+Enter");
    assert.equal((await house.until(id, closed)).result, "succeeded");
  });

  it("close a dialog that keeps nothing only when Escape is pressed twice, once something is typed in it", async () => {
    await open(page, "/overview");
    const ask = async () => {
      await page.getByRole("button", { name: /^Mara Lind|^mara/ }).click();
      await page.getByRole("menuitem", { name: "Change password…" }).click();
      await page.getByRole("dialog", { name: "Change password" }).waitFor();
    };
    const dialog = page.getByRole("dialog", { name: "Change password" });
    await ask();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await ask();
    await dialog.locator("input").first().fill("half a pass");
    await page.keyboard.press("Escape");
    await page.getByText("Press Escape again to close this and lose what you typed.").waitFor();
    assert.equal(await dialog.locator("input").first().inputValue(), "half a pass");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("find a target and a version by a part of their name", async () => {
    await open(page, "/overview");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Find or do anything").fill("yard-2");
    await page.getByRole("dialog").getByText("Target").waitFor();
    await shoot(page, "palette-light");
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/environments\/yard\/targets\/yard-2$/);
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Find or do anything").fill("crane@5");
    const version = page.getByRole("dialog").locator('[data-to^="/library/crane/"]').filter({ hasText: "5.0" });
    await version.waitFor();
    while ((await version.getAttribute("data-selected")) === null) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/library\/crane\/5\.0/);
  });
});
