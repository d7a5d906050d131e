// The web interface as people use it, against a real server and a real agent.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fleet, House } from "./house.mjs";
import { leave, open, openBrowser, openWindow, phoneSize, shoot, signIn, violations } from "./window.mjs";

let house;
let browser;
let mara; // what the browser of a signed-in person keeps
const ids = {};

before(async () => {
  house = await House.begin();
  await house.furnish();
  Object.assign(ids, await house.liveIn());
  for (const part of fleet()) {
    await house.apply(part);
  }
  ids.fleet = await house.request("fleet@1.0.0", "fleet");
  browser = await openBrowser();
});

after(() => leave(browser, house));

describe("signing in", () => {
  it("refuses a wrong password in words, and then shows the page that was asked for", async () => {
    const page = await openWindow(browser, house);
    await page.goto(`/deployments/${ids.stuck}`);
    await page.getByLabel("Name").fill("mara");
    await page.locator("input[type=password]").fill("not this one");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "sign-in-light");
    await signIn(page, "mara");
    await page.getByRole("heading", { name: /gate-controller 4\.8\.0/ }).waitFor();
    assert.match(page.url(), new RegExp(`/deployments/${ids.stuck}$`));
    mara = await page.context().storageState();
    await page.context().close();
  });

  it("keeps the page and what was typed when the session ends", async () => {
    const page = await openWindow(browser, house, { as: "petra" });
    await page.goto("/deployments/new");
    await page.getByLabel("Release or version").first().fill("booking-api@2.14.0");
    await page.getByLabel("Environment").first().fill("test");
    await house.command("person", "sign-out", "petra");
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Your session has ended").waitFor();
    await page.locator("input[type=password]").fill("four plain words here");
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Release or version").first().inputValue(), "booking-api@2.14.0");

    await open(page, "/deployments/new?release=booking-api%402.14.0&env=test");
    await page.locator("header").first().waitFor();
    await house.command("person", "sign-out", "petra");
    await dialog.getByText("Your session has ended").waitFor();
    await dialog.getByRole("textbox", { name: "Name" }).fill("mara");
    await page.locator("input[type=password]").fill("four plain words here");
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(/\/deployments\/new$/);
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Release or version").first().inputValue(), "", "what one has chosen is not asked for by the next");
    await page.context().close();
  });
});

describe("a deployment", () => {
  it("is requested with its plan in sight, approved on a phone, and watched to its end", async () => {
    const asking = await openWindow(browser, house, { as: "jonas" });
    await asking.goto("/deployments/new?release=booking-api%402.14.0&env=live");
    await asking.getByRole("button", { name: "Plan", exact: true }).click();
    await asking.getByText("4 touched").waitFor();
    await asking.getByRole("textbox", { name: "Reason" }).fill("Show fare rules before payment");
    await asking.waitForURL(/plan=P-\d+/);
    await asking.reload();
    await asking.getByText("4 touched").waitFor();
    await asking.getByRole("heading", { name: "Risk" }).waitFor();
    assert.equal(await asking.getByRole("textbox", { name: "Reason" }).inputValue(), "Show fare rules before payment", "a reload costs neither the plan nor a word");
    await asking.getByRole("button", { name: "Request deployment" }).click();
    await asking.waitForURL(/\/deployments\/D-\d+$/);
    ids.asked = /D-\d+/.exec(asking.url())[0];
    await asking.getByText("Waits for approval", { exact: false }).first().waitFor();
    await asking.goto(`/deployments/${ids.asked}/plan`);
    await asking.getByRole("heading", { name: "What will change" }).waitFor();
    assert.equal(await asking.getByRole("button", { name: "Approve" }).count(), 0, "who may not approve sees no button for it");

    const approving = await openWindow(browser, house, { state: mara, ...phoneSize });
    await approving.goto(`/my-work/${ids.asked}`);
    const approve = approving.getByRole("button", { name: "Approve", exact: true });
    await approve.waitFor();
    await shoot(approving, "approval-phone");
    const box = await approve.boundingBox();
    assert.ok(box.height >= 44 && box.y + box.height <= 844, `the button is large and in sight: ${JSON.stringify(box)}`);
    await approving.getByPlaceholder("Reason, kept in the record").fill("Read the difference");
    await approve.click();
    await approving.getByText(`Approved ${ids.asked}`, { exact: false }).first().waitFor({ state: "attached" });
    await asking.goto(`/deployments/${ids.asked}`);
    await asking.getByText("Succeeded").first().waitFor();
    await asking.getByText("mara approved").waitFor();
    assert.equal((await house.api("GET", `/api/v1/deployments/${ids.asked}`)).result, "succeeded");
    await approving.context().close();
    await asking.context().close();
  });

  it("whose wave failed is answered in place: exactly the named target is tried again", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await page.goto(`/deployments/${ids.stuck}?target=gate-hel-007`);
    await page.getByRole("log").getByText("port 7443 is held by pid 812").waitFor();
    await page.getByRole("region", { name: "gate-hel-007" }).getByText("ended with exit code 1: error: port 7443 is held by pid 812").first().waitFor();
    const touched = (await house.api("GET", `/api/v1/deployments/${ids.stuck}/targets?limit=1000`)).items.filter((target) => target.touched).length;
    rmSync(house.path("hosts", "gate-hel-007", "refuse"));
    await page.getByRole("button", { name: "Retry 1 target…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Retry the 1 target that did not end well" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Retry this target" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("gate-legacy is gone");
    await dialog.getByRole("button", { name: "Retry this target" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("Succeeded").first().waitFor({ timeout: 60_000 });
    await page.getByText("mara answered: retry").waitFor();
    assert.equal(touched, 4, "nothing else was touched while it waited");
    await page.context().close();
  });

  it("verifies its record at a click", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await page.goto(`/deployments/${ids.ended}`);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Sealed, verified").waitFor({ timeout: 60_000 });
    await page.context().close();
  });

  it("to 10,000 targets keeps its place on the page", async () => {
    const page = await openWindow(browser, house, { state: mara });
    const begin = Date.now();
    await page.goto(`/deployments/${ids.fleet}`);
    await page.getByText("10,000 in 3 waves").waitFor();
    await page.getByText(/^[\d,]+ to do$/).first().waitFor();
    await page.locator("canvas").nth(2).waitFor();
    assert.ok(Date.now() - begin < 15_000, `drawn after ${Date.now() - begin} ms`);
    assert.ok((await page.locator("main *").count()) < 3000, "the drawing is no element for each target");
    await page.getByRole("application").nth(2).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText(/^Wave 3, part 2, 40 targets: /).waitFor();
    assert.deepEqual(page.said, []);
    await page.context().close();
  });
});

describe("the overview", () => {
  it("opens a cell's card with who brought it there, and shows a past moment", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await page.goto("/overview");
    await page.getByRole("button", { name: /^booking-api, live/ }).click();
    const card = page.getByRole("dialog");
    await card.getByText("2.14.0").first().waitFor();
    await card.getByRole("link", { name: ids.asked }).waitFor();
    await page.keyboard.press("Escape");
    await page.goto(`/overview?at=${encodeURIComponent(new Date(Date.now() - 86_400_000).toISOString())}`);
    await page.getByText("You are looking at yesterday", { exact: false }).waitFor();
    assert.equal(await page.getByText("2.14.0").count(), 0, "nothing stood there a day ago");
    await page.getByRole("button", { name: "Back to now" }).click();
    await page.getByRole("button", { name: /^booking-api, live/ }).waitFor();
    await page.context().close();
  });

  it("is reached by keys alone", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await page.goto("/deployments");
    await page.getByRole("heading", { name: "Deployments" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await page.waitForURL(/\/overview$/);
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Find or do anything").fill("my work");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/my-work$/);
    await page.context().close();
  });
});

describe("a lost connection", () => {
  it("is said, and what was missed is caught up", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await page.goto("/deployments?all=true");
    await page.getByRole("img", { name: "Live" }).waitFor();
    await house.stopServer();
    await page.getByText("No connection since", { exact: false }).waitFor();
    await page.getByText("gate-controller").first().waitFor();
    await house.startServer();
    const id = await house.request("booking-api@2.13.4", "test");
    await page.getByRole("button", { name: "Try now" }).click({ timeout: 5000 }).catch(() => {});
    await page.getByRole("img", { name: "Live" }).waitFor();
    await page.getByText(id, { exact: true }).waitFor();
    await page.context().close();
  });
});
