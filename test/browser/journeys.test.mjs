// A version goes its way by a trigger: its journey is seen to wait, let go on and stopped; what waits stands in the backlog; an outside change is confirmed.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, open, openBrowser, openWindow, phoneSize, shoot, violations } from "./window.mjs";

let house;
let browser;
let mara; // deploys
let ada; // administers: may say what an outside tool decided

const environment = (name, order) => ({ kind: "Environment", metadata: { name }, spec: { purpose: name, order, owner: "operations" } });
const target = (name, environment) => ({ kind: "Target", metadata: { name }, spec: { environment, kind: "host", agent: "here" } });
const person = (name, fullName) => ({ kind: "Person", metadata: { name }, spec: { fullName } });

const documents = [
  person("mara", "Mara Lind"),
  person("ada", "Ada Berg"),
  person("olga", "Olga Rautio"),
  { kind: "ServiceAccount", metadata: { name: "robot" }, spec: { owner: "olga" } },
  environment("test", 1),
  environment("staging", 2),
  environment("live", 3),
  target("test-1", "test"),
  target("staging-1", "staging"),
  target("live-1", "live"),
  { kind: "Component", metadata: { name: "shop" }, spec: { kind: "software", owner: "operations" } },
  {
    kind: "Model",
    metadata: { name: "shop" },
    spec: {
      appliesTo: { components: ["shop"] },
      flow: [{ environment: "test" }, { environment: "staging" }, { environment: "live" }],
      onFailure: "remediate",
      procedures: [{ kind: "software", install: [{ name: "place the files", uses: "files", with: { path: "${target.name}/shop" } }] }],
      checks: { acceptance: [{ name: "it is there", uses: "script", with: { check: ["test", "-f", "page"], directory: "${target.name}/shop/current" } }] },
    },
  },
  { kind: "Trigger", metadata: { name: "shop" }, spec: { on: "push", component: "shop", as: "robot" } },
  { kind: "ApprovalPolicy", metadata: { name: "live-changes" }, spec: { owner: "ada", appliesTo: { environments: ["live"] }, change: "confirmed" } },
];

const state = async (name) => {
  const page = await openWindow(browser, house, { as: name });
  const kept = await page.context().storageState();
  await page.context().close();
  return kept;
};

before(async () => {
  house = await House.begin();
  await house.apply(documents);
  await house.invite("mara", "manager");
  await house.invite("ada", "administrator");
  browser = await openBrowser();
  mara = await state("mara");
  ada = await state("ada");
});

after(() => leave(browser, house));

const stage = (page, name) => page.locator(`[data-environment=${name}]`);
const fits = async (page, what) => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, `${what} is too wide`);

/** Looks at an address in every look, and at 320 px. */
async function seen(name, path, ready) {
  for (const [look, { options }] of Object.entries({ light: looks.light, dark: looks.dark, phone: { options: phoneSize }, narrow: { options: { viewport: { width: 320, height: 700 } } } })) {
    const page = await openWindow(browser, house, { state: mara, ...options });
    await open(page, path);
    await ready(page);
    await fits(page, `${path} in ${look}`);
    assert.deepEqual(await violations(page), [], `${path} in ${look}`);
    if (look !== "narrow") {
      await shoot(page, `${name}-${look}`);
    }
    assert.deepEqual(page.said, []);
    await page.context().close();
  }
}

describe("journeys", () => {
  it("teach what begins one where there is none, beside the deployments", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/deployments");
    await page.getByRole("navigation", { name: "Lists of deployments" }).getByRole("link", { name: "Journeys" }).click();
    await page.getByText("No journey is under way").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText("No journey yet").waitFor();
    await page.getByRole("link", { name: "New trigger" }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.goto("/journeys/shop@9.9.9");
    await page.getByRole("heading", { name: "shop@9.9.9 has not begun its way" }).waitFor();
    await page.context().close();
  });

  it("appear by themselves when a version is admitted, and say what they wait for", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/journeys");
    await house.release("shop", "1.0.0", { page: "one" });
    const row = page.getByRole("row").filter({ hasText: "shop@1.0.0" });
    await row.getByText("Awaiting decision").waitFor();
    await row.getByText(/Waits for a decision since .*nobody has decided that it goes on into staging/).waitFor();
    await row.getByText("before staging").waitFor();
    await row.getByText("whoever may deploy into staging").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/journeys/J-1");
    await page.context().close();
    await seen("journeys", "/journeys", (page) => page.getByText("Awaiting decision").waitFor());
  });

  it("show the way, the time in each environment, the deployments and why they wait", async () => {
    await seen("journey", "/journeys/J-1", async (page) => {
      await page.locator("#why").getByText(/nobody has decided that it goes on into staging/).waitFor();
      await stage(page, "test").getByText("Went on").or(stage(page, "test").getByText("There since")).waitFor();
      await stage(page, "test").getByRole("link", { name: "D-1" }).waitFor();
      assert.equal(await stage(page, "staging").getAttribute("aria-current"), "step");
      await stage(page, "live").getByText("Not reached yet").waitFor();
    });
  });

  it("are opened by their number, from the palette and from a task", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await page.goto("/q/j-1");
    await page.waitForURL("**/journeys/J-1");
    await open(page, "/overview");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Find or do").or(page.getByRole("dialog").getByRole("textbox")).first().fill("J-1");
    await page.locator('[data-found][data-to="/journeys/J-1"]').click();
    await page.waitForURL("**/journeys/J-1");
    await open(page, "/my-work/J-1");
    await page.getByRole("link", { name: "Open the journey" }).click();
    await page.waitForURL("**/journeys/J-1");
    await open(page, "/library/shop/1.0.0/origin");
    await page.getByRole("link", { name: "Its way" }).click();
    await page.getByText("J-1", { exact: true }).first().waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("j");
    await page.waitForURL("**/journeys");
    await page.context().close();
  });

  it("go on by a decision with a reason, and are seen to wait for what their deployment waits for", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/journeys/J-1");
    await page.getByRole("button", { name: "Let it go on…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Let it go on", exact: true }).click();
    await dialog.getByText("Say why. It is kept in the record.").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The testers agree");
    await dialog.getByRole("button", { name: "Let it go on", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await page.locator("#why").getByText(/nobody has decided that it goes on into live/).waitFor();
    await stage(page, "staging").getByText("Let in by mara").waitFor();
    await stage(page, "staging").getByRole("link", { name: /^D-\d+$/ }).waitFor();
    await page.context().close();
  });

  it("are stopped with a reason, after what that leaves where was said", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/journeys/J-1");
    await page.getByRole("button", { name: "Stop…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("It does not go into live. What it brought into test, staging stays there.").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "journey-stop-light");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Not this week");
    await dialog.getByRole("button", { name: "Stop the journey" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.locator("#why").getByText(/^Stopped .*Not this week/).waitFor();
    await stage(page, "live").getByText("Not entered").or(stage(page, "live").getByText("Stopped")).first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Stop…" }).count(), 0);
    const { journey } = await house.api("GET", "/api/v1/journeys/J-1");
    assert.equal(journey.ending, "stopped");
    assert.equal(journey.endedBy.name, "mara");
    await page.getByRole("link", { name: "In the record" }).click();
    await page.waitForURL("**/records**");
    assert.deepEqual(page.said, []);
    await page.context().close();
  });
});

describe("the backlog", () => {
  it("says what waits, for how long and why, and how much came and went", async () => {
    const id = await house.request("shop@1.0.0", "live", { change: "CHG-7", reason: "The fair begins" }, await house.as("mara"));
    await seen("backlog", "/backlog", async (page) => {
      const row = page.getByRole("row").filter({ hasText: id });
      await row.getByText(/change CHG-7 is not confirmed yet/).waitFor();
      await page.getByRole("region", { name: "Flow" }).getByText("1 waits").waitFor();
      const last = page.getByRole("region", { name: "Flow" }).getByRole("row").last();
      assert.match(await last.innerText(), /last 7 days\s+3\s+2/);
    });
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/backlog?env=test");
    await page.getByText("Nothing waits to go into test.").waitFor();
    await page.context().close();
  });
});

describe("an outside change", () => {
  const card = (page) => page.getByRole("region", { name: "Change CHG-8", exact: true });

  it("is shown to whoever asked, who cannot say of it, and is refused and confirmed by whoever may", async () => {
    const later = new Date(Date.now() + 86_400_000).toISOString();
    const id = await house.request("shop@1.0.0", "live", { change: "CHG-8", startAfter: later }, await house.as("mara"));
    await seen("change", `/deployments/${id}/plan`, (page) => card(page).getByText("The tool that keeps it has not confirmed it yet.").waitFor());
    const asker = await openWindow(browser, house, { state: mara });
    await open(asker, `/deployments/${id}/plan`);
    await card(asker).getByText("Not confirmed", { exact: true }).waitFor();
    assert.equal(await card(asker).getByRole("button").count(), 0);

    const page = await openWindow(browser, house, { state: ada });
    await open(page, `/deployments/${id}/plan`);
    await card(page).getByRole("button", { name: "Refuse…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Refuse the change" }).click();
    await dialog.getByText("Say why. It is kept in the record.").waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The board met");
    await dialog.getByRole("button", { name: "Refuse the change" }).click();
    await dialog.waitFor({ state: "detached" });
    await card(page).getByText("The board met").waitFor();
    await card(asker).getByText("Refused", { exact: true }).waitFor(); // by itself
    assert.equal((await house.api("GET", `/api/v1/deployments/${id}`)).state, "planned");

    await card(page).getByRole("button", { name: "Confirm…" }).click();
    await dialog.getByRole("button", { name: "Confirm the change" }).click();
    await dialog.waitFor({ state: "detached" });
    await card(asker).getByText("Confirmed", { exact: true }).waitFor();
    await house.until(id, (d) => d.state === "scheduled");
    assert.deepEqual([...page.said, ...asker.said], []);
    await page.context().close();
    await asker.context().close();
  });
});
