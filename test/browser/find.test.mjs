// Finding and acting: the record searched, saved and proven; the palette; short ids; keys; what can be taken back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, open, openWindow, shoot, signedIn, violations } from "./window.mjs";

let house;
let browser;
let state; // what the browser of a manager keeps
const ids = {};

before(async () => {
  house = await House.begin();
  await house.furnish();
  ids.done = await house.request("booking-api@2.13.4", "test", { reason: "CHG-9999: a new fare table" });
  await house.until(ids.done, (d) => d.result === "succeeded");
  ids.again = await house.request("booking-api@2.14.0", "test");
  await house.until(ids.again, (d) => d.result === "succeeded");
  await house.command("pin", "gate-controller", "4.7.2", "--in", "terminals", "--reason", "the old firmware is gone");
  ({ browser, state } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

const shown = (page) => page.getByRole("table", { name: "Records" }).getByRole("row");

describe("an address of nothing", () => {
  it("says what does not exist, and leads on", async () => {
    const page = await openWindow(browser, house, { state });
    for (const [path, said, list, to] of [
      ["/deployments/D-999", "Deployment D-999 does not exist.", "All deployments", "/deployments"],
      ["/deployments/D-999/plan", "Deployment D-999 does not exist.", "All deployments", "/deployments"],
      ["/library/nothing", "There is no component nothing.", "All components", "/library"],
      ["/models/nothing", "Model nothing does not exist.", "All models", "/models"],
      ["/environments/nothing", "Environment nothing does not exist.", "All environments", "/environments"],
    ]) {
      await open(page, path);
      await page.getByRole("heading", { level: 1, name: said }).waitFor();
      assert.equal(await page.locator("main").getByRole("link", { name: list }).getAttribute("href"), to, path);
      assert.equal(await page.getByRole("link", { name: /^Look for/ }).count(), path.includes("D-999") ? 0 : 1, path);
    }
    assert.deepEqual(await violations(page), []);
    await shoot(page, "missing-light");
    await open(page, `/deployments/${ids.again.toLowerCase()}`);
    await page.getByRole("link", { name: `Look for “${ids.again.toLowerCase()}” everywhere` }).click();
    await page.waitForURL(new RegExp(`/deployments/${ids.again}$`));
    await page.context().close();
  });
});

describe("the record", () => {
  it("is searched by what entries say, and narrowed down by filters that stand in the address", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/records");
    await page.getByLabel("Find in the record").fill("chg-9999");
    await page.waitForURL(/q=chg-9999/);
    await page.getByText("CHG-9999: a new fare table").first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[data-list] [data-row]").length === 1);

    await open(page, "/records?env=test&component=booking-api&kind=deployment.closed");
    await page.waitForFunction(() => document.querySelectorAll("[data-list] [data-row]").length === 2);
    const chips = page.getByRole("group", { name: "Filters that are on" });
    assert.deepEqual(await chips.locator(".mantine-Pill-label").allTextContents(), ["Environment: test", "Component: booking-api", "Deployment closed"]);
    await chips.getByRole("button", { name: "Take off: Environment: test" }).click();
    await page.waitForURL((url) => !url.search.includes("env="));

    await open(page, "/records?from=2020-01-01&until=2020-12-31");
    await page.getByText("No entry is as the filter asks.").waitFor();
    await open(page, "/records?q=CHG-1234");
    await page.getByText("No record mentions “CHG-1234”.").waitFor();
    await page.getByText(/Records begin on/).waitFor();
    await shoot(page, "records-none-light");
    await page.context().close();
  });

  it("is narrowed down by a person and a filter that is added by hand", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/records");
    await page.getByRole("combobox", { name: "Filter by" }).click();
    await page.getByRole("option", { name: "Component" }).click();
    await page.getByLabel("Component", { exact: true }).fill("gate-controller");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.waitForURL(/component=gate-controller/);
    await page.getByText("Pin set").first().waitFor();
    await page.locator("main").getByRole("link", { name: "admin", exact: true }).first().click();
    await page.waitForURL(/who=/);
    await page.context().close();
  });

  it("leaves out who signed in and out, says so, and tells it as a sentence to who asks", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/records");
    await shown(page).nth(3).waitFor();
    assert.equal(await shown(page).filter({ hasText: "signed in" }).count(), 0);
    await page.getByText("Who signed in and out is recorded, but not shown here.").waitFor();
    await page.getByRole("link", { name: "Show it too" }).click();
    await page.waitForURL(/about=all/);
    await shown(page).filter({ hasText: "mara signed in from 127.0.0.1" }).first().waitFor();
    assert.equal(await shown(page).filter({ hasText: /[0-9a-f]{20}/ }).count(), 0, "no long id");
    await page.getByRole("combobox", { name: "What it is about" }).click();
    await page.getByRole("option", { name: "People and sign-ins" }).click();
    await page.waitForURL(/about=people/);
    await page.waitForFunction(() => [...document.querySelectorAll("[data-list] [data-row]")].every((row) => !/D-\d+/.test(row.textContent)));
    await page.getByRole("link", { name: "mara signed in from 127.0.0.1" }).first().click();
    await page.getByRole("heading", { level: 1, name: "mara signed in from 127.0.0.1" }).waitFor();
    await open(page, "/records?q=127.0.0.1");
    await shown(page).filter({ hasText: "mara signed in" }).first().waitFor();
    await page.context().close();
  });

  it("is saved as a table, all that was found or what was chosen by key", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, `/records?subject=deployment/${ids.done}`);
    await shown(page).nth(3).waitFor();
    const save = async (button, kind) => {
      await page.getByRole("button", { name: button }).click();
      await page.getByRole("menuitem", { name: kind }).waitFor();
      assert.deepEqual(await violations(page), [], `the menu of ${button}`);
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: kind }).click()]);
      return readFileSync(await download.path(), "utf8");
    };
    const { items } = await house.api("GET", `/api/v1/record/entries?subject=deployment/${ids.done}&limit=1000`);
    await page.locator("body").press("j");
    await page.locator("body").press("x");
    await page.getByText("1 chosen").waitFor();
    const rows = (await save("Export 1 entry", /CSV/)).trimEnd().split("\r\n");
    assert.equal(rows.length, 2);
    assert.match(rows[1], new RegExp(`^${items.at(-1).index},`));
    await page.getByRole("button", { name: "Choose none" }).click();
    const lines = (await save("Export what was found", /JSON lines/)).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines.reverse(), items);
    await page.context().close();
  });

  it("shows an entry with its place in its chain, and this browser follows its proof to the signed root", async () => {
    const page = await openWindow(browser, house, { state });
    const { items } = await house.api("GET", `/api/v1/record/entries?subject=deployment/${ids.done}&limit=3`);
    await open(page, `/records/${items[1].index}`);
    await page.getByText(`Number 2 of deployment/${ids.done}`).waitFor();
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.locator("[data-verdict=verified]").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "records-entry-light");
    await page.locator("body").press("]");
    await page.waitForURL(new RegExp(`/records/${items[1].index + 1}$`));
    await page.locator("body").press("[");
    await page.waitForURL(new RegExp(`/records/${items[1].index}$`));
    await page.locator("body").press("]");
    await page.locator("body").press("]"); // sooner than the page follows
    await page.waitForURL(new RegExp(`/records/${items[1].index + 2}$`));
    await page.context().close();
  });

  it("says so when what is shown is not what was sealed", async () => {
    const page = await openWindow(browser, house, { state });
    const { items } = await house.api("GET", `/api/v1/record/entries?subject=deployment/${ids.done}&limit=1`);
    await page.route(`**/api/v1/record/entries/${items[0].index}`, async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replaceAll("CHG-9999", "CHG-9998"); // in what is shown and in what was hashed
      await route.fulfill({ response: answer, body: text });
    });
    await open(page, `/records/${items[0].index}`);
    await page.getByText("CHG-9998").first().waitFor();
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.locator("[data-verdict=broken]").waitFor();
    await page.context().close();
  });
});

describe("the palette", () => {
  it("shows what can be done on the page first, and finds on the server what is not known here", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/library/booking-api");
    await page.getByRole("button", { name: /^Quarantine/ }).waitFor();
    await page.locator("body").press("Control+k");
    const palette = page.getByRole("dialog");
    const first = palette.locator("[data-to], .mantine-Spotlight-action").first();
    await palette.getByText("Quarantine booking-api 2.14.0…").waitFor();
    assert.match(await first.textContent(), /booking-api 2\.14\.0…/);
    await palette.getByLabel("Find or do anything").fill("gate-hel-001");
    await palette.getByText("gate-hel-001 in terminals").waitFor();
    await palette.getByText(/^\d+ results?$/).waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "palette-light");
    await palette.getByLabel("Find or do anything").press("Enter");
    await page.waitForURL(/\/environments\/terminals\/targets\/gate-hel-001$/);
    await page.context().close();
  });

  it("takes the letters of who types at once, and gives the focus back to who had it", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/overview");
    const begin = page.getByRole("link", { name: "Records" }).first();
    await begin.focus();
    const active = await page.evaluate(async () => {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "k", code: "KeyK", ctrlKey: true, bubbles: true, cancelable: true }));
      for (let i = 0; i < 100 && document.activeElement.tagName !== "INPUT"; i++) {
        await null; // no timer, no frame: nothing that another key could overtake
      }
      return document.activeElement.getAttribute("aria-label");
    });
    assert.equal(active, "Find or do anything");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.waitForFunction((link) => document.activeElement === link, await begin.elementHandle());
    await page.context().close();
  });

  it("requests, rolls back and searches by words", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/overview");
    await page.locator("body").press(".");
    const find = page.getByRole("dialog").getByLabel("Find or do anything");
    await find.fill("roll back booking test");
    await page.getByRole("dialog").getByText("Roll back booking-api in test…").waitFor();
    await find.press("Enter");
    await page.waitForURL(new RegExp(`/deployments/new\\?restores=${ids.again}`));
    await page.locator("body").press("Control+k");
    await find.fill("request gate");
    await page.getByRole("dialog").getByText("Request a deployment of gate-controller@4.8.0").click();
    await page.waitForURL(/release=gate-controller%404\.8\.0/);
    await page.locator("body").press("Control+k");
    await find.fill("fare");
    await page.getByRole("dialog").getByText("Records about “fare”").click();
    await page.waitForURL(/\/records\?q=fare/);
    await page.context().close();
  });
});

describe("a short id", () => {
  it("leads to what it names", async () => {
    const page = await openWindow(browser, house, { state });
    const version = await house.api("GET", "/api/v1/components/gate-controller/versions/4.8.0");
    for (const [id, path] of [
      [ids.done, `/deployments/${ids.done}`],
      [version.digest.slice(7, 16), "/library/gate-controller/4.8.0/origin"],
      ["booking-api@2.14.0", "/library/booking-api/2.14.0/origin"],
      ["gate-hel-001", "/environments/terminals/targets/gate-hel-001"],
      ["terminals", "/environments/terminals"],
    ]) {
      await page.goto(`/q/${encodeURIComponent(id)}`);
      await page.waitForURL((url) => decodeURIComponent(url.pathname) === path);
    }
    await page.context().close();
  });

  it("that names nothing says what was looked for; one that names several asks which", async () => {
    const page = await openWindow(browser, house, { state });
    await page.goto("/q/D-99999");
    await page.getByText("Nothing is called “D-99999”").waitFor();
    assert.deepEqual(await violations(page), []);
    await page.goto("/q/gate-controller"); // a component and a model
    await page.getByRole("heading", { name: /more than one thing/ }).waitFor();
    await page.locator("main [data-rowlink]").nth(1).waitFor();
    await shoot(page, "q-several-light");
    await page.context().close();
  });
});

describe("keys", () => {
  it("go, choose, open and copy; do nothing while somebody types or once they are switched off", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/overview");
    const press = (...keys) => keys.reduce((before, key) => before.then(() => page.locator("body").press(key)), Promise.resolve());
    await press("g", "r");
    await page.waitForURL(/\/records$/);
    await shown(page).nth(2).waitFor();
    await press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Find in the record");
    await page.keyboard.type("gd?");
    assert.equal(await page.getByLabel("Find in the record").inputValue(), "gd?");
    await page.getByLabel("Find in the record").fill("");
    await page.locator("main").focus();
    await press("j", "j", "k");
    const index = await page.evaluate(() => document.activeElement?.closest("[data-row]")?.getAttribute("data-row"));
    await press("o");
    await page.waitForURL(new RegExp(`/records/${index}$`));
    await press("?");
    const list = page.getByRole("dialog");
    await list.getByText("Take the last act back, for 10 s").waitFor();
    await page.waitForFunction(() => getComputedStyle(document.querySelector("[role=dialog]")).opacity === "1");
    assert.deepEqual(await violations(page), []);
    await shoot(page, "keys-light");
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "detached" });
    await page.getByRole("button", { name: /Mara Lind/ }).click();
    await page.getByRole("menuitem", { name: "Switch single keys off" }).click();
    await press("g", "d");
    await press("?");
    await page.locator("body").press("Control+k"); // by now a key would have done something
    await page.getByRole("dialog").getByLabel("Find or do anything").waitFor();
    assert.match(page.url(), new RegExp(`/records/${index}$`));
    assert.equal(await page.getByText("Take the last act back, for 10 s").count(), 0);
    await page.context().close();
  });
});

describe("what can be taken back", () => {
  it("is taken back by its key, and the record has both", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/environments/terminals?tab=pins");
    await page.getByRole("button", { name: /^Lift/ }).first().click();
    await page.getByLabel("Reason").fill("firmware is back");
    await page.getByRole("dialog").getByRole("button", { name: /^Lift/ }).click();
    await page.getByText("gate-controller 4.7.2 is no longer kept out of terminals.").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.deepEqual(await violations(page), []);
    await shoot(page, "undo-light");
    await page.locator("body").press("z");
    await page.getByText("Taken back.").waitFor();
    const { items } = await house.api("GET", "/api/v1/pins?environment=terminals");
    assert.deepEqual(items.map((pin) => [pin.version, pin.why]), [["4.7.2", "the old firmware is gone"]]);
    const told = await house.api("GET", "/api/v1/record/entries?text=terminals&kind=pin.set,pin.lifted");
    assert.deepEqual(told.items.map((e) => e.entry.kind), ["pin.set", "pin.lifted", "pin.set"]);
    await page.locator("body").press("z");
    await page.getByText("Nothing can be taken back now.").waitFor();
    await page.context().close();
  });

  it("is taken back by its button: a version that went into quarantine", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/library/gate-controller/4.7.2/origin");
    await page.getByRole("button", { name: /^Quarantine/ }).click();
    await page.getByLabel("Reason").fill("a look at its certificates");
    await page.getByRole("dialog").getByRole("button", { name: /^Quarantine/ }).click();
    await page.getByText("gate-controller 4.7.2 is in quarantine.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Taken back.").waitFor();
    assert.equal((await house.api("GET", "/api/v1/components/gate-controller/versions/4.7.2")).state, "admitted");
    await page.context().close();
  });
});

describe("environments", () => {
  it("say where nothing stands, and lead to the first deployment; a target leads to its agent", async () => {
    const page = await openWindow(browser, house, { state });
    await open(page, "/environments");
    const row = (name) => page.getByRole("table", { name: "Environments" }).getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
    await row("live").getByText("nothing stands there yet").waitFor();
    await row("test").getByText("nothing stands there yet").waitFor({ state: "detached" });
    await open(page, "/environments/live");
    await page.getByText("nothing stands there yet").waitFor();
    assert.equal(await page.getByText("as recorded", { exact: true }).count(), 0);
    await page.getByRole("link", { name: "Deploy a release here" }).click();
    await page.waitForURL(/deployments\/new\?env=live/);
    await open(page, "/environments/live/targets/live-book-01");
    await page.getByRole("link", { name: "Edit", exact: true }).waitFor();
    await page.getByRole("link", { name: "here", exact: true }).click();
    await page.getByText("Only here is shown.").waitFor();
    const agents = page.getByRole("table", { name: "Agents" }).getByRole("row");
    await agents.filter({ hasText: "Answering" }).waitFor();
    assert.equal(await agents.filter({ hasText: "away" }).count(), 0, "only the agent that was asked for");
    await page.getByRole("link", { name: "Show all agents" }).click();
    await agents.filter({ hasText: "away" }).waitFor();
    await page.context().close();
  });
});

describe("every page here", () => {
  const pages = () => [
    ["records", "/records?env=test&q=booking-api"],
    ["records-entry", "/records/3"],
    ["library-version", "/library/gate-controller/4.8.0/origin"],
  ];
  for (const look of ["light", "dark", "phone"]) {
    it(`has nothing that axe finds: ${look}`, async () => {
      const page = await openWindow(browser, house, { state, ...looks[look].options });
      for (const [name, path] of pages()) {
        await open(page, path);
        await shoot(page, `find-${name}-${look}`);
        assert.deepEqual(await violations(page), [], `${path} in ${look}`);
      }
      assert.deepEqual(page.said, []);
      await page.context().close();
    });
  }

  it("is not wider than a window of 320 px", async () => {
    const page = await openWindow(browser, house, { state, viewport: { width: 320, height: 700 } });
    for (const [name, path] of pages()) {
      await open(page, path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide`);
    }
    await page.context().close();
  });
});
