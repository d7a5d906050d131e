// The page of a deployment at 4, 240, 2,400 and 10,000 targets: what it draws, how
// little it asks for, and what may be done there. The first targets of each fleet are
// served by a real agent, and some of them refuse; the others wait.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, openWindow, phoneSize, shoot, signedIn, violations } from "./window.mjs";

// Why a target refuses: the exit code, and what is written.
const port = "3 port 7443 is held by pid 812";
const space = "4 no space left on /var";

const pad = (n, width) => String(n).padStart(width, "0");

// Of each size: how many a first wave has, which the agent serves, and how many of them refuse for which reason.
const sizes = {
  four: { total: 4, wave: 2, refuse: { [space]: [2] } },
  cells: { total: 240, wave: 36, refuse: { [port]: [9, 10, 23], [space]: [30] } },
  small: { total: 2400, wave: 60, refuse: { [port]: [12, 31, 32, 33] } },
  tiles: { total: 10_000, wave: 120, refuse: { [port]: [...Array.from({ length: 12 }, (_, i) => 41 + i), 81, 82, 83], [space]: [5, 6] } },
};

let house, browser, mara;
const ids = {};

before(async () => {
  house = await House.begin();
  await house.furnish();
  for (const [name, size] of Object.entries(sizes)) {
    await settle(name, size);
  }
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

const targetName = (name, n) => `${name}-${pad(n, 5)}`;

/** An environment with its targets, a component that goes there, and a deployment that awaits guidance. */
async function settle(name, { total, wave, refuse }) {
  const step = { name: "start the service", uses: "script", with: { argv: ["sh", "-c", "echo listen; if test -e refuse; then read -r code why <refuse; echo \"error: $why\" >&2; exit $code; fi"], undo: ["true"], directory: "${target.name}" } };
  const place = { name: "place the files", uses: "files", with: { path: "${target.name}/app", keep: 2 } };
  await house.apply([
    { kind: "Environment", metadata: { name }, spec: { purpose: "staging", order: 20, owner: "operations" } },
    { kind: "Component", metadata: { name: `app-${name}` }, spec: { kind: "software", owner: "operations" } },
    {
      kind: "Model",
      metadata: { name: `app-${name}` },
      spec: {
        appliesTo: { components: [`app-${name}`] },
        flow: [{ environment: name, strategy: { waves: [{ count: wave }, { percent: 100 }], maxFailures: Object.values(refuse).flat().length - 1 } }],
        procedures: [{ kind: "software", install: [place, step] }],
        checks: { acceptance: [{ name: "its files are there", uses: "script", with: { check: ["test", "-d", "."], directory: "${target.name}/app/current" } }] },
        onFailure: "guidance",
      },
    },
  ]);
  const targets = Array.from({ length: total }, (_, i) => ({
    kind: "Target",
    metadata: { name: targetName(name, i + 1), labels: { site: `site-${pad(Math.floor(i / 40) + 1, 3)}` } },
    spec: { environment: name, kind: "host", agent: "here" },
  }));
  for (let i = 0; i < total; i += 1000) {
    await house.apply(targets.slice(i, i + 1000));
  }
  for (const [why, which] of Object.entries(refuse)) {
    for (const n of which) {
      mkdirSync(house.path("hosts", targetName(name, n)), { recursive: true });
      writeFileSync(house.path("hosts", targetName(name, n), "refuse"), `${why}\n`);
    }
  }
  await house.release(`app-${name}`, "1.0.0", { "app.conf": name });
  const id = await house.request(`app-${name}@1.0.0`, name);
  await house.until(id, (d) => d.state === "awaiting-guidance", 240);
  ids[name] = id;
}

/** Whether it is asked of the API and comes to an end, as the stream of events does not. */
function counted(what) {
  const { pathname } = new URL(what.url());
  return pathname.startsWith("/api/") && !pathname.endsWith("/events");
}

/** Until nothing that was asked is unanswered, and nothing more is asked for as long as a frame or two. */
async function quiet(page) {
  do {
    await page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 200)));
  } while (page.waiting.size > 0);
}

/** A window that keeps what it asks of the API, and how many bytes came. */
async function watched(more = {}) {
  const page = await openWindow(browser, house, { state: mara, ...more });
  page.asked = [];
  page.waiting = new Set();
  page.on("request", (request) => counted(request) && page.waiting.add(request));
  page.on("requestfinished", (request) => page.waiting.delete(request));
  page.on("requestfailed", (request) => page.waiting.delete(request));
  page.on("response", async (response) => {
    if (counted(response)) {
      const { pathname, search } = new URL(response.url());
      const entry = { path: pathname + search, bytes: 0 };
      page.asked.push(entry);
      entry.bytes = (await response.body().catch(() => Buffer.alloc(0))).length;
    }
  });
  return page;
}

async function opened(name, search = "", more = {}) {
  const page = await watched(more);
  await page.goto(`/deployments/${ids[name]}${search}`);
  const { total, refuse } = sizes[name];
  const failed = Object.values(refuse).flat().length;
  await page.getByText(`${total.toLocaleString("en-GB")} in 2 waves`).waitFor();
  await page.getByRole("button", { name: `${failed} failed` }).waitFor();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await quiet(page);
  return page;
}

const nodes = (page) => page.evaluate(() => document.querySelectorAll("*").length);
const bytesOf = (page) => page.asked.reduce((sum, one) => sum + one.bytes, 0);

for (const name of Object.keys(sizes)) {
  test(`${sizes[name].total} targets are drawn from few requests and few bytes`, async () => {
    const page = await opened(name);
    const drawings = { four: "[data-drawing=rows] [data-rowlink]", cells: "[data-drawing=cells] [role=option]", small: "[data-drawing=small] canvas", tiles: "[role=application] canvas" };
    const marks = page.locator(drawings[name]);
    await marks.first().waitFor();
    assert.equal(await marks.count(), { four: 4, cells: 240, small: 2, tiles: 1 }[name]);
    const [all, bytes] = [await nodes(page), bytesOf(page)];
    console.log(`# ${sizes[name].total} targets: ${all} nodes, ${page.asked.length} requests, ${bytes} bytes`);
    assert.ok(all < 5000, `${all} nodes`);
    assert.ok(page.asked.length < 30, page.asked.map((one) => one.path).join("\n"));
    assert.ok(bytes < 250_000, page.asked.map((one) => `${one.bytes} ${one.path}`).join("\n"));
    if (sizes[name].total > 24) {
      assert.ok(!page.asked.some(({ path }) => /\/targets(\?|$)/.test(path)), "rows are asked for that nobody looks at");
    }
    assert.deepEqual(page.said, []);
    await page.context().close();
  });
}

test("arrow keys walk the cells, Enter opens one at its first error, x selects, and . opens what may be done", async () => {
  const page = await opened("cells");
  const wave = page.getByRole("listbox", { name: /Wave 1/ });
  await wave.focus();
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("ArrowRight");
  }
  await page.getByRole("status").getByText(/cells-00009: failed at "start the service"/).waitFor();
  await page.keyboard.press("x");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("x");
  await page.getByText("2 selected").waitFor();
  await page.getByRole("button", { name: "Retry exactly these 2" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "cells-00010" }).waitFor();
  assert.match(page.url(), /target=cells-00010/);
  const line = page.getByRole("log").getByText("error: port 7443 is held");
  await line.waitFor();
  await page.keyboard.press(".");
  await page.getByRole("menuitem", { name: "Retry exactly these 2" }).waitFor();
  await page.getByRole("menuitem", { name: "Copy 2 names" }).waitFor();
  assert.deepEqual(await violations(page), [], "the menu of what is selected");
  await page.keyboard.press("Escape");
  // Every line is a link, and a link leads to its line.
  const number = page.getByRole("log").locator("a[href*='#L']").first();
  const href = await number.getAttribute("href");
  await number.click();
  await page.waitForURL(/#L\d+$/);
  const again = await opened("cells", href.slice(href.indexOf("?")));
  await again.locator("[data-line][data-on]").waitFor();
  assert.deepEqual([...page.said, ...again.said], []);
  await again.context().close();
  await page.context().close();
});

test("a filter lists only what looks so, page by page; others fade", async () => {
  const page = await opened("small", "?state=failed");
  await page.getByText("4 of 4 shown").waitFor();
  assert.equal(await page.locator("[data-rowlink]").count(), 4);
  await page.getByRole("button", { name: /to do$/ }).click();
  await page.getByText(/^60 of 2,3\d\d shown$/).waitFor();
  const list = page.getByRole("group", { name: "Show only: To do" });
  assert.ok((await list.locator("[data-rowlink]").count()) < 40, "only rows in sight are drawn");
  await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await page.getByText(/^120 of 2,3\d\d shown$/).waitFor();
  assert.ok(page.asked.filter(({ path }) => /\/targets\?/.test(path)).length <= 4);
  await page.context().close();
});

test("the timeline says what share was waiting for what", async () => {
  const page = await opened("four");
  await page.getByText(/^Waited .* of /).waitFor();
  await page.getByText(/a person .*\d/).first().waitFor();
  await page.context().close();
});

for (const look of ["light", "dark", "phone"]) {
  test(`every size looks right in ${look}, and axe finds nothing`, async () => {
    for (const name of Object.keys(sizes)) {
      const search = name === "tiles" ? "?tile=site-003" : name === "cells" ? `?target=${targetName("cells", 9)}` : "";
      const page = await opened(name, search, look === "phone" ? phoneSize : looks[look].options);
      if (name === "tiles") {
        await page.getByRole("region", { name: "Targets of site-003" }).waitFor();
      }
      await shoot(page, `scale-${name}-${look}`);
      assert.deepEqual(await violations(page), []);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide`);
      await page.context().close();
    }
  });
}

// The last one, for it changes what the others look at.
test("a tile opens its targets; what failed for one reason has one answer, for exactly these", async () => {
  const page = await opened("tiles");
  await page.getByText("One tile for each site, 250 in all.").waitFor();
  const drawing = page.getByRole("application");
  await drawing.focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("status").getByText(/^site-002, 40 targets: /).waitFor();
  await page.keyboard.press("Enter");
  const inside = page.getByRole("region", { name: "Targets of site-002" });
  assert.equal(await inside.getByRole("option").count(), 40);
  await inside.getByRole("option", { name: "tiles-00041, Failed" }).click();
  await page.getByRole("heading", { name: "tiles-00041" }).waitFor();
  assert.match(page.url(), /tile=site-002/);
  assert.ok((await nodes(page)) < 5000);

  const cause = page.getByRole("listitem").filter({ hasText: "15 failed alike" });
  await cause.getByRole("button", { name: "Show 15" }).click();
  await page.getByText("15 selected").waitFor();
  for (const n of sizes.tiles.refuse[port]) {
    rmSync(house.path("hosts", targetName("tiles", n), "refuse"));
  }
  await cause.getByRole("button", { name: "Answer for all 15" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("gate-legacy is stopped");
  await dialog.getByRole("button", { name: "Retry exactly these 15" }).click();
  await dialog.waitFor({ state: "detached" });
  // The page follows by itself, without being loaded again.
  await page.getByRole("button", { name: "2 failed" }).waitFor();
  await page.getByRole("listitem").filter({ hasText: "2 failed alike" }).waitFor();
  assert.deepEqual(page.said, []);
  const rows = await house.api("GET", `/api/v1/deployments/${ids.tiles}/targets?look=failed`);
  assert.deepEqual(rows.items.map((row) => row.name), [targetName("tiles", 5), targetName("tiles", 6)]);
  await page.context().close();
});
