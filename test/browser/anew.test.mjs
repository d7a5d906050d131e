// What whoever asked does so that a deployment can go on, and what those who
// decided take back: a new plan, the question once more, a vote, an acceptance.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, open, openWindow, phoneSize, shoot, signedIn, violations } from "./window.mjs";

let house;
let browser;
let mara;
let jonas;
let asked;

const closed = (d) => d.state === "closed";
const target = (name) => ({ kind: "Target", metadata: { name }, spec: { environment: "live", kind: "host", agent: "here" } });

before(async () => {
  house = await House.begin();
  await house.furnish();
  for (const environment of ["test", "staging"]) {
    await house.until(await house.request("booking-api@2.14.0", environment), closed);
  }
  jonas = await house.as("jonas");
  const startAfter = new Date(Date.now() + 3_600_000).toISOString();
  asked = await house.request("booking-api@2.14.0", "live", { reason: "Show fare rules before payment", startAfter }, jonas);
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

/** Answers the dialog that stands open. */
async function say(page, reason, verb) {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Reason" }).fill(reason);
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

describe("a plan that is out of date", () => {
  it("asks nobody for a vote, and whoever asked for a new one (pain 3)", async () => {
    const approving = await openWindow(browser, house, { state: mara });
    await open(approving, `/my-work/${asked}`);
    await approving.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await house.apply([target("live-9")]);
    await approving.getByText("Nothing was sent from here", { exact: false }).waitFor();
    await open(approving, `/deployments/${asked}/plan`);
    await approving.getByText("is out of date", { exact: false }).first().waitFor();
    assert.equal(await approving.getByRole("button", { name: "Approve", exact: true }).count(), 0, "a vote would be for nothing");
    assert.equal(await approving.getByRole("button", { name: "Make a new plan…" }).count(), 0, "only who asked asks anew");

    const asking = await openWindow(browser, house, { as: "jonas" });
    await open(asking, "/my-work");
    await asking.getByRole("heading", { name: `Ask anew for ${asked}` }).waitFor();
    assert.deepEqual(await violations(asking), []);
    await shoot(asking, "anew-work-light");
    await open(asking, `/deployments/${asked}`);
    await asking.getByRole("button", { name: "Make a new plan…" }).click();
    await shoot(asking, "anew-dialog-light");
    await say(asking, "live-9 was added", "Make a new plan");
    await asking.getByRole("button", { name: "Make a new plan…" }).waitFor({ state: "detached" });
    const { plan, header } = await house.api("GET", `/api/v1/deployments/${asked}`);
    assert.equal(header.targetCount, 5, `${plan} is for what is there now`);
    await asking.context().close();
    await approving.context().close();
  });

  it("is not approved by whoever still sees the old one", async () => {
    const { subject } = await house.api("GET", `/api/v1/deployments/${asked}/approval`);
    const petra = await house.as("petra");
    await house.apply([target("live-10")]);
    await assert.rejects(petra("POST", `/api/v1/deployments/${asked}/votes`, { decision: "approve", subject, reason: "looks good" }), /is out of date/);
    await jonas("POST", `/api/v1/deployments/${asked}/replan`, { reason: "live-10 was added" });
  });
});

describe("a decision", () => {
  it("is taken back by whoever gave it, and asked for again after a rejection", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, `/deployments/${asked}/plan`);
    await page.getByPlaceholder("Reason, kept in the record").fill("Read the difference");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByRole("button", { name: "Withdraw…" }).click();
    await shoot(page, "withdraw-dialog-light");
    await say(page, "saw an alarm", "Withdraw my vote");
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await page.getByPlaceholder("Reason, kept in the record").fill("The alarm is real");
    await page.getByRole("button", { name: "Reject", exact: true }).click();
    await page.getByText("mara rejected", { exact: false }).first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Ask again…" }).count(), 0);
    await page.context().close();

    const asking = await openWindow(browser, house, { as: "jonas", ...phoneSize });
    await open(asking, `/my-work/${asked}.anew`);
    await asking.getByText("The alarm is real", { exact: false }).first().waitFor();
    assert.deepEqual(await violations(asking), []);
    await shoot(asking, "anew-rejected-phone");
    await asking.getByRole("textbox", { name: "Reason" }).fill("The alarm is mended");
    await asking.getByRole("button", { name: "Ask again", exact: true }).click();
    await asking.getByText("Nothing waits for you", { exact: false }).first().waitFor();
    const sheet = await house.api("GET", `/api/v1/deployments/${asked}/approval`);
    assert.equal(sheet.needs[0].have, 0, "no earlier vote counts");
    assert.equal(sheet.reasons.some((reason) => reason.way !== undefined), false, "it waits for approvers again");
    await asking.context().close();
  });
});

describe("acceptance", () => {
  it("is recorded with its reason by somebody who neither asked for it nor carried it out (R28)", async () => {
    const ended = await house.request("booking-api@2.13.4", "test", {}, jonas);
    await house.until(ended, closed);
    const page = await openWindow(browser, house, { state: mara });
    await open(page, `/deployments/${ended}`);
    await page.getByRole("button", { name: "Accept…" }).click();
    await say(page, "It does what was asked", "Accept");
    await page.getByText("Accepted by mara", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Accept…" }).waitFor({ state: "detached" });
    assert.deepEqual(await violations(page), []);
    await shoot(page, "accepted-light");
    await page.context().close();
    const own = await openWindow(browser, house, { as: "jonas" });
    await open(own, `/deployments/${ended}`);
    await own.getByText("Accepted by mara", { exact: false }).waitFor();
    await own.context().close();
  });
});
