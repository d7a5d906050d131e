// A model is edited as YAML: what is wrong is said in the words of `tranship apply`, at its line.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
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

/** Writes at the end of a line of the editor, after taking some letters away. */
async function rewrite(words, away, put) {
  await line(words).click();
  await page.keyboard.press("End");
  for (let i = 0; i < away; i++) {
    await page.keyboard.press("Backspace");
  }
  await page.keyboard.type(put);
  await page.keyboard.press("Escape");
}

describe("a model in the editor", () => {
  it("with a wrong field is refused in the words of the command line, at the line", async () => {
    await open(page, "/models/booking-api/edit");
    await line("soak: 1s").waitFor();
    await rewrite("soak: 1s", 2, "ten minutes");
    const said = page.getByRole("alert");
    await said.getByText("1 defect").waitFor();
    const { yaml } = await house.api("GET", "/api/v1/documents/Model/booking-api");
    const wrong = yaml.replace("soak: 1s", "soak: ten minutes").replace(/^ {2}revision: \d+\n/m, "");
    writeFileSync(house.path("booking-api.yaml"), wrong);
    const printed = await house.command("apply", "-f", house.path("booking-api.yaml"), "--yes").then(
      () => assert.fail("the command line takes it"),
      (error) => error.message,
    );
    const words = await said.innerText();
    const place = /booking-api\.yaml, line (\d+), column (\d+)/.exec(words);
    assert.ok(place !== null, words);
    assert.equal(wrong.split("\n")[Number(place[1]) - 1].trim(), "soak: ten minutes");
    assert.ok(printed.includes(`booking-api.yaml:${place[1]}:${place[2]}`), printed);
    const message = (await said.locator("li .strong").innerText()).replace(/^\S+ /, "");
    assert.ok(printed.includes(message), `the command line says ${printed}, the page ${message}`);
    assert.ok(await page.getByRole("button", { name: "Apply" }).isDisabled());
    await page.locator(".cm-lint-marker-error").waitFor();
    await shoot(page, "model-edit-defect-light");
    assert.deepEqual(await violations(page), []);

    await line("kind: Model").click();
    await said.getByRole("button", { name: /line \d+/ }).click();
    assert.match(await page.locator(".cm-activeLine").innerText(), /soak: ten minutes/);
  });

  it("keeps the draft over a reload, and says the same in the form", async () => {
    await page.reload();
    await page.getByRole("alert").getByText("1 defect").waitFor();
    await page.getByText("Draft on revision 1", { exact: false }).waitFor();
    await page.getByText("Form", { exact: true }).click();
    const summary = page.getByRole("alert").filter({ hasText: "1 defect" });
    await summary.getByRole("button", { name: "spec.flow[2].strategy.soak" }).click();
    const field = page.getByLabel("Soak", { exact: true });
    await page.waitForFunction(() => document.activeElement?.id === "field:spec.flow[2].strategy.soak");
    assert.equal(await field.inputValue(), "ten minutes");
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    await shoot(page, "model-form-defect-light");
    assert.deepEqual(await violations(page), []);
    await page.getByText("YAML", { exact: true }).click();
  });

  it("mended, becomes the next revision, and the difference is shown before and after", async () => {
    await line("soak: ten minutes").waitFor();
    await rewrite("soak: ten minutes", "ten minutes".length, "2s");
    await page.getByText("Model booking-api becomes revision 2, 1 field differs").waitFor();
    await shoot(page, "model-edit-light");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/\/models\/booking-api$/);
    await page.getByText("Model booking-api is revision 2.").waitFor();
    const { revision, yaml } = await house.api("GET", "/api/v1/documents/Model/booking-api");
    assert.equal(revision, 2);
    assert.match(yaml, /soak: 2s/);
    await page.getByRole("region", { name: "Revisions" }).getByRole("link", { name: "2", exact: true }).click();
    await page.waitForURL(/compare\/1\.\.2$/);
    await page.getByText("soak: 2s").waitFor();
    assert.deepEqual(await page.locator("[data-kind=added] code").allInnerTexts().then((lines) => lines.map((one) => one.trim())), ["soak: 2s"]);
    assert.deepEqual(await page.locator("[data-kind=removed] code").allInnerTexts().then((lines) => lines.map((one) => one.trim())), ["soak: 1s"]);
    await shoot(page, "model-compare-light");
    assert.deepEqual(await violations(page), []);
  });

  it("that somebody else changed meanwhile is not written over", async () => {
    await open(page, "/models/booking-api/edit");
    await rewrite("soak: 2s", 2, "3s");
    await page.getByText("becomes revision 3", { exact: false }).waitFor();
    const { yaml } = await house.api("GET", "/api/v1/documents/Model/booking-api");
    await house.api("POST", "/api/v1/documents", { files: [{ name: "theirs.yaml", text: yaml.replace("soak: 2s", "soak: 9s").replace(/^ {2}revision: \d+\n/m, "") }] });
    await page.getByText("Somebody else has changed it meanwhile.").waitFor();
    assert.ok(await page.getByRole("button", { name: "Apply" }).isDisabled());
    await shoot(page, "model-edit-outdated-light");
    await page.getByRole("button", { name: "Look at theirs" }).click();
    await line("soak: 9s").waitFor();
  });

  it("has a field in the form for everything that the language has, and changes only the lines of what is changed", async () => {
    await open(page, "/models/booking-api/edit?view=yaml");
    await line("kind: Model").click();
    await page.keyboard.press("Home");
    await page.keyboard.type("# who reads this mends it\n");
    const before = (await house.api("GET", "/api/v1/documents/Model/booking-api")).yaml.replace(/^ {2}revision: \d+\n/m, "");
    await page.getByText("Form", { exact: true }).click();
    const field = (path) => page.locator(`[id="field:spec.procedures[0].install[2]${path}"]`);
    await page.getByLabel("Add to Install").click();
    await field(".name").fill("migrate");
    // What is missing is said above the form, which makes room for it.
    await page.getByRole("alert").getByRole("button", { name: "spec.procedures[0].install[2].uses" }).waitFor();
    await field(".uses").click();
    await page.getByRole("option", { name: "script", exact: true }).click();
    // The inputs are those of the driver.
    await field(".with").click();
    const add = page.getByRole("group", { name: "Inputs of the driver" }).first().getByLabel("Add to Command");
    await add.click();
    await field(".with.argv[0]").fill("./migrate");
    await add.click();
    await field(".with.argv[1]").fill("--to=${ver");
    await page.getByRole("option", { name: "--to=${version}", exact: true }).click();
    await add.click();
    await field(".with.argv[2]").fill("--first");
    await page.getByLabel("Move Command 3 up").click();
    await page.getByRole("group", { name: /^3\. migrate/ }).getByRole("button", { name: /more fields/ }).last().click();
    await field(".irreversible").fill("the old columns are dropped");
    await page.getByText("becomes revision 4", { exact: false }).waitFor();
    await shoot(page, "model-form-light");
    assert.deepEqual(await violations(page), []);
    await page.getByText("YAML", { exact: true }).click();
    await line("# who reads this mends it").waitFor();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/\/models\/booking-api$/);
    const { spec, yaml: written } = await house.api("GET", "/api/v1/documents/Model/booking-api");
    const added = spec.procedures[0].install.at(-1);
    assert.deepEqual(added, { name: "migrate", uses: "script", irreversible: "the old columns are dropped", with: { argv: ["./migrate", "--first", "--to=${version}"] } });
    const rest = written.replace(/^ {2}revision: \d+\n/m, "").split("\n");
    assert.deepEqual(before.split("\n").filter((one) => !rest.includes(one)), [], "a line that nobody changed is another");
  });

  it("is edited in the form by keyboard, in the dark and on a phone", async () => {
    const state = await page.context().storageState();
    for (const [name, { options }] of Object.entries({ dark: looks.dark, phone: looks.phone })) {
      const other = await openWindow(browser, house, { state, ...options });
      await open(other, "/models/booking-api/edit?view=form");
      const first = other.getByRole("button", { name: /^Checks/ }).first();
      await first.focus();
      const open_ = await first.getAttribute("aria-expanded");
      await other.keyboard.press("Enter");
      assert.notEqual(await first.getAttribute("aria-expanded"), open_);
      await other.keyboard.press("Enter");
      await shoot(other, `model-form-${name}`);
      assert.deepEqual(await violations(other), []);
      assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "it is wider than the window");
      await other.context().close();
    }
  });

  it("of any other kind has a form as well", async () => {
    await open(page, "/environments/live/edit?view=form");
    await page.getByRole("textbox", { name: "Purpose", exact: true }).waitFor();
    await shoot(page, "environment-form-light");
    assert.deepEqual(await violations(page), []);
  });

  it("says what cannot be undone first where it is approved, on a phone and at a desk", async () => {
    const id = await house.request("booking-api@2.14.0", "live", { skipFlow: true, reason: "the fares of tomorrow" });
    const state = await page.context().storageState();
    for (const [name, { options }] of Object.entries({ light: looks.light, dark: looks.dark, phone: looks.phone })) {
      const other = await openWindow(browser, house, { state, ...options });
      await open(other, `/my-work/${id}`);
      const exceptions = other.getByRole("region", { name: "Out of the ordinary" });
      await exceptions.getByText("the old columns are dropped (migrate, booking-api).", { exact: false }).waitFor();
      const place = await exceptions.boundingBox();
      const risk = await other.locator("dl").first().boundingBox();
      assert.ok(place.y < risk.y, "what is fine stands before what is not");
      await shoot(other, `approval-irreversible-${name}`);
      assert.deepEqual(await violations(other), []);
      await open(other, `/deployments/${id}/plan`);
      await other.getByRole("region", { name: "What will change" }).getByText("Cannot be undone: migrate: the old columns are dropped").first().waitFor();
      await other.getByText("(cannot be undone)").waitFor();
      await shoot(other, `plan-irreversible-${name}`);
      assert.deepEqual(await violations(other), []);
      assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "it is wider than the window");
      await other.context().close();
    }
    const printed = await house.command("approval", "show", id);
    assert.match(printed, /cannot be undone:\n\s+booking-api\s+migrate\s+the old columns are dropped/);
  });

  it("is edited beside how its deployments ended", async () => {
    await house.until(await house.request("gate-controller@4.7.2", "test"), (d) => d.state === "closed");
    await open(page, "/models/gate-controller/edit");
    await page.getByRole("region", { name: "Flow" }).getByText("1 of 1").waitFor();
  });

  it("is retired with its consequence, and compared by revision", async () => {
    await open(page, "/models/booking-api/compare/v1..v2");
    await page.getByRole("heading", { name: "booking-api: Revision 1 to 2" }).waitFor();
    await open(page, "/models/booking-api");
    await page.getByText("cannot be undone: the old columns are dropped").waitFor();
    await shoot(page, "model-light");
    await page.getByRole("button", { name: "Retire…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Nothing can be planned with it any more", { exact: false }).waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole("textbox", { name: "Type booking-api" }).fill("booking-api");
    await dialog.getByRole("button", { name: "Retire model" }).click();
    await dialog.getByText("Say why. It is kept in the record.").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The booking moved to another model");
    await dialog.getByRole("button", { name: "Retire model" }).click();
    await page.waitForURL(/\/models$/);
    await page.getByRole("link", { name: "fleet", exact: true }).waitFor();
    assert.equal(await page.getByRole("link", { name: "booking-api", exact: true }).count(), 0);
    const { items } = await house.api("GET", "/api/v1/record/entries?subject=document/Model/booking-api&kind=document.removed");
    assert.equal(items[0].entry.why, "The booking moved to another model");
  });
});
