// A window of a headless Chromium, signed in or not, and what is looked at in it.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { password } from "./house.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = new URL("./shots/", import.meta.url).pathname;
mkdirSync(shots, { recursive: true });

const desk = { viewport: { width: 1440, height: 960 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** Where in an answer of the API a null stands: its description knows none, so a page would break at it. */
function nulls(value, path = "") {
  if (value === null) {
    return [path];
  }
  return typeof value === "object" ? Object.entries(value).flatMap(([key, one]) => nulls(one, `${path}.${key}`)) : [];
}

async function watch(response, said) {
  const { pathname } = new URL(response.url());
  if (pathname.startsWith("/api/") && /json/.test(response.headers()["content-type"] ?? "")) {
    const body = await response.json().catch(() => 0); // the page may have gone
    nulls(body).slice(0, 3).forEach((path) => said.push(`${pathname} gives null at ${path}`));
  }
}

/** A window; what the page says wrong on its console, and the server in its answers, is kept in `said`. */
export async function openWindow(browser, house, { as, state, ...more } = {}) {
  const context = await browser.newContext({ baseURL: house.url, ...desk, ...(state === undefined ? {} : { storageState: state }), ...more });
  context.setDefaultTimeout(Number(process.env.PATIENCE ?? 30) * 1000);
  const page = await context.newPage();
  page.said = [];
  page.on("console", (message) => {
    if (message.type() === "error") {
      page.said.push(message.text());
    }
  });
  page.on("response", (response) => void watch(response, page.said));
  page.on("pageerror", (error) => page.said.push(error.message));
  if (as !== undefined) {
    await page.goto("/my-work");
    await signIn(page, as);
  }
  return page;
}

/** A browser, and what one in which somebody is signed in keeps: each window begins with it. */
export async function signedIn(house, name) {
  const browser = await openBrowser();
  try {
    const page = await openWindow(browser, house, { as: name });
    const state = await page.context().storageState();
    await page.context().close();
    return { browser, state };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** Closes what a test file opened, as far as it came. */
export async function leave(browser, house) {
  await browser?.close();
  await house?.end();
}

export async function signIn(page, name, secret = password) {
  await page.getByLabel("Name").fill(name);
  await page.locator("input[type=password]").fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator("header").first().waitFor();
}

/** Goes to an address, and waits until its page stands there and loads nothing more. */
export async function open(page, path) {
  await page.goto(path);
  await page.locator("main h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null);
}

/** Until what fades in or out has done so; what moves for ever is left to. */
const still = () =>
  Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map((one) => one.finished));

/** Waits until the page stands still. */
export async function settle(page) {
  await page.evaluate(still);
  await page.evaluate(still); // what began when the first had ended
}

/** What axe finds wrong on the page, in words; empty when nothing. */
export async function violations(page) {
  await settle(page);
  const found = await page.evaluate(`(() => { const module = undefined; ${axe}; return axe.run(document); })()`);
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.any[0]?.message ?? rule.help}`));
}

/** The looks in which every page is drawn. */
export const looks = {
  light: { options: desk },
  dark: { options: { ...desk, colorScheme: "dark" } },
  phone: { options: phone },
  grey: { options: desk, filter: "grayscale(1)" },
};

export const phoneSize = phone;

export async function shoot(page, name) {
  await page.screenshot({ path: `${shots}${name}.png`, animations: "disabled" });
}
