// A freeze stops a deployment, and every page says which, until when, and who may waive it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, openBrowser, openWindow, shoot, violations } from "./window.mjs";

let house;
let browser;
let asked;
const closed = (d) => d.state === "closed";
/** How often a page says when the freeze ends. */
const saysEnd = async (page) => (await page.locator("main").innerText()).match(/31 Dec 2035/g)?.length ?? 0;
const freeze = {
  kind: "Freeze",
  metadata: { name: "ledger-close" },
  spec: {
    kind: "hard",
    description: "The ledger is closed.",
    appliesTo: { environments: ["live"] },
    when: { start: "2026-01-01T00:00", end: "2035-12-31T06:00", zone: "Europe/Helsinki" },
    waiver: { groups: ["booking-operations"] },
  },
};

before(async () => {
  house = await House.begin();
  await house.furnish();
  for (const environment of ["test", "staging"]) {
    await house.until(await house.request("booking-api@2.14.0", environment), closed);
  }
  await house.apply([freeze, ...["ports", "spare"].map((name, i) => ({ kind: "Environment", metadata: { name }, spec: { purpose: "live", order: 5 + i, owner: "operations" } }))]);
  browser = await openBrowser();
});

after(() => leave(browser, house));

describe("a freeze", () => {
  it("is said before anything is requested", async () => {
    const page = await openWindow(browser, house, { as: "jonas" });
    await page.goto("/deployments/new?release=booking-api%402.14.0&env=live");
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    const conflicts = page.getByRole("region", { name: "Conflicts" });
    await conflicts.getByText("Stops it:").waitFor();
    const said = await conflicts.innerText();
    assert.match(said, /ledger-close/);
    assert.match(said, /The ledger is closed/);
    assert.match(said, /holds from Wed 31 Dec 2025 22:00 to Mon 31 Dec 2035 04:00/);
    assert.equal(await saysEnd(page), 1, "it is said once, where it decides");
    assert.match(said, /May be waived by booking-operations/);
    await shoot(page, "freeze-request-light");
    assert.deepEqual(await violations(page), []);
    await page.getByRole("textbox", { name: "Reason" }).fill("Show fare rules before payment");
    await page.getByRole("button", { name: "Request deployment" }).click();
    await page.waitForURL(/\/deployments\/D-\d+$/);
    asked = /D-\d+/.exec(page.url())[0];
    await page.context().close();
  });

  it("keeps what is approved from starting, and the deployment says why", async () => {
    const { subject } = await house.api("GET", `/api/v1/deployments/${asked}/approval`);
    const petra = await openWindow(browser, house, { as: "petra" });
    await petra.goto(`/deployments/${asked}/plan`);
    await petra.getByText(subject.slice(7, 15), { exact: false }).first().waitFor();
    await petra.getByPlaceholder("Reason, kept in the record").fill("Read the difference");
    await petra.getByRole("button", { name: "Approve", exact: true }).click();
    await petra.getByText("1 of 1 votes").waitFor();
    await petra.goto(`/deployments/${asked}/plan`);
    await petra.getByRole("region", { name: "Conflicts" }).getByText("Stops it:").waitFor();
    assert.equal(await petra.locator("[data-why]").count(), 0, "the reason for waiting is the conflict");
    assert.equal(await saysEnd(petra), 1);
    await shoot(petra, "freeze-plan-light");
    await petra.goto(`/deployments/${asked}`);
    const why = petra.locator("#why");
    await why.getByText(/ledger-close/).first().waitFor();
    const said = await why.innerText();
    assert.match(said, /booking-operations/);
    assert.match(said, /31 Dec 2035/);
    assert.equal(await why.getAttribute("data-family"), "ice");
    await shoot(petra, "freeze-deployment-light");
    assert.deepEqual(await violations(petra), []);
    await petra.context().close();
  });

  it("is over the environment's column, and in the card of its cells", async () => {
    const page = await openWindow(browser, house, { as: "jonas" });
    await page.goto("/overview");
    const column = page.getByRole("columnheader", { name: /live/ }).first();
    await column.waitFor();
    assert.match(await column.innerText(), /Frozen until\s+Mon 31 Dec 2035 04:00/);
    const cut = () => column.evaluate((head) => [head, ...head.querySelectorAll("*")].filter((one) => !one.classList.contains("unseen") && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible").length);
    assert.equal(await cut(), 0, "until when is readable with seven environments");
    assert.match((await column.textContent()) ?? "", /Frozen by ledger-close: The ledger is closed\./);
    await page.getByRole("button", { name: /^booking-api, live/ }).click();
    await page.getByRole("dialog").getByText(/ledger-close/).first().waitFor();
    await shoot(page, "freeze-overview-light");
    await page.context().close();
  });

  it("leaves room for a comparison of two environments, which says how many components differ", async () => {
    const page = await openWindow(browser, house, { as: "jonas" });
    await page.goto("/overview?compare=test..live");
    await page.getByRole("status").getByText("1 of 3 components differs between test and live.").waitFor();
    assert.equal(await page.getByRole("button", { name: /^[a-z-]+, test: / }).count(), 1, "only that one is shown");
    await page.goto("/overview?compare=test..staging");
    await page.getByText("test and staging have the same versions everywhere").waitFor();
    await page.goto("/overview?compare=test..live&show=scheduled");
    await page.getByRole("status").getByText("1 of 1 component differs between test and live.").waitFor();
    await page.context().close();
  });

  it("holds again what was waived, once the waiver is revoked before the start", async () => {
    const later = await house.request("booking-api@2.14.0", "live", { startAfter: new Date(Date.now() + 3_600_000).toISOString() }, await house.as("jonas"));
    const mara = await house.as("mara");
    await mara("POST", `/api/v1/deployments/${later}/waivers`, { entry: "freeze/ledger-close", reason: "Agreed with the accountants" });
    const page = await openWindow(browser, house, { as: "mara" });
    await page.goto(`/deployments/${later}/plan`);
    const conflicts = page.getByRole("region", { name: "Conflicts" });
    await conflicts.getByRole("button", { name: "Revoke…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The accountants changed their mind");
    await shoot(page, "freeze-revoke-light");
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole("button", { name: "Revoke the waiver" }).click();
    await dialog.waitFor({ state: "detached" });
    await conflicts.getByText("Stops it:").waitFor();
    await conflicts.getByRole("button", { name: "Waive…" }).waitFor();
    const [waiver] = (await house.api("GET", `/api/v1/deployments/${later}/waivers`)).items;
    assert.equal(waiver.revokedWhy, "The accountants changed their mind");
    await page.context().close();
    await house.command("deployment", "cancel", later, "--reason", "not wanted any more");
  });

  it("shows no way to waive it to who asked, and lets it go on when somebody entitled waives it", async () => {
    const jonas = await openWindow(browser, house, { as: "jonas" });
    await jonas.goto(`/deployments/${asked}/plan`);
    await jonas.getByRole("region", { name: "Conflicts" }).getByText("Stops it:").waitFor();
    assert.equal(await jonas.getByRole("button", { name: "Waive…" }).count(), 0);

    const mara = await openWindow(browser, house, { as: "mara" });
    await mara.goto(`/deployments/${asked}/plan`);
    await mara.getByRole("button", { name: "Waive…" }).click();
    const dialog = mara.getByRole("dialog");
    await shoot(mara, "freeze-waive-light");
    assert.deepEqual(await violations(mara), []);
    await dialog.getByRole("button", { name: "Waive", exact: true }).click();
    await dialog.getByText("Say why. It is kept in the record.").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Agreed with the accountants");
    await dialog.getByRole("button", { name: "Waive", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await jonas.goto(`/deployments/${asked}`);
    await jonas.getByText("Succeeded").first().waitFor({ timeout: 60_000 });
    await jonas.getByText(/ledger-close waived/).waitFor();
    assert.equal((await house.api("GET", `/api/v1/deployments/${asked}`)).result, "succeeded");
    assert.deepEqual([...jonas.said, ...mara.said].filter((line) => !line.includes("401")), []);
    await jonas.context().close();
    await mara.context().close();
  });
});
