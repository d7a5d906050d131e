// The pages that are opened, and what is done on them.
const last = (small) => (small ? 10_000 : 1_000_000);
const component = "component-0007";

export function pages(small) {
  return [
    ["overview", "/overview"],
    ["overview, in the past", `/overview?at=${encodeURIComponent(new Date(Date.now() - 50 * 3_600_000).toISOString())}`],
    ["my work", "/my-work"],
    ["deployments", "/deployments"],
    ["deployments, failed or brought back", "/deployments?state=failed%2Cremediated&all=true"],
    ["deployment of 10,000 targets", `/deployments/D-${last(small)}`],
    ["request a deployment", "/deployments/new"],
    ["calendar", "/calendar"],
    ["library", "/library"],
    ["component", `/library/${component}`],
    ["models", "/models"],
    ["environments", "/environments"],
    ["environment", "/environments/environment-3"],
    ["targets of an environment", "/environments/environment-3?tab=targets"],
    ["target", "/environments/environment-3/targets/target-000003"],
    ["agents", "/environments/agents"],
    ["two environments compared", "/environments/compare/environment-3..environment-4"],
    ["records", "/records"],
  ];
}

/** `act` does it once; what it takes to do it again is no part of what is measured by the next. */
export function interactions(small) {
  const cell = (page, i) => page.locator("[role=cell] button").nth(i % 20);
  return [
    {
      name: "filter the overview",
      begin: "/overview",
      act: async (page, i) => {
        await page.locator("[data-search]").first().focus();
        await page.keyboard.press(i % 4 === 3 ? "Backspace" : "comp"[i % 4]);
        await page.waitForTimeout(300); // the filter waits for the hand
      },
    },
    {
      name: "open a cell's card",
      begin: "/overview",
      act: async (page, i) => {
        await page.keyboard.press("Escape");
        await page.locator("[role=dialog]").waitFor({ state: "detached" });
        await cell(page, i).click();
        await page.locator("[role=dialog]").waitFor();
      },
    },
    {
      name: "move the time slider",
      begin: "/overview",
      act: async (page) => {
        await page.locator("input[type=range]").focus();
        await page.keyboard.press("ArrowLeft");
      },
    },
    {
      name: "open the palette and type",
      begin: "/overview",
      act: async (page, i) => {
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+k");
        const field = page.locator("[role=dialog] input").first();
        await field.waitFor();
        await field.press("cde"[i % 3]);
        await page.keyboard.press("1");
      },
    },
    {
      name: "group the overview",
      begin: "/overview",
      act: (page) => page.locator("main input[type=checkbox]").first().click(),
    },
    {
      name: "open a deployment",
      begin: "/deployments?all=true",
      act: async (page, i) => {
        if (i > 0) {
          await page.goBack();
          await page.locator("main a[href^='/deployments/D-']").first().waitFor();
          await page.evaluate(() => window.seen.inputs.clear());
        }
        await page.locator("main a[href^='/deployments/D-']").nth(i % 10).click();
        await page.locator("main h1").first().waitFor();
      },
    },
    {
      name: "walk over 10,000 targets",
      begin: `/deployments/D-${last(small)}`,
      act: async (page) => {
        await page.locator("main [role=application], main [role=listbox]").first().focus();
        await page.keyboard.press("ArrowRight");
      },
    },
    {
      name: "scroll the matrix (frames)",
      begin: "/overview",
      act: async (page) => {
        await page.mouse.move(700, 500);
        await page.mouse.wheel(0, 400);
      },
    },
    {
      name: "scroll the deployments (frames)",
      begin: "/deployments?all=true",
      act: async (page) => {
        await page.mouse.move(700, 500);
        await page.mouse.wheel(0, 600);
      },
    },
  ];
}
