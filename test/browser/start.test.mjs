// A new model begins with a ready-made one; the page of a model shows all that it says.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, open, openBrowser, openWindow, shoot, violations } from "./window.mjs";

let house;
let browser;
let page;

before(async () => {
  house = await House.begin();
  await house.furnish();
  browser = await openBrowser();
  page = await openWindow(browser, house, { as: "mara" });
});

after(() => leave(browser, house));

const line = (words) => page.locator(".cm-line").filter({ hasText: words });

describe("a new model", () => {
  it("begins with a ready-made one, filled in, and a draft of each is kept", async () => {
    await open(page, "/models");
    await page.getByRole("link", { name: "New model" }).click();
    await page.getByRole("link", { name: "Blue-green on hosts" }).waitFor();
    const { items } = await house.api("GET", "/api/v1/model-starts");
    for (const one of items) {
      await page.getByRole("link", { name: one.title, exact: true }).waitFor();
    }
    await page.getByRole("combobox", { name: "Component" }).fill("booking");
    await page.getByRole("option", { name: "booking-api" }).click();
    await page.getByRole("textbox", { name: "Name of the model" }).fill("booking-two-slots");
    await page.getByRole("link", { name: "Blue-green on hosts" }).click();
    await page.getByText("Model booking-two-slots is new", { exact: false }).waitFor();
    await line("components: [booking-api]").waitFor();
    await line("# A person looks before anybody gets it").waitFor();
    await shoot(page, "model-start-light");
    assert.deepEqual(await violations(page), []);
    await line("description: Two slots").click();
    await page.keyboard.press("End");
    await page.keyboard.type(" Mine.");
    await page.keyboard.press("Escape");
    await page.getByText("Draft of a new document", { exact: false }).waitFor();

    await page.getByRole("link", { name: "Choose another" }).click();
    await page.getByRole("link", { name: "A document", exact: true }).click();
    await line("kind: documentation").waitFor();
    await page.getByRole("link", { name: "Choose another" }).click();
    await page.reload();
    await page.getByText("Begun before:").waitFor();
    await shoot(page, "model-new-light");
    await page.getByRole("link", { name: "booking-two-slots, from blue-green" }).click();
    await line("which is in use. Mine.").waitFor();
    await page.getByText("Model booking-two-slots is new", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Create" }).click();
    await page.waitForURL(/\/models\/booking-two-slots$/);
    await page.getByRole("heading", { name: "booking-two-slots" }).waitFor();
    const { spec } = await house.api("GET", "/api/v1/documents/Model/booking-two-slots");
    assert.match(spec.description, /Mine\.$/);
    await open(page, "/models/new");
    await page.getByRole("link", { name: "Blue-green on hosts" }).waitFor();
    assert.equal(await page.getByText("Begun before:").count(), 0, "what was applied is a draft still");
  });

  it("may begin small, and says what is wrong with a name", async () => {
    await open(page, "/models/new");
    await page.getByRole("link", { name: "A small one" }).click();
    await line("name: my-model").waitFor();
    await open(page, "/models/new?start=files&name=My%20Model");
    await page.getByText('model name "My Model" is not allowed', { exact: false }).waitFor();
    await page.getByRole("link", { name: "Choose another" }).click();
    await page.getByRole("link", { name: "A small one" }).waitFor();
  });

  it("is offered in every look, and shows all that it says on its page", async () => {
    for (const [start, component] of [["canary-service", "booking-api"], ["software-for-consumers", "booking-api"], ["database", "booking-api"]]) {
      const { yaml } = await house.api("GET", `/api/v1/model-starts/${start}?name=${start}&component=${component}`);
      await house.api("POST", "/api/v1/documents", { files: [{ name: "start.yaml", text: yaml }] });
    }
    const state = await page.context().storageState();
    for (const [name, { options }] of Object.entries({ light: looks.light, dark: looks.dark, phone: looks.phone })) {
      const other = await openWindow(browser, house, { state, ...options });
      const fits = () => other.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
      for (const [path, says] of [
        ["/models/new", ["Debian or Ubuntu packages"]],
        ["/models/canary-service", ["watched for 10 min, every 10 s, 2 looks may fail", "canary=yes, soak 30 min, stops after 1 failed", "PORT", "failing when it fails 3 times in a row"]],
        ["/models/software-for-consumers", ["Before it starts", "asks a person: are the pilot consumers content?", "for a removal", "has security looked at what changes for consumers?"]],
        ["/models/database", ["1 min to end before it is killed", "cannot be undone: columns that the new version does not know are dropped", "disk.free:/ >= 1GiB", "./migrate ${version}", "is the time right to migrate booking-api?"]],
      ]) {
        if (name !== "light" && path.endsWith("consumers")) {
          continue; // it is made of what the others show
        }
        await open(other, path);
        for (const words of says) {
          await other.getByText(words, { exact: false }).first().waitFor();
        }
        await shoot(other, `${path.slice(1).replace("/", "-")}-${name}`);
        assert.deepEqual(await violations(other), []);
        assert.ok(await fits(), `${path} is wider than the window`);
      }
      await other.setViewportSize({ width: 320, height: 700 });
      for (const path of ["/models/new", "/models/database"]) {
        await open(other, path);
        await other.getByRole("heading", { level: 1 }).waitFor();
        assert.ok(await fits(), `${path} is wider than 320 px`);
      }
      await other.context().close();
    }
  });
});
