// What somebody who works with deployments looks at each day: what is where, what
// waits for them, and what was where then.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { furnishDesk } from "./desk.house.mjs";
import { House } from "./house.mjs";
import { leave, looks, openWindow, phoneSize, shoot, signedIn, violations } from "./window.mjs";

let house;
let browser;
let mara;
let ids;
let furnished; // a moment at which the freeze, the pin and the drift held

before(async () => {
  house = await House.begin();
  ids = await furnishDesk(house);
  furnished = new Date().toISOString();
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

const open = async (page, path) => {
  await page.goto(path);
  await page.locator("main h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null);
};

describe("the overview", () => {
  it("says in each cell the most urgent, and how far what moves is", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/overview");
    const cell = (component, environment) => page.getByRole("button", { name: new RegExp(`^${component}, ${environment}: `) });
    await cell("gate-controller", "terminals").getByText("4.8.0: 1 failed").waitFor();
    await cell("manifest-sync", "ports").getByText("25 %").waitFor();
    await cell("manifest-sync", "ports").getByRole("img", { name: `${ids.moving}: 3 of 12 targets done` }).waitFor();
    await cell("fare-engine", "staging").getByText("1 of 2 have drifted").waitFor();
    await cell("fare-engine", "staging").getByText("2 versions behind").waitFor({ state: "attached" });
    await cell("booking-api", "test").getByText("2.13.4 kept out").waitFor();
    await cell("booking-api", "live").getByText("2.14.0 needs approval").waitFor();
    await page.getByRole("columnheader", { name: /live.*Frozen until tomorrow/ }).waitFor();
    await page.getByRole("button", { name: "1 drifted" }).click();
    await cell("gate-controller", "terminals").waitFor({ state: "detached" });
    await cell("fare-engine", "staging").waitFor();
    await page.context().close();
  });

  it("tells of a past moment what had drifted, was kept out and was frozen, though it is not any more", async () => {
    await house.command("unpin", "booking-api", "2.13.4", "--in", "test", "--reason", "it is mended");
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/overview");
    await page.getByRole("button", { name: /^booking-api, test: / }).waitFor();
    assert.equal(await page.getByText("2.13.4 kept out").count(), 0, "the pin is lifted now");
    await open(page, `/overview?at=${encodeURIComponent(furnished)}`);
    await page.getByText("2.13.4 kept out").waitFor();
    await page.getByText("1 of 2 have drifted").waitFor();
    await page.getByRole("columnheader", { name: /live.*Frozen until/ }).waitFor();
    assert.equal(await page.locator("main").getByRole("link", { name: "Deploy", exact: true }).count(), 0, "nothing is changed in the past");
    assert.deepEqual(await violations(page), []);
    await shoot(page, "desk-overview-past-light");
    await page.context().close();
  });

  it("goes along the time strip by keys, from event to event with Shift", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/overview");
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.waitForURL(/at=/);
    await page.getByText("You are looking at", { exact: false }).waitFor();
    await slider.focus();
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await page.waitForURL((url) => !url.search.includes("at="));
    await page.getByText("Now, live").waitFor();
    await page.context().close();
  });

  it("is a list on a phone, the most urgent first", async () => {
    const page = await openWindow(browser, house, { state: mara, ...phoneSize });
    await open(page, "/overview");
    await page.getByText(/^\d+ places need a look$/).waitFor();
    const first = await page.locator("main li button").first().innerText();
    assert.match(first, /gate-controller in terminals|booking-api in live|ledger in test/, first);
    assert.equal(await page.getByRole("button", { name: /^gate-controller in test/ }).count(), 0, "what is as recorded is not in the way");
    await page.getByRole("button", { name: /more places are as recorded$/ }).click();
    await page.getByRole("button", { name: /^gate-controller in test/ }).waitFor();
    await page.context().close();
  });
});

describe("my work", () => {
  it("asks for a word on a criterion, and opens the next thing after the answer", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, `/my-work/${ids.asked}.figures-right`);
    await page.getByText("Are the figures right?").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "desk-criterion-light");
    await page.getByRole("textbox", { name: "Reason" }).fill("Compared with last week");
    await page.getByRole("button", { name: "It is met" }).click();
    await page.getByText(`Judged ${ids.asked}`, { exact: false }).waitFor();
    await page.waitForURL((url) => !url.pathname.includes(ids.asked));
    await house.until(ids.asked, (d) => d.result === "succeeded");
    await page.context().close();
  });

  it("has drift decided in place: exactly what is chosen is accepted", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/my-work/drift.staging.fare-engine");
    await page.getByRole("checkbox", { name: "staging-1" }).waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "desk-drift-light");
    await page.getByRole("checkbox", { name: "staging-1" }).uncheck();
    assert.ok(await page.getByRole("button", { name: "Accept 0" }).isDisabled(), "nothing is chosen");
    await page.getByRole("checkbox", { name: "staging-1" }).check();
    await page.getByRole("textbox", { name: "Reason" }).fill("taken off by hand, on purpose");
    await page.getByRole("button", { name: "Accept 1" }).click();
    await page.getByText(`Accepted ${ids.drift}`, { exact: false }).waitFor();
    assert.equal((await house.api("GET", `/api/v1/drifts/${ids.drift}`)).end, "accepted");
    await page.context().close();
  });

  it("is told from the record, in whichever browser", async () => {
    const page = await openWindow(browser, house, { as: "mara" });
    await open(page, "/my-work");
    await page.getByRole("heading", { name: "Done lately" }).waitFor();
    await page.getByText(`Judged ${ids.asked}`, { exact: false }).waitFor();
    await page.context().close();
  });

  it("asks for a waiver of who may give it", async () => {
    const page = await openWindow(browser, house, { state: mara });
    const { subject } = await house.api("GET", `/api/v1/deployments/${ids.approve}`);
    await open(page, `/my-work/${ids.approve}`);
    await page.getByPlaceholder("Reason, kept in the record").fill("Read the difference");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByText(`Approved ${ids.approve}`, { exact: false }).waitFor();
    assert.ok(subject.startsWith("sha256:"));
    await open(page, `/my-work/${ids.approve}.waiver`);
    await page.getByRole("heading", { name: `Waive for ${ids.approve}` }).waitFor();
    await page.getByRole("textbox", { name: "Reason" }).fill("The ledger is closed already");
    assert.deepEqual(await violations(page), []);
    await shoot(page, "desk-waiver-light");
    await page.getByRole("button", { name: "Waive freeze ledger-close" }).click();
    await page.getByText(`Waived for ${ids.approve}`, { exact: false }).waitFor();
    await house.until(ids.approve, (d) => d.result === "succeeded");
    await page.context().close();
  });
});

describe("the desk", () => {
  for (const [look, { options, filter }] of Object.entries(looks)) {
    it(`has nothing that axe finds: ${look}`, async () => {
      const page = await openWindow(browser, house, { state: mara, ...options });
      for (const [name, path] of [
        ["desk-overview", "/overview"],
        ["desk-card", "/overview?cell=gate-controller~terminals"],
        ["desk-work", "/my-work?show=all"],
        ["desk-teams", "/my-work?show=teams"],
        ["desk-guidance", `/my-work/${ids.stuck}`],
        ["desk-plan", `/deployments/${ids.frozen}/plan`],
        ["desk-calendar", "/calendar"],
        ["desk-calendar-slots", `/calendar/week/now?place=${ids.frozen}`],
        ["desk-drift", "/environments/staging?tab=drift"],
      ]) {
        await open(page, path);
        await page.evaluate((filter) => (document.documentElement.style.filter = filter), filter ?? "");
        await shoot(page, `${name}-${look}`);
        if (look === "light" || look === "dark") {
          assert.deepEqual(await violations(page), [], `${path} in ${look}`);
        }
      }
      assert.deepEqual(page.said, []);
      await page.context().close();
    });
  }

  it("is not wider than a window of 320 px", async () => {
    const page = await openWindow(browser, house, { state: mara, viewport: { width: 320, height: 700 } });
    for (const path of ["/overview", "/overview?cell=gate-controller~terminals", `/my-work/${ids.stuck}`, `/deployments/${ids.frozen}/plan`]) {
      await open(page, path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${path} is ${over} px too wide`);
    }
    await page.context().close();
  });
});

describe("what somebody else answers meanwhile", () => {
  it("gives way to nothing else: what was typed for one is never sent for another", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, `/my-work/${ids.frozen}`);
    const said = page.locator("main").getByText("freeze ledger-close (The ledger closes.) holds from", { exact: false }).first(); // a sentence of the server
    assert.match((await said.locator("time").last().getAttribute("title")) ?? "", / UTC$/, "a time in a sentence is told in UTC to who hovers");
    const reason = page.getByPlaceholder("Reason, kept in the record");
    await reason.fill("Read the diff");
    const { subject } = await house.api("GET", `/api/v1/deployments/${ids.frozen}`);
    await (await house.as("petra"))("POST", `/api/v1/deployments/${ids.frozen}/votes`, { decision: "approve", subject, reason: "It is the old fare table" });
    await page.getByText(`Approve ${ids.frozen}: nothing waits here any more`).waitFor();
    assert.equal(await page.getByRole("button", { name: /^(Approve|Retry .*that did not end well)$/ }).count(), 0, "no answer to anything else stands there");
    assert.deepEqual(await violations(page), []);
    await shoot(page, "desk-answered-elsewhere-light");
    await page.getByRole("button", { name: "Next" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/my-work/") && !url.pathname.endsWith(ids.frozen));
    await open(page, "/my-work/D-1");
    await page.getByText("D-1: nothing waits here any more").waitFor();
    await page.context().close();
  });
});

describe("the time of what is waited for", () => {
  it("is said in the zone of whoever looks, and counts as waiting", async () => {
    const page = await openWindow(browser, house, { state: mara, timezoneId: "Asia/Tokyo" });
    await open(page, `/deployments/${ids.moving}`);
    await page.locator("#why").getByText(/soaks until (today|tomorrow) \d\d:\d\d\./).waitFor();
    await page.getByText("Waits for its soak time", { exact: true }).waitFor();
    assert.equal(await page.getByText(/\d UTC/).count(), 0);
    await page.context().close();
  });
});

describe("the list of deployments", () => {
  it("is filtered by a name that is chosen, and by one that is typed", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/deployments?all=true");
    await page.getByLabel("Environment").first().fill("termi");
    await page.getByRole("option", { name: "terminals" }).click();
    await page.waitForURL(/env=terminals/);
    await page.getByLabel("Component").first().fill("gate-controller");
    await page.keyboard.press("Enter");
    await page.waitForURL(/component=gate-controller/);
    await page.getByText("2 shown").waitFor();
    await page.getByLabel("Environment").first().fill("");
    await page.waitForURL((url) => !url.search.includes("env="));
    await page.context().close();
  });
});
