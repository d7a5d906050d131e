// The first minutes: a server that has just started, its first administrator, and pages that have nothing to show yet.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, looks, open, openBrowser, openWindow, shoot, violations } from "./window.mjs";

let house;
let browser;
let admin; // what the browser of the administrator keeps
const secret = "plain words of whoever came first";

before(async () => {
  house = await House.begin();
  browser = await openBrowser();
});

after(() => leave(browser, house));

/** Types a password of one's own at the address with the code, and sends it. */
async function choose(page, words) {
  await page.getByLabel("New password").first().fill(words);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

describe("the address that the server prints at its first start", () => {
  it("lets the first administrator in, and its code stays in no address", async () => {
    const page = await openWindow(browser, house);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(house.link);
    const code = await page.getByLabel("Code").inputValue();
    assert.match(code, /^tsi_/);
    assert.deepEqual(await violations(page), []);
    await shoot(page, "sign-in-code-light");
    await choose(page, "admin admin admin admin");
    await page.getByRole("alert").getByText("it contains the name").waitFor();
    await choose(page, secret); // a password that was refused costs no code
    await page.waitForURL(/\/overview$/);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    admin = await page.context().storageState();
    assert.deepEqual(
      asked.filter((url) => url.includes("tsi_")),
      [],
    );
    await page.getByRole("link", { name: "Models" }).click();
    await page.waitForURL(/\/models$/);
    await page.goBack();
    await page.waitForURL(/\/overview$/);
    await page.goBack();
    assert.equal(page.url(), "about:blank", "before the overview there is nothing of this site");
    await page.context().close();
  });

  it("is good once", async () => {
    const page = await openWindow(browser, house);
    await page.goto(house.link);
    await choose(page, "other words of somebody else");
    await page.getByRole("alert").getByText("The code is not good, or not any more.").waitFor();
    await page.context().close();
  });
});

describe("a page with nothing to show", () => {
  const pages = [
    ["overview", "/overview", "Nothing is deployed yet"],
    ["my-work", "/my-work", "Nothing waits for you"],
    ["deployments", "/deployments", "Nothing is open"],
    ["deployments-all", "/deployments?all=true", "No deployment yet"],
    ["calendar", "/calendar", "Nothing is in the calendar then"],
    ["library", "/library", "The library is empty"],
    ["models", "/models", "No model yet"],
    ["environments", "/environments", "No environment yet"],
    ["agents", "/environments/agents", "Never heard of"],
    ["request", "/deployments/new", "Planning changes nothing"],
    ["records", "/records?q=CHG-9999", "No record mentions “CHG-9999”."],
  ];
  for (const look of ["light", "dark", "phone"]) {
    it(`says what belongs there and the next step: ${look}`, async () => {
      const page = await openWindow(browser, house, { state: admin, ...looks[look].options });
      for (const [name, path, words] of pages) {
        await open(page, path);
        await page.getByText(words).first().waitFor();
        await shoot(page, `${name}-empty-${look}`);
        assert.deepEqual(await violations(page), [], `${path} in ${look}`);
      }
      assert.deepEqual(page.said, []);
      await page.context().close();
    });
  }
});
