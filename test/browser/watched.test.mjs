// What comes to hosts that are watched, without a deployment: seen on the
// environment's page by cause, and accepted; nothing offers to repair it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { open, openBrowser, openWindow, phoneSize, shoot, violations } from "./window.mjs";

const users = "root:x:0:0::/root:/bin/bash\n";
const mallory = "mallory:x:1001:1001::/home/mallory:/bin/bash\n";
let house;
let browser;
let mara;

const passwd = (text) => writeFileSync(house.path("hosts", "etc", "passwd"), text);

before(async () => {
  house = await House.begin();
  mkdirSync(house.path("hosts", "etc"), { recursive: true });
  passwd(users);
  writeFileSync(house.path("hosts", "etc", "group"), "root:x:0:\nsudo:x:27:mallory\n");
  await house.apply([
    { kind: "Person", metadata: { name: "mara" }, spec: { fullName: "Mara Lind" } },
    { kind: "Environment", metadata: { name: "quay" }, spec: { purpose: "live", order: 1, owner: "operations", inspection: { watch: ["users"] } } },
    ...["quay-1", "quay-2"].map((name) => ({ kind: "Target", metadata: { name }, spec: { environment: "quay", kind: "host", agent: "here" } })),
  ]);
  await house.invite("mara", "manager");
  await house.command("drift", "check", "quay"); // what counts as right
  passwd(users + mallory);
  await found(2);
  browser = await openBrowser();
  const page = await openWindow(browser, house, { as: "mara" });
  mara = await page.context().storageState();
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await house?.end();
});

/** Looks until so many differ. */
async function found(n) {
  for (let i = 0; i < 60; i++) {
    await house.command("drift", "check", "quay");
    const { items } = await house.api("GET", "/api/v1/drifts?environment=quay");
    if (items.length === n) {
      return;
    }
  }
  assert.fail(`${n} targets should differ`);
}

describe("a watched host", () => {
  it("shows what came by its cause, and offers to accept it, not to repair it", async () => {
    for (const [name, more] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", phoneSize]]) {
      const page = await openWindow(browser, house, { state: mara, ...more });
      await open(page, "/environments/quay?tab=drift");
      await page.getByText("user mallory").waitFor();
      await page.getByText("on 2 targets, the same difference").waitFor();
      assert.equal(await page.getByRole("button", { name: /^Repair/ }).count(), 0, "no deployment can put it right");
      assert.deepEqual(await violations(page), []);
      await shoot(page, `watched-${name}`);
      await page.context().close();
    }
  });

  it("is decided in place as a task: what is there counts as right from then on", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/my-work/drift.quay.host:users");
    await page.getByRole("heading", { name: "Users of hosts in quay changed without a deployment" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Repair/ }).count(), 0, "no deployment can put it right");
    assert.deepEqual(await violations(page), []);
    await page.getByText("user mallory: uid 1001, gid 1001, home /home/mallory, shell /bin/bash, in sudo instead of nothing").first().waitFor();
    await shoot(page, "watched-task-light");
    await page.getByRole("textbox", { name: "Reason" }).fill("She has begun to work here");
    await page.getByRole("button", { name: "Accept 2" }).click();
    await page.waitForURL((url) => !url.pathname.includes("host"));
    await found(0);
    assert.deepEqual(page.said, []);
    await page.context().close();
  });
});
