// A deployment is moved in the calendar, by mouse and by keys; what that voids is said before.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, open, openWindow, shoot, signedIn, violations } from "./window.mjs";

let house;
let browser;
let page;
let jonas; // what the browser of a signed-in person keeps
const ids = {};
const closed = (d) => d.state === "closed";

// Next week, so that nothing of it has passed: planned on Tuesday, frozen on Thursday.
const monday = new Date();
monday.setUTCHours(0, 0, 0, 0);
monday.setUTCDate(monday.getUTCDate() + ((8 - monday.getUTCDay()) % 7 || 7));
const day = (n) => new Date(monday.getTime() + n * 86_400_000).toISOString().slice(0, 10);
const at = (n, time) => `${day(n)}T${time}:00.000Z`;
const week = `/calendar/week/${day(0)}`;
const startOf = async (id) => new Date((await house.api("GET", `/api/v1/deployments/${id}`)).startAfter).toISOString();

before(async () => {
  house = await House.begin();
  await house.furnish();
  for (const environment of ["test", "staging"]) {
    ids.ran = await house.request("booking-api@2.14.0", environment);
    await house.until(ids.ran, closed);
  }
  await house.apply([
    {
      kind: "Freeze",
      metadata: { name: "ledger-close" },
      spec: {
        kind: "hard",
        description: "The ledger is closed.",
        appliesTo: { environments: ["live", "test"] },
        when: { start: `${day(3)}T00:00`, end: `${day(4)}T00:00`, zone: "UTC" },
        waiver: { groups: ["booking-operations"] },
      },
    },
  ]);
  ids.test = await house.request("booking-api@2.13.4", "test", { startAfter: at(1, "10:00") });
  const window = { start: at(1, "15:00"), end: at(1, "19:00") };
  ids.live = await house.request("booking-api@2.14.0", "live", { startAfter: at(1, "16:00"), window }, await house.as("jonas"));
  ids.others = await house.request("gate-controller@4.7.2", "test", { startAfter: at(1, "16:00"), window });
  ({ browser, state: jonas } = await signedIn(house, "jonas"));
});

beforeEach(async () => {
  await page?.context().close();
  page = await openWindow(browser, house, { state: jonas, timezoneId: "UTC" });
  await open(page, week);
});

after(() => leave(browser, house));

const block = (id) => page.locator(`[data-deployment=${id}]`);

/** Takes a deployment with the mouse and holds it over another day, some hours later. */
async function drag(id, to, hours) {
  const from = await block(id).boundingBox();
  const column = await page.locator(`[data-day="${to}"]`).boundingBox();
  const [x, y] = [from.x + from.width / 2, from.y + 8];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(column.x + column.width / 2, y + hours * 26, { steps: 8 });
}

const bubble = (words) => page.locator("[data-ghost]").getByText(words).first();

describe("a planned deployment in the calendar", () => {
  it("is dragged to a free place, and undone", async () => {
    await drag(ids.test, day(2), 2);
    await bubble("Free: nothing speaks against this time. Votes stay.").waitFor();
    await shoot(page, "calendar-drag-light");
    assert.equal(await startOf(ids.test), at(1, "10:00"), "nothing moves while it is dragged");
    await page.mouse.up();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(new RegExp(`^Move ${ids.test} to Wed .* 12:00\\?$`)).waitFor();
    await dialog.getByText("Votes stay.").waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The test team asked for it");
    await dialog.getByRole("button", { name: `Move ${ids.test}` }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await startOf(ids.test), at(2, "12:00"));
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: new RegExp(`^${ids.test}, .*Tue .* 10:00`) }).waitFor();
    assert.equal(await startOf(ids.test), at(1, "10:00"));
  });

  it("stays where it was when the drag is given up, or the dialog", async () => {
    await drag(ids.test, day(2), 1);
    await bubble("Free:").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("[data-ghost]").waitFor({ state: "detached" });
    await page.mouse.up();
    assert.equal(await page.getByRole("dialog").count(), 0);

    await drag(ids.test, day(2), 1);
    await bubble("Free:").waitFor();
    await page.mouse.up();
    await page.getByRole("dialog").getByRole("button", { name: "Keep as it is" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await startOf(ids.test), at(1, "10:00"));
  });

  it("says what speaks against a place, before anybody is asked", async () => {
    await drag(ids.live, day(3), 0);
    await bubble("1 conflict would hold it.").waitFor();
    await page.mouse.up();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/ledger-close/).first().waitFor();
    await dialog.getByText("May be waived by booking-operations.", { exact: false }).waitFor();
    await shoot(page, "calendar-conflict-light");
    await dialog.getByRole("button", { name: "Keep as it is" }).click();
    assert.equal(await startOf(ids.live), at(1, "16:00"));
  });

  it("whose window somebody else asked for stays, and the reason is said", async () => {
    await drag(ids.others, day(2), 1);
    await bubble(`${ids.others} was asked for by admin: only they ask otherwise.`).waitFor();
    await page.mouse.up();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("It suits me");
    await dialog.getByRole("button", { name: `Move ${ids.others}` }).click();
    await dialog.getByRole("alert").getByText("only they ask otherwise", { exact: false }).last().waitFor();
    await dialog.getByRole("button", { name: "Keep as it is" }).click();
    assert.equal(await startOf(ids.others), at(1, "16:00"));
  });

  it("that people approved says whose vote a move voids, and asks them again", async () => {
    const { subject } = await house.api("GET", `/api/v1/deployments/${ids.live}/approval`);
    const petra = await house.as("petra");
    await petra("POST", `/api/v1/deployments/${ids.live}/votes`, { decision: "approve", subject, reason: "Read the difference" });
    await drag(ids.live, day(2), 0);
    await bubble("1 vote would be void: petra.").waitFor();
    await page.mouse.up();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 vote would be void: petra.").waitFor();
    await dialog.getByText(/^Its window moves too: Wed .* 15:00 to 19:00\.$/).waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Operations are away on Tuesday");
    await dialog.getByRole("button", { name: `Move ${ids.live}` }).click();
    await page.getByText("1 vote is void; petra was asked again.", { exact: false }).waitFor();
    assert.equal(await startOf(ids.live), at(2, "16:00"));
    const sheet = await house.api("GET", `/api/v1/deployments/${ids.live}/approval`);
    assert.ok(sheet.needs.every((need) => need.have === 0), "the vote still counts");
  });

  it("is moved by the keys alone", async () => {
    await block(ids.test).focus();
    await page.keyboard.press("Alt+ArrowDown");
    await bubble(`10:15 ${ids.test}`).waitFor();
    await page.keyboard.press("Alt+ArrowRight");
    await page.waitForURL((url) => url.searchParams.get("at") === at(2, "10:15"));
    await bubble("Free:").waitFor();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/10:15\?$/).waitFor();
    await page.keyboard.type("By the keys");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await startOf(ids.test), at(2, "10:15"));
    assert.deepEqual(page.said, []);
  });

  it("finds its free slots, the best first", async () => {
    await block(ids.test).click();
    await page.getByRole("button", { name: "Find a free slot" }).click();
    await page.getByRole("heading", { name: `Free slots for ${ids.test}` }).waitFor();
    await page.getByText("No conflict", { exact: true }).first().waitFor();
    await shoot(page, "calendar-slots-light");
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Look at this time" }).first().click();
    await page.getByRole("heading", { name: `Move ${ids.test}` }).waitFor();
    await page.getByRole("button", { name: "Keep as it is" }).click();
    assert.equal(new URL(page.url()).searchParams.get("place"), null);
  });
});

describe("a conflict in the calendar", () => {
  it("is told as a path, with the cheapest way out and a waiver behind it", async () => {
    const jonasAsks = await house.as("jonas");
    ids.frozen = await house.request("gate-controller@4.7.2", "test", { startAfter: at(3, "10:00") }, jonasAsks);
    const card = (where) => where.getByRole("complementary", { name: "Conflict" });
    const mara = await openWindow(browser, house, { as: "mara", timezoneId: "UTC" });
    await open(mara, week);
    await card(mara).getByText("is frozen by").waitFor();
    const steps = await card(mara).getByRole("list").filter({ hasText: "is frozen by" }).getByRole("listitem").allInnerTexts();
    assert.deepEqual(steps.map((step) => step.replace(/\s+/g, " ")), ["gate-controller@4.7.2", "goes into test", "is frozen by ledger-close"]);
    await card(mara).getByRole("button", { name: "Waive freeze ledger-close…" }).click();
    await mara.getByRole("dialog").getByLabel("Reason").fill("The ledger is not touched");
    await mara.getByRole("dialog").getByRole("button", { name: "Waive", exact: true }).click();
    await mara.getByRole("dialog").waitFor({ state: "detached" });
    await card(mara).getByText("Waived by mara: The ledger is not touched.", { exact: false }).waitFor();
    assert.equal(await card(mara).getByRole("button", { name: /^Waive/ }).count(), 0);
    await mara.context().close();

    ids.held = await house.request("gate-controller@4.8.0", "test", { startAfter: at(3, "14:00") }, jonasAsks);
    await open(page, week);
    const held = card(page).locator("section").filter({ hasText: ids.held });
    const move = held.getByRole("button", { name: /^Move to / });
    await move.waitFor();
    assert.equal(await card(page).getByRole("button", { name: /^Waive/ }).count(), 0, "who asked never waives");
    assert.deepEqual(await violations(page), []);
    await shoot(page, "calendar-wayout-light");
    await move.click();
    const dialog = page.getByRole("dialog", { name: new RegExp(`^Move ${ids.held} to `) });
    await dialog.getByText(/Votes stay\.|vote would be void/).waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Out of the freeze");
    await dialog.getByRole("button", { name: `Move ${ids.held}` }).click();
    await dialog.waitFor({ state: "detached" });
    assert.ok((await startOf(ids.held)) >= at(4, "00:00"), "behind the freeze");
  });

  it("stands in the line of time as long as it is, with its name beside it, before the line of now", async () => {
    await open(page, `/calendar/timeline/${new Date().toISOString().slice(0, 10)}`);
    const one = page.locator(`[data-deployment=${ids.ran}]`);
    await one.waitFor();
    const box = await one.boundingBox();
    assert.ok((await one.locator("[data-extent]").boundingBox()).width <= 6 && box.width >= 100 && box.height >= 24, "a mark for some seconds, in a place that is easy to hit");
    const depth = (locator) => locator.first().evaluate((element) => Number(getComputedStyle(element).zIndex));
    assert.ok((await depth(page.locator("[data-now]"))) < (await depth(one)), "the line of now crosses no name");
    assert.notEqual(await one.locator("span.cut").locator("..").evaluate((name) => getComputedStyle(name).backgroundColor), "rgba(0, 0, 0, 0)");
    await one.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "booking-api@2.14.0 into staging" }).waitFor();
    assert.deepEqual(await violations(page), []);
  });

  it("many short ones at one time are one block, which opens", async () => {
    const many = [];
    for (const [i, component] of ["booking-api@2.13.4", "gate-controller@4.7.2", "gate-controller@4.8.0", "booking-api@2.13.4", "gate-controller@4.7.2"].entries()) {
      many.push(await house.request(component, "test", { startAfter: at(6, `22:${i}5`) }));
    }
    for (const [look, options] of [["light", {}], ["dark", { colorScheme: "dark" }]]) {
      const other = await openWindow(browser, house, { state: jonas, timezoneId: "UTC", ...options });
      await open(other, week);
      const bundle = other.getByRole("button", { name: /^5 deployments ?, 22:05 to / });
      await bundle.click();
      const list = other.getByRole("dialog", { name: /^5 deployments/ });
      await list.getByRole("button").nth(4).waitFor();
      assert.equal(await list.getByRole("button").count(), 5);
      assert.deepEqual(await violations(other), [], look);
      await shoot(other, `calendar-bundle-${look}`);
      await list.getByRole("button", { name: /22:25.*gate-controller@4\.8\.0/ }).click();
      await other.getByRole("heading", { name: "gate-controller@4.8.0 into test" }).waitFor();
      await other.locator(`[data-deployment=${many[2]}]`).waitFor();
      await other.getByRole("button", { name: /^4 deployments ?, 22:05/ }).waitFor();
      await open(other, week.replace("/week/", "/timeline/"));
      const five = other.getByRole("button", { name: /^5 deployments ?, 22:05/ });
      await five.waitFor();
      const wide = async (locator) => (await locator.boundingBox()).width;
      assert.ok((await wide(five.locator("[data-extent]"))) <= 6, "an hour is no day wide");
      assert.ok((await wide(five)) >= 100, "and easy to hit");
      assert.equal(new Set(await other.getByRole("button", { name: "Subscribe" }).locator("..").evaluate((line) => [...line.children].filter((one) => one.clientHeight > 0).map((one) => Math.round((one.getBoundingClientRect().top + one.getBoundingClientRect().bottom) / 2)))).size, 1, "the tools stand in one line");
      await shoot(other, `calendar-timeline-${look}`);
      await open(other, `${week.replace("/week/", "/timeline/")}?by=team`);
      await other.getByText("no team").waitFor();
      assert.deepEqual(await violations(other), [], `${look}, timeline`);
      await shoot(other, `calendar-team-${look}`);
      assert.deepEqual(other.said, []);
      await other.context().close();
    }
  });
});
