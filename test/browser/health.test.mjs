// What stands and goes bad after its deployment: seen on the overview as it
// happens, on its environment and its target, and quiet again when it is.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { House } from "./house.mjs";
import { leave, open, openWindow, phoneSize, shoot, signedIn, violations } from "./window.mjs";

let house;
let browser;
let mara;
const services = [];

/** A real HTTP endpoint that can go bad. */
async function service() {
  const one = { bad: false };
  one.server = createServer((_, answer) => {
    answer.writeHead(one.bad ? 503 : 200);
    answer.end();
  });
  one.server.listen(0, "127.0.0.1");
  await once(one.server, "listening");
  one.url = `http://127.0.0.1:${one.server.address().port}/healthz`;
  services.push(one);
  return one;
}

before(async () => {
  house = await House.begin();
  const [one, two] = [await service(), await service()];
  const target = (name, { url }) => ({ kind: "Target", metadata: { name }, spec: { environment: "wharf", kind: "host", agent: "here", parameters: { url } } });
  await house.apply([
    { kind: "Person", metadata: { name: "mara" }, spec: { fullName: "Mara Lind" } },
    { kind: "Environment", metadata: { name: "wharf" }, spec: { purpose: "live", order: 1, owner: "operations" } },
    target("wharf-1", one),
    target("wharf-2", two),
    { kind: "Component", metadata: { name: "barrier" }, spec: { kind: "software", owner: "operations" } },
    {
      kind: "Model",
      metadata: { name: "barrier" },
      spec: {
        appliesTo: { components: ["barrier"] },
        flow: [{ environment: "wharf" }],
        procedures: [{ kind: "software", install: [{ name: "place the files", uses: "files", with: { path: "${target.name}/barrier" } }] }],
        checks: {
          acceptance: [{ name: "it answers", uses: "http", with: { url: "${target.parameters.url}" } }],
          health: [{ name: "it answers", uses: "http", with: { url: "${target.parameters.url}" }, every: "10s", after: 1 }],
        },
      },
    },
  ]);
  await house.invite("mara", "manager");
  await house.release("barrier", "1.0.0", { "app.conf": "barrier\n" });
  await house.until(await house.request("barrier@1.0.0", "wharf"), (d) => d.state === "closed" && d.result === "succeeded");
  ({ browser, state: mara } = await signedIn(house, "mara"));
});

after(async () => {
  await leave(browser, house);
  for (const { server } of services) {
    server.closeAllConnections();
    server.close();
  }
});

describe("health", () => {
  it("is seen on the overview as it changes: degraded, failing, and quiet again", async () => {
    const page = await openWindow(browser, house, { state: mara });
    await open(page, "/overview");
    const cell = page.getByRole("button", { name: /^barrier, wharf: / });
    await cell.getByRole("img", { name: "As recorded" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /degraded|failing/ }).count(), 0, "what is healthy is not counted");

    services[0].bad = true;
    await cell.getByRole("img", { name: "Degraded" }).waitFor();
    await cell.getByText("1 of 2 not healthy: it answers").waitFor();
    await page.getByRole("button", { name: "1 degraded" }).click();
    await page.waitForURL(/show=degraded/);
    await cell.waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "health-overview-light");
    await cell.click();
    const card = page.getByRole("dialog");
    await card.getByText("1 of 2 healthy").waitFor();
    await card.getByText(/it answers on wharf-1: .*503/).waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, "health-card-light");
    await page.keyboard.press("Escape");

    services[1].bad = true;
    await open(page, "/overview");
    await cell.getByRole("img", { name: "Failing" }).waitFor();
    await page.getByRole("button", { name: "1 failing" }).waitFor();
    await looksAtPlaces();

    services[0].bad = false;
    services[1].bad = false;
    await cell.getByRole("img", { name: "As recorded" }).waitFor();
    assert.equal(await page.getByRole("button", { name: /degraded|failing/ }).count(), 0);
    await open(page, "/library/barrier");
    await page.getByRole("region", { name: "Where it is now" }).getByText("Healthy", { exact: true }).waitFor();
    assert.deepEqual(page.said, []);
    await page.context().close();
  });
});

/** The pages of the environment and of the target, while it is failing. */
async function looksAtPlaces() {
  for (const [look, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", phoneSize]]) {
    const page = await openWindow(browser, house, { state: mara, ...options });
    await open(page, "/environments/wharf?tab=health");
    await page.getByText("1 failing").first().waitFor();
    await page.getByText("it answers on wharf-1").waitFor();
    await page.getByText(/503/).nth(2).waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, `health-environment-${look}`);
    await open(page, "/environments");
    await page.getByRole("row", { name: /wharf/ }).getByText("1 failing").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, `health-environments-${look}`);
    await open(page, "/library/barrier");
    const where = page.getByRole("region", { name: "Where it is now" });
    await where.getByText("Failing: 0 of 2 healthy").waitFor();
    await where.getByText("it answers on wharf-1").waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, `health-component-${look}`);
    await open(page, "/environments/wharf/targets/wharf-1");
    const told = page.getByRole("region", { name: "Health" });
    await told.getByText("Failing").waitFor();
    await told.getByText(/503/).waitFor();
    assert.deepEqual(await violations(page), []);
    await shoot(page, `health-target-${look}`);
    await page.context().close();
  }
}
