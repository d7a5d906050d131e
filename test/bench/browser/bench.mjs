// Measures the web interface in a headless Chromium, on the data set of test/bench/face:
//
//   node bench.mjs --face PROGRAM [--dir DIRECTORY] [--small] [--soak MINUTES] [--tries N] [--json FILE]
//
// It prints what is aimed at beside what is seen. What is missed is said, and is no failure.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { heapOf, interact, kB, listen, percentile, requestsOf, routeOf, scriptsOf, scroll, settled, slope, workOf } from "./measure.mjs";
import { pages, interactions } from "./pages.mjs";
import { Server, password, person } from "./server.mjs";
import { Writer } from "./writer.mjs";

const { chromium } = createRequire(new URL("../../browser/package.json", import.meta.url))("playwright-core");
const { values: flags } = parseArgs({
  options: { face: { type: "string" }, dir: { type: "string" }, small: { type: "boolean" }, soak: { type: "string", default: "10" }, tries: { type: "string", default: "20" }, opens: { type: "string", default: "5" }, json: { type: "string" } },
});
const aims = { paint: 1000, interaction: 100, request: 300, scripts: 300, growth: 1 };
const tries = Number(flags.tries);
const result = { begun: new Date().toISOString(), load: loadavg(), aims, pages: [], interactions: [], requests: [], soak: undefined };
const took = new Map(); // by route

function table(head, rows) {
  const text = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...text.map((row) => row[i].length)));
  console.log(`\n${text.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ")).join("\n")}`);
}

const ms = (value) => `${Math.round(value)} ms`;
const missed = (seen, aim) => (seen > aim ? "missed" : "");

async function keep(page) {
  for (const { address, took: time } of await requestsOf(page)) {
    if (address.includes("/events")) {
      continue; // the stream stays open
    }
    const route = routeOf(address);
    took.set(route, [...(took.get(route) ?? []), time]);
  }
}

async function windowOf(browser, server, state) {
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 960 }, ...(state === undefined ? {} : { storageState: state }) });
  await context.addInitScript(listen);
  return context.newPage();
}

async function signedIn(browser, server) {
  const page = await windowOf(browser, server);
  await page.goto("/my-work");
  await page.getByLabel("Name").fill(person);
  await page.locator("input[type=password]").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator("header").first().waitFor();
  const state = await page.context().storageState();
  await page.context().close();
  return state;
}

/** Each page in a browser that has never seen it. */
async function measurePages(browser, server, state) {
  for (const [name, path] of pages(flags.small === true)) {
    const seen = { name, path, paint: [], largest: [], content: [], work: [], scripts: 0, requests: 0, longTask: 0 };
    for (let i = 0; i < Number(flags.opens); i++) {
      const page = await windowOf(browser, server, state);
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      await page.goto(path, { waitUntil: "commit" });
      seen.content.push(await settled(page).catch(async (error) => {
        console.log(`${name}: ${error.message.split("\n")[0]}`);
        return 30_000;
      }));
      await page.waitForLoadState("load");
      const { paint, largest, long } = await page.evaluate(() => ({ ...window.seen }));
      seen.work.push(await workOf(session));
      seen.paint.push(paint);
      seen.largest.push(largest);
      seen.longTask = Math.max(seen.longTask, long);
      seen.scripts = Math.max(seen.scripts, kB(await scriptsOf(page)));
      seen.requests = Math.max(seen.requests, (await requestsOf(page)).length);
      await keep(page);
      await page.context().close();
    }
    result.pages.push({ ...seen, paint: percentile(seen.paint, 95), largest: percentile(seen.largest, 95), content: percentile(seen.content, 95), work: percentile(seen.work, 50), firstContent: Math.min(...seen.content) });
  }
  table(
    ["page, opened cold", "aim", "first paint", "largest", "content", "best", "work", "scripts", "requests", "long task", ""],
    result.pages.map((p) => [p.name, ms(aims.paint), ms(p.paint), ms(p.largest), ms(p.content), ms(p.firstContent), ms(p.work), `${Math.round(p.scripts)} kB`, p.requests, ms(p.longTask), missed(p.paint, aims.paint)]),
  );
  console.log("best: the soonest content of all tries. work: what the page itself computed until then, whatever else the machine did.");
  const first = result.pages[0];
  console.log(`\nscripts of the first page: ${Math.round(first.scripts)} kB compressed, aim ${aims.scripts} kB ${missed(first.scripts, aims.scripts)}`);
}

async function measureInteractions(browser, server, state) {
  const page = await windowOf(browser, server, state);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  for (const { name, begin, act } of interactions(flags.small === true)) {
    await page.goto(begin);
    await settled(page);
    const measured = name.startsWith("scroll") ? scroll : interact;
    const { times, work } = await measured(page, session, tries, (i) => act(page, i));
    result.interactions.push({ name, tries: times.length, work: percentile(work, 50), p50: percentile(times, 50), p95: percentile(times, 95), longest: Math.max(...times) });
    await keep(page);
  }
  await page.context().close();
  table(["interaction", "aim", "p50", "p95", "longest", "work", "tries", ""], result.interactions.map((one) => [one.name, ms(aims.interaction), ms(one.p50), ms(one.p95), ms(one.longest), ms(one.work), one.tries, missed(one.p95, aims.interaction)]));
}

/** A page that stays open while others work. */
async function measureSoak(browser, server, state, minutes) {
  const page = await windowOf(browser, server, state);
  await page.goto("/overview");
  await settled(page);
  const session = await page.context().newCDPSession(page);
  const writer = new Writer(server);
  await writer.prepare();
  writer.begin(20);
  const heap = [];
  const held = [];
  const at = [];
  const samples = Math.max(5, Math.ceil(minutes));
  for (let i = 0; i <= samples; i++) {
    if (i > 0) {
      await page.waitForTimeout((minutes * 60_000) / samples);
    }
    at.push((i * minutes) / samples);
    heap.push(await heapOf(session));
    held.push(server.memory());
  }
  const rate = await writer.end();
  await keep(page);
  // What is taken up at the beginning, as the first lists come, is no growth.
  const growth = slope(at.slice(2), heap.slice(2)) / 1e6;
  result.soak = { minutes, rate, failed: Object.fromEntries(writer.failed), requests: (await requestsOf(page)).length, heap, server: held, growth, serverGrowth: slope(at.slice(2), held.slice(2)) / 1e6 };
  await page.context().close();
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  console.log(`\n${minutes} minutes of live updates, ${rate.toFixed(1)} changes a second, ${result.soak.requests} requests of the page`);
  for (const [why, n] of writer.failed) {
    console.log(`  ${n} refused: ${why}`);
  }
  console.log(`heap after collection, MB: ${heap.map(mb).join(" ")}: ${growth.toFixed(2)} MB a minute, aim under ${aims.growth} ${missed(growth, aims.growth)}`);
  console.log(`memory of the server, MB: ${held.map(mb).join(" ")}: ${result.soak.serverGrowth.toFixed(2)} MB a minute`);
}

function showRequests() {
  result.requests = [...took].map(([route, times]) => ({ route, times: times.length, p50: percentile(times, 50), p95: percentile(times, 95) })).sort((a, b) => b.p95 - a.p95);
  table(["request, as the browser saw it", "aim", "p50", "p95", "times", ""], result.requests.map((r) => [r.route, ms(aims.request), ms(r.p50), ms(r.p95), r.times, missed(r.p95, aims.request)]));
}

const directory = flags.dir ?? mkdtempSync(join(tmpdir(), "tranship-bench-"));
const server = await Server.begin(flags.face, directory, flags.small === true ? ["-small"] : []);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  console.log(`${server.said}\nserver ready after ${server.startSeconds.toFixed(1)} s; load of the machine ${loadavg().map((n) => n.toFixed(1)).join(" ")}`);
  const state = await signedIn(browser, server);
  if (Number(flags.opens) > 0) {
    await measurePages(browser, server, state);
  }
  if (tries > 0) {
    await measureInteractions(browser, server, state);
  }
  const minutes = Number(flags.soak);
  if (minutes > 0) {
    await measureSoak(browser, server, state, minutes);
  }
  showRequests();
  console.log(`\nload of the machine at the end ${loadavg().map((n) => n.toFixed(1)).join(" ")}`);
} finally {
  await browser.close();
  await server.end();
  if (flags.dir === undefined) {
    rmSync(directory, { recursive: true, force: true });
  }
}
if (flags.json !== undefined) {
  writeFileSync(flags.json, JSON.stringify(result, undefined, 2));
  console.log(`figures: ${flags.json}`);
}
