// What a desk looks at: places of every kind, a freeze, a pin, drift, something
// that moves, and one of each thing that waits for a person.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const closed = (d) => d.state === "closed";
const day = 86_400_000;
const wall = (at) => new Date(at).toISOString().slice(0, 16);

export async function furnishDesk(house) {
  await house.furnish();
  await house.apply(more("1s"));
  const ids = {};
  for (const [component, version] of [["fare-engine", "1.8.7"], ["fare-engine", "1.9.0"], ["fare-engine", "1.9.1"], ["manifest-sync", "3.2.5"], ["manifest-sync", "3.3.0"], ["ledger", "7.0.0"]]) {
    await house.release(component, version, { "app.conf": `${component} ${version}\n` });
  }
  for (const [release, environment] of [
    ["booking-api@2.13.4", "test"], ["booking-api@2.14.0", "test"], ["booking-api@2.13.4", "staging"],
    ["fare-engine@1.8.7", "test"], ["fare-engine@1.8.7", "staging"], ["fare-engine@1.9.1", "test"], ["manifest-sync@3.2.5", "ports"], ["gate-controller@4.7.2", "test"], ["gate-controller@4.7.2", "staging"], ["gate-controller@4.8.0", "test"], ["gate-controller@4.8.0", "staging"], ["gate-controller@4.7.2", "terminals"], ["booking-api@2.14.0", "staging"],
  ]) {
    await house.until(await house.request(release, environment), closed);
  }
  // What moves: a first wave, and then a long soak.
  await house.apply(more("2h"));
  ids.moving = await house.request("manifest-sync@3.3.0", "ports");
  await house.until(ids.moving, (d) => d.wave === 1 && d.executed === 3);
  // What failed and awaits guidance.
  mkdirSync(house.path("hosts", "gate-hel-007"), { recursive: true });
  writeFileSync(house.path("hosts", "gate-hel-007", "refuse"), "");
  ids.stuck = await house.request("gate-controller@4.8.0", "terminals", { reason: "New barrier timing" });
  await house.until(ids.stuck, (d) => d.state === "awaiting-guidance");
  // What has changed without a deployment.
  rmSync(house.path("hosts", "staging-1", "fare-engine"), { recursive: true, force: true });
  await house.command("drift", "check", "staging");
  for (let i = 0; i < 300; i++) {
    const { items } = await house.api("GET", "/api/v1/drifts?environment=staging");
    if (items.length > 0) {
      ids.drift = items[0].id;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await house.command("pin", "booking-api", "2.13.4", "--in", "test", "--reason", "it is slow with many fares");
  // What needs an approval, what a freeze holds and somebody may waive, and what a person is asked about.
  ids.approve = await house.request("booking-api@2.14.0", "live", { reason: "Show fare rules before payment" });
  ids.asked = await house.request("ledger@7.0.0", "test");
  await house.until(ids.asked, (d) => (d.criteria ?? []).length > 0);
  await house.apply([freeze(Date.now())]);
  ids.frozen = await house.request("fare-engine@1.8.7", "live");
  return ids;
}

function freeze(now) {
  return {
    kind: "Freeze",
    metadata: { name: "ledger-close" },
    spec: { kind: "hard", description: "The ledger closes.", appliesTo: { environments: ["live"] }, waiver: { groups: ["booking-operations"] }, when: { start: wall(now - 2 * day), end: wall(now + day), zone: "UTC" } },
  };
}

function more(soak) {
  const component = (name, service) => ({ kind: "Component", metadata: { name }, spec: { kind: "software", owner: "operations", service } });
  const steps = (name) => [{ name: "place the files", uses: "files", with: { path: "${target.name}/" + name, keep: 2 } }];
  const model = (name, flow, spec = {}) => ({ kind: "Model", metadata: { name }, spec: { appliesTo: { components: [name] }, flow, procedures: [{ kind: "software", install: steps(name) }], checks: { acceptance: [{ name: "its files are there", uses: "script", with: { check: ["test", "-d", "."], directory: "${target.name}/" + name + "/current" } }] }, ...spec } });
  return [
    { kind: "Environment", metadata: { name: "ports" }, spec: { purpose: "live", order: 5, owner: "operations" } },
    ...Array.from({ length: 12 }, (_, i) => ({ kind: "Target", metadata: { name: `port-${i + 1}` }, spec: { environment: "ports", kind: "host", agent: "here" } })),
    { kind: "Service", metadata: { name: "ledger" }, spec: { owner: "operations" } },
    component("fare-engine", "booking"),
    component("manifest-sync", "boarding"),
    component("ledger", "ledger"),
    model("fare-engine", [{ environment: "test" }, { environment: "staging" }, { environment: "live" }]),
    model("manifest-sync", [{ environment: "ports", strategy: { waves: [{ percent: 25 }, { percent: 100 }], soak } }]),
    model("ledger", [{ environment: "test" }], { criteria: [{ name: "figures-right", kind: "acceptance", question: "Are the figures right?", group: "booking-operations" }] }),
  ];
}
