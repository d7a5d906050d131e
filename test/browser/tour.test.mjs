// The guided tour of docs/guided-tour.md: its story is lived through, and what the page quotes really stands there.
// TOUR=write makes its pictures anew (make tour); otherwise they stay as they are committed.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { House, password } from "./house.mjs";
import { leave, openBrowser, openWindow, phoneSize, settle } from "./window.mjs";

const page = readFileSync(new URL("../../docs/guided-tour.md", import.meta.url), "utf8");
const pictures = new URL("../../docs/guided-tour/", import.meta.url);
const desk = { viewport: { width: 1440, height: 900 }, timezoneId: "UTC", colorScheme: "light" };
const largest = 120_000;

let house;
let browser;
let jonas;
let mara;
const ids = {};
const taken = [];
const closed = (d) => d.state === "closed";

/** What the page quotes of each picture: all that is bold, up to the next picture or heading. */
const quoted = new Map(
  page
    .split(/^(?=!\[|#)/m)
    .map((part) => [/^!\[[^\]]+\]\(guided-tour\/([^)]+)\)/.exec(part)?.[1], part.replace(/^!.*$/m, "")])
    .filter(([name]) => name !== undefined)
    .map(([name, text]) => [name, [...text.matchAll(/\*\*([^*]+)\*\*/g)].map((found) => found[1].replace(/\s+/g, " "))]),
);

/** All words of a page: what is written, what is typed, what a field or a button is called. */
async function words(window) {
  const said = await window.evaluate(() =>
    [document.body.innerText, ...[...document.querySelectorAll("input, textarea, [aria-label], [placeholder]")].flatMap((one) => [one.value, one.placeholder, one.getAttribute("aria-label")])].filter((one) => typeof one === "string").join("\n"),
  );
  return said.replace(/\s+/g, " ");
}

/** Takes a picture, and holds what the page quotes of it against what is there. */
async function picture(window, name) {
  const file = `${name}.webp`;
  const quotes = quoted.get(file);
  assert.ok(quotes !== undefined, `docs/guided-tour.md does not show ${file}`);
  const there = await words(window);
  assert.deepEqual(
    quotes.filter((one) => !there.includes(one)),
    [],
    `what docs/guided-tour.md quotes of ${file} is not there; there is: ${there}`,
  );
  taken.push(file);
  if (process.env.TOUR === "write") {
    await settle(window);
    const session = await window.context().newCDPSession(window);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
    writeFileSync(new URL(file, pictures), Buffer.from(data, "base64"));
  }
}

// Next week, so that nothing of it has passed.
const monday = new Date();
monday.setUTCHours(0, 0, 0, 0);
monday.setUTCDate(monday.getUTCDate() + ((8 - monday.getUTCDay()) % 7 || 7));
const day = (n) => new Date(monday.getTime() + n * 86_400_000).toISOString().slice(0, 10);

/** A night for maintenance, and two days on which nothing moves. */
const timetable = [
  { kind: "Window", metadata: { name: "test-days" }, spec: { appliesTo: { environments: ["test"] }, when: { start: `${day(0)}T08:00`, end: `${day(0)}T18:00`, zone: "UTC", repeat: "FREQ=DAILY;COUNT=5" } } },
  {
    kind: "Freeze",
    metadata: { name: "ledger-close" },
    spec: { kind: "hard", description: "The ledger is closed.", appliesTo: { environments: ["live", "test"] }, when: { start: `${day(3)}T00:00`, end: `${day(5)}T00:00`, zone: "UTC" }, waiver: { groups: ["booking-operations"] } },
  },
];

before(async () => {
  mkdirSync(pictures, { recursive: true });
  house = await House.begin();
  await house.furnish();
  for (const environment of ["test", "staging"]) {
    for (const release of ["booking-api@2.13.4", "booking-api@2.14.0", "gate-controller@4.7.2", "gate-controller@4.8.0"]) {
      await house.until(await house.request(release, environment), closed);
    }
  }
  await house.until(await house.request("gate-controller@4.7.2", "terminals"), closed);
  ids.first = await house.request("booking-api@2.13.4", "live", { reason: "The first one" }, await house.as("jonas"));
  const petra = await house.as("petra");
  const { subject } = await house.api("GET", `/api/v1/deployments/${ids.first}/approval`);
  await petra("POST", `/api/v1/deployments/${ids.first}/votes`, { decision: "approve", subject, reason: "As agreed" });
  await house.until(ids.first, closed);
  const { yaml } = await house.api("GET", "/api/v1/documents/Model/booking-api");
  await house.api("POST", "/api/v1/documents", { files: [{ name: "model.yaml", text: yaml.replace("soak: 1s", "soak: 15s").replace(/^ {2}revision: \d+\n/m, "") }] });
  browser = await openBrowser();
});

after(() => leave(browser, house));

const go = async (window, path) => {
  await window.goto(path);
  await window.locator("main h1").first().waitFor();
  await window.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null);
};

describe("the guided tour", () => {
  it("begins with signing in, and what is where", async () => {
    jonas = await openWindow(browser, house, desk);
    await jonas.goto("/overview");
    await jonas.getByLabel("Name").fill("jonas");
    await jonas.locator("input[type=password]").fill(password);
    await picture(jonas, "sign-in");
    await jonas.getByRole("button", { name: "Sign in", exact: true }).click();
    await jonas.getByRole("button", { name: /^booking-api, live/ }).waitFor();
    await jonas.getByText("Now, live").waitFor();
    await picture(jonas, "overview");
    await jonas.getByRole("button", { name: /^booking-api, live/ }).click();
    await jonas.getByRole("dialog").getByText("By whose authority").waitFor();
    await picture(jonas, "cell");
    await jonas.keyboard.press("Escape");
    await jonas.keyboard.press("Control+k");
    await jonas.getByPlaceholder("Find or do anything").fill("gate-hel");
    await jonas.getByRole("dialog").getByText("gate-hel-001").waitFor();
    await picture(jonas, "palette");
    await jonas.keyboard.press("Escape");
  });

  it("requests a deployment with its plan in sight", async () => {
    ids.before = new Date().toISOString();
    await go(jonas, "/deployments/new?release=booking-api%402.14.0&env=live");
    await jonas.getByRole("button", { name: "Plan", exact: true }).click();
    await jonas.getByText("4 touched").waitFor();
    await jonas.getByRole("region", { name: "Conflicts" }).getByText("No rule finds anything").waitFor();
    await jonas.getByRole("textbox", { name: "Reason" }).fill("Show fare rules before payment");
    await picture(jonas, "request");
    await jonas.getByRole("button", { name: "Request deployment" }).click();
    await jonas.waitForURL(/\/deployments\/D-\d+$/);
    ids.asked = /D-\d+/.exec(jonas.url())[0];
    await jonas.getByText("Waits for approval", { exact: false }).first().waitFor();
    await jonas.getByText("live-book-04").waitFor();
    await picture(jonas, "waits");
  });

  it("is approved by somebody else, at a desk or on a phone, and watched", async () => {
    mara = await openWindow(browser, house, { ...desk, as: "mara" });
    await go(mara, `/my-work/${ids.asked}`);
    await mara.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await mara.getByText("What will change").first().waitFor();
    await mara.getByPlaceholder("Reason, kept in the record").fill("Read the difference");
    await picture(mara, "approve");
    const phone = await openWindow(browser, house, { ...phoneSize, timezoneId: "UTC", state: await mara.context().storageState() });
    await go(phone, `/my-work/${ids.asked}`);
    await phone.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await picture(phone, "approve-phone");
    await phone.context().close();
    await mara.getByRole("button", { name: "Approve", exact: true }).click();
    await jonas.locator("#why").getByText("soak", { exact: false }).first().waitFor({ timeout: 60_000 });
    await jonas.getByText("mara approved").waitFor();
    await picture(jonas, "watch");
    await jonas.locator("main h1").locator("..").getByText("Succeeded", { exact: true }).waitFor({ timeout: 60_000 });
  });

  it("asks a person when a wave fails", async () => {
    mkdirSync(house.path("hosts", "gate-hel-007"), { recursive: true });
    writeFileSync(house.path("hosts", "gate-hel-007", "refuse"), "");
    ids.stuck = await house.request("gate-controller@4.8.0", "terminals", { reason: "New barrier timing" });
    await house.until(ids.stuck, (d) => d.state === "awaiting-guidance");
    await go(mara, `/deployments/${ids.stuck}?target=gate-hel-007`);
    await mara.getByText("port 7443 is held by pid 812").first().waitFor();
    await picture(mara, "failed");
    rmSync(house.path("hosts", "gate-hel-007", "refuse"));
    await mara.getByRole("button", { name: "Retry this target" }).click();
    const dialog = mara.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Reason" }).fill("gate-legacy is gone");
    await picture(mara, "guidance");
    await dialog.getByRole("button", { name: "Retry this target" }).click();
    await dialog.waitFor({ state: "detached" });
    await house.until(ids.stuck, closed);
  });

  it("moves a deployment in the calendar", async () => {
    await house.apply(timetable);
    ids.later = await house.request("booking-api@2.13.4", "test", { startAfter: `${day(1)}T10:00:00Z` });
    await go(jonas, `/calendar/week/${day(0)}`);
    const from = await jonas.locator(`[data-deployment=${ids.later}]`).boundingBox();
    const column = await jonas.locator(`[data-day="${day(2)}"]`).boundingBox();
    await jonas.mouse.move(from.x + from.width / 2, from.y + 8);
    await jonas.mouse.down();
    await jonas.mouse.move(column.x + column.width / 2, from.y + 60, { steps: 8 });
    await jonas.getByText("Free: nothing speaks against this time.", { exact: false }).first().waitFor();
    await picture(jonas, "calendar");
    await jonas.keyboard.press("Escape");
    await jonas.mouse.up();
  });

  it("shows how deployments go, and where versions come from", async () => {
    await go(jonas, "/models/gate-controller");
    await jonas.getByRole("heading", { name: "Results" }).or(jonas.getByText("Deployments so far")).first().waitFor();
    await picture(jonas, "model");
    await go(jonas, "/library/booking-api/2.14.0/origin");
    await picture(jonas, "library");
  });

  it("proves what happened, and shows what was where before", async () => {
    await go(jonas, `/records/${ids.asked}`);
    await jonas.getByRole("button", { name: "Verify in this browser" }).click();
    await jonas.getByText("Sealed, verified").waitFor();
    await picture(jonas, "record");
    await go(jonas, `/overview?at=${encodeURIComponent(ids.before)}`);
    await jonas.getByText("You are looking at", { exact: false }).waitFor();
    await jonas.getByRole("button", { name: /^booking-api, live/ }).waitFor();
    await picture(jonas, "past");
    assert.deepEqual([...jonas.said, ...mara.said].filter((line) => !line.includes("401")), []);
  });

  it("shows every picture that it has, and no other", () => {
    assert.deepEqual([...quoted.keys()], taken, "the pictures of docs/guided-tour.md and their order");
    assert.deepEqual(readdirSync(pictures).sort(), [...taken].sort(), "make tour writes docs/guided-tour");
    for (const name of taken) {
      assert.ok(statSync(new URL(name, pictures)).size <= largest, `${name} is larger than ${largest} bytes`);
      assert.ok(quoted.get(name).length > 0, `the page quotes nothing of ${name}`);
    }
  });
});
