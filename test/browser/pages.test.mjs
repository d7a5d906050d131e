// Every page of the interface, in every look: what axe finds, what its console says, and whether it fits.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fleet, House } from "./house.mjs";
import { leave, looks, open, openWindow, shoot, signedIn, violations } from "./window.mjs";

/** Makes every text of a page 40 % longer as soon as it stands there, as other languages are. Runs in the browser. */
function longer() {
  const done = new WeakMap();
  const stretch = (node) => {
    const text = node.nodeValue;
    if (node.parentElement?.closest("style, script, code, pre, .cm-editor") !== null || done.get(node) === text || !/[a-z]{2}/i.test(text)) {
      return;
    }
    const said = text.replace(/[\p{L}]{2,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)));
    done.set(node, said);
    node.nodeValue = said;
  };
  const all = (root) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      stretch(walk.currentNode);
    }
  };
  new MutationObserver((changes) => changes.forEach((change) => (change.type === "characterData" ? stretch(change.target) : change.addedNodes.forEach((node) => (node.nodeType === 3 ? stretch(node) : all(node)))))).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
  });
}

let house;
let browser;
let mara; // what the browser of a signed-in person keeps
const ids = {};

before(async () => {
  house = await House.begin();
  await house.furnish();
  Object.assign(ids, await house.liveIn());
  ids.asked = await house.request("booking-api@2.14.0", "live", { reason: "Show fare rules before payment" }, await house.as("jonas"));
  ids.later = await house.request("booking-api@2.13.4", "test", { startAfter: new Date(Date.now() + 3_600_000).toISOString() });
  const { yaml } = await house.api("GET", "/api/v1/documents/Model/booking-api");
  await house.api("POST", "/api/v1/documents", { files: [{ name: "model.yaml", text: yaml.replace("soak: 1s", "soak: 2s").replace(/^ {2}revision: \d+\n/m, "") }] });
  for (const part of fleet()) {
    await house.apply(part);
  }
  ids.fleet = await house.request("fleet@1.0.0", "fleet");
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(() => leave(browser, house));

describe("every page", () => {
  const pages = () => [
    ["overview", "/overview"],
    ["my-work", "/my-work"],
    ["deployments", "/deployments?all=true"],
    ["deployment", `/deployments/${ids.stuck}?target=gate-hel-007`],
    ["deployment-10000", `/deployments/${ids.fleet}`],
    ["plan", `/deployments/${ids.asked}/plan`],
    ["request", "/deployments/new?release=booking-api%402.14.0&env=test"],
    ["my-work-approval", `/my-work/${ids.asked}`],
    ["my-work-guidance", `/my-work/${ids.stuck}`],
    ["rollback", `/deployments/new?restores=${ids.ended}`],
    ["calendar", "/calendar"],
    ["calendar-day", "/calendar/day/now"],
    ["calendar-month", "/calendar/month/now"],
    ["calendar-timeline", "/calendar/timeline/now"],
    ["calendar-place", `/calendar/week/now?place=${ids.later}`],
    ["journeys-none", "/journeys?all=true"],
    ["way-by-hand", "/journeys/gate-controller@4.8.0"],
    ["backlog-waiting", "/backlog"],
    ["library", "/library"],
    ["library-component", "/library/booking-api"],
    ["library-version", "/library/booking-api/2.14.0/origin"],
    ["library-compare", "/library/booking-api/compare/2.13.4..2.14.0"],
    ["records", "/records"],
    ["record", `/records/${ids.ended}`],
    ["models", "/models"],
    ["model", "/models/gate-controller"],
    ["environments", "/environments"],
    ["model-edit", "/models/gate-controller/edit"],
    ["model-form", "/models/gate-controller/edit?view=form"],
    ["model-new", "/models/new"],
    ["model-compare", "/models/booking-api/compare/1..2"],
    ["environment", "/environments/terminals"],
    ["environment-edit", "/environments/terminals/edit"],
    ["environment-compare", "/environments/compare/test..staging"],
    ["target", "/environments/terminals/targets/gate-hel-007"],
    ["target-history", "/environments/terminals/targets/gate-hel-007?tab=history"],
    ["target-new", "/environments/terminals/targets/new?agent=gate-hel-061"],
    ["environment-new", "/environments/new"],
    ["agents", "/environments/agents"],
    ["admin", "/admin/policies"],
    ["overview-compare", "/overview?compare=test..live"],
    ["record-entry", "/records/3"],
    ["no-page", "/nothing/here"],
  ];
  for (const [look, { options, filter }] of Object.entries(looks)) {
    it(`has nothing that axe finds, and says nothing wrong on its console: ${look}`, async () => {
      const page = await openWindow(browser, house, { state: mara, ...options });
      for (const [name, path] of pages()) {
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

  const tooWide = async (page) => {
    const found = [];
    for (const [name, path] of pages()) {
      await open(page, path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) {
        found.push(`${name} is ${over} px too wide`);
        await shoot(page, `${name}-too-wide`);
      }
    }
    return found;
  };
  it("is not wider than a window of 320 px", async () => {
    const page = await openWindow(browser, house, { state: mara, viewport: { width: 320, height: 700 } });
    assert.deepEqual(await tooWide(page), []);
    await page.context().close();
  });

  it("is not wider than its window when every text is 40 % longer", async () => {
    for (const viewport of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
      const page = await openWindow(browser, house, { state: mara, viewport });
      await page.addInitScript(longer);
      await open(page, "/overview");
      assert.equal(await page.locator("main h1").innerText(), "OverviewOver");
      assert.deepEqual(await tooWide(page), [], `${viewport.width} px wide`);
      await page.context().close();
    }
  });
});

