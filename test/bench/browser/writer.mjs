// Changes what is there, through the API, so that pages that are open hear of it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const yaml = (documents) => documents.map((document) => JSON.stringify({ apiVersion: "tranship.dev/v1", ...document })).join("\n---\n");
const changed = "bench-changed";

function things(run) {
  const steps = [{ name: "place the files", uses: "files", with: { path: "${target.name}/" + changed, keep: 2 } }];
  return [
    { kind: "Component", metadata: { name: changed }, spec: { kind: "software", owner: "team-1", description: `run ${run}` } },
    { kind: "Environment", metadata: { name: "environment-bench" }, spec: { purpose: "test", order: 99, owner: "team", inspection: { off: true } } },
    { kind: "Target", metadata: { name: "target-bench" }, spec: { environment: "environment-bench", kind: "host", agent: `nobody-${run}` } },
    { kind: "Model", metadata: { name: changed }, spec: { appliesTo: { components: [changed] }, flow: [{ environment: "environment-bench" }], procedures: [{ kind: "software", install: steps }], checks: { acceptance: [{ name: "its files are there", uses: "script", with: { check: ["test", "-d", "."], directory: "${target.name}" } }] } } },
  ];
}

export class Writer {
  #over = false;
  #done;
  acts = 0;
  failed = new Map();

  constructor(server) {
    this.server = server;
    this.run = Date.now();
  }

  apply(documents) {
    return this.server.api("POST", "/api/v1/documents", { files: [{ name: "bench.yaml", text: yaml(documents) }] });
  }

  async prepare() {
    await this.apply(things(this.run));
    const directory = mkdtempSync(join(tmpdir(), "tranship-bench-"));
    writeFileSync(join(directory, "page"), "one");
    this.version = `1.0.${this.run}`;
    await this.server.command("library", "add", changed, this.version, directory, "--admit");
    // An agent that is enrolled and never comes: what it is told to do waits until it is cancelled.
    const agent = `nobody-${this.run}`;
    const { token } = JSON.parse(await this.server.command("agents", "enrol", agent, "--output", "json"));
    await this.server.command("agent", "enrol", "--server", this.server.url, "--token", token, "--name", agent, "--state", join(directory, "agent"));
    rmSync(directory, { recursive: true });
  }

  /** One deployment: planned, requested and cancelled. */
  async deploy() {
    const plan = await this.#act("POST", "/api/v1/plans", { release: `${changed}@${this.version}`, environment: "environment-bench" });
    const d = plan && (await this.#act("POST", "/api/v1/deployments", { plan: plan.id, digest: plan.digest, reason: "to be seen" }));
    if (d) {
      await this.#act("POST", `/api/v1/deployments/${d.id}/cancel`, { reason: "it was seen", now: true });
    }
  }

  async pin(n) {
    const pin = { component: `component-${String(n % 50).padStart(4, "0")}`, environment: `environment-${n % 10}`, version: "2.9.0", reason: "to be seen" };
    await this.#act("POST", "/api/v1/pins", pin);
    await this.#act("POST", "/api/v1/pins/lift", pin);
  }

  describe(n) {
    return this.#act("POST", "/api/v1/documents", { files: [{ name: "bench.yaml", text: yaml([{ kind: "Component", metadata: { name: changed }, spec: { kind: "software", owner: "team-1", description: `run ${this.run}, ${n}` } }]) }] });
  }

  async #act(...request) {
    this.acts++;
    try {
      return await this.server.api(...request);
    } catch (error) {
      const text = error.message.replaceAll(/\d+/g, "N").slice(0, 160);
      this.failed.set(text, (this.failed.get(text) ?? 0) + 1);
    }
  }

  /** Begins to make so many changes in each second. */
  begin(rate) {
    this.begun = performance.now();
    this.#done = this.#write(rate);
  }

  async #write(rate) {
    for (let n = 0; !this.#over; n++) {
      await [() => this.deploy(), () => this.pin(n), () => this.describe(n), () => this.pin(n + 1)][n % 4]();
      const ahead = (this.acts / rate) * 1000 - (performance.now() - this.begun);
      if (ahead > 0) {
        await wait(ahead);
      }
    }
  }

  /** Ends, and gives how many changes there were in each second. */
  async end() {
    this.#over = true;
    await this.#done;
    return this.acts / ((performance.now() - this.begun) / 1000);
  }
}
