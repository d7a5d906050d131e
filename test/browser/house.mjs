// A house to look at: a real server and a real agent, people with rights, a
// component that goes in waves, a deployment that awaits an approval, one that
// failed and awaits guidance, one that a freeze holds, and one to 10,000 targets.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const binary = new URL("../../bin/tranship", import.meta.url).pathname;

async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Many documents in one file. */
const yaml = (documents) => documents.map((document) => JSON.stringify({ apiVersion: "tranship.dev/v1", ...document })).join("\n---\n");
const numbered = (n, width) => String(n).padStart(width, "0");

const many = 10_000;

/** Of every person of the house. */
export const password = "four plain words here";

export class House {
  #processes = [];

  /** Starts everything; end() stops and removes it. */
  static async begin() {
    const house = new House();
    try {
      await house.#begin();
    } catch (error) {
      await house.end();
      throw error;
    }
    return house;
  }

  async #begin() {
    this.directory = mkdtempSync(join(tmpdir(), "tranship-browser-"));
    this.url = `http://127.0.0.1:${await freePort()}`;
    this.busPort = await freePort();
    await this.startServer();
    for (const name of ["here", "away"]) {
      const { token } = JSON.parse(await this.command("agents", "enrol", name, "--output", "json"));
      await this.command("agent", "enrol", "--server", this.url, "--token", token, "--name", name, "--state", this.path(name));
    }
    mkdirSync(this.path("hosts"));
    this.start("agent", "agent", "--state", this.path("here"), "--root", this.path("hosts"));
  }

  path(...names) {
    return join(this.directory, ...names);
  }

  /** Starts the server, or starts it again on the same data and the same port. */
  async startServer() {
    this.server = this.start("server", "server", "--data", this.path("server"), "--listen", this.url.slice(7), "--bus-listen", `127.0.0.1:${this.busPort}`);
    if (this.token === undefined) {
      this.token = await this.welcome();
    }
    for (let i = 0; i < 200; i++) {
      try {
        await this.api("GET", "/api/v1/whoami");
        return;
      } catch {
        await wait(50);
      }
    }
    throw new Error("the server does not answer");
  }

  async stopServer() {
    this.server.kill("SIGTERM");
    await once(this.server, "exit");
  }

  welcome() {
    return new Promise((resolve, reject) => {
      let said = "";
      this.server.stdout.on("data", (piece) => {
        said += piece;
        const token = /tsp_[0-9a-f_]+/.exec(said);
        const link = /http\S+sign-in#code=\S+(?=\n)/.exec(said);
        if (token !== null && link !== null) {
          this.link = link[0];
          resolve(token[0]);
        }
      });
      this.server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    });
  }

  start(name, ...args) {
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env: this.environment() });
    child.stderr.pipe(createWriteStream(this.path(`${name}.log`), { flags: "a" }));
    child.stdout.on("data", () => {});
    this.#processes.push(child);
    return child;
  }

  environment() {
    return { ...process.env, HOME: this.directory, TRANSHIP_URL: this.url, TRANSHIP_TOKEN: this.token ?? "", NO_COLOR: "1" };
  }

  /** Types a command of the command line, and gives what it printed. */
  async command(...args) {
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env: this.environment() });
    let out = "";
    let err = "";
    child.stdout.on("data", (piece) => (out += piece));
    child.stderr.on("data", (piece) => (err += piece));
    const [code] = await once(child, "close");
    if (code !== 0) {
      throw new Error(`tranship ${args.join(" ")} ended with ${code}: ${err}${out}`);
    }
    return out;
  }

  /** Asks the API. */
  async api(method, path, body, token = this.token) {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Asks the API as a person, in a session of their own. */
  async as(name) {
    const headers = { "Content-Type": "application/json", Origin: this.url };
    const answer = await fetch(`${this.url}/api/v1/sessions`, { method: "POST", headers, body: JSON.stringify({ name, password }) });
    const { csrf } = await answer.json();
    const session = { ...headers, Cookie: answer.headers.get("set-cookie").split(";")[0], "Tranship-Csrf": csrf };
    return async (method, path, body) => {
      const response = await fetch(this.url + path, { method, headers: session, body: JSON.stringify(body) });
      if (!response.ok) {
        throw new Error(`${method} ${path} as ${name}: ${response.status} ${await response.text()}`);
      }
      return response.json();
    };
  }

  apply(documents) {
    return this.api("POST", "/api/v1/documents", { files: [{ name: "house.yaml", text: yaml(documents) }] });
  }

  /** Plans and requests; gives the deployment's number. */
  async request(release, environment, more = {}, ask = (...call) => this.api(...call)) {
    const plan = await ask("POST", "/api/v1/plans", { release, environment });
    const deployment = await ask("POST", "/api/v1/deployments", { plan: plan.id, digest: plan.digest, ...more });
    return deployment.id;
  }

  /** Waits until a deployment is as wanted. */
  async until(id, wanted, seconds = 60) {
    let d;
    for (let i = 0; i < seconds * 10; i++) {
      d = await this.api("GET", `/api/v1/deployments/${id}`);
      if (wanted(d)) {
        return d;
      }
      await wait(100);
    }
    throw new Error(`${id} is ${d.state} ${d.result ?? ""}: ${d.cause ?? ""}`);
  }

  async end() {
    for (const child of this.#processes.reverse()) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        const over = once(child, "exit");
        const timer = setTimeout(() => child.kill("SIGKILL"), 8000);
        await over;
        clearTimeout(timer);
      }
    }
    if (this.directory !== undefined) {
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  /** Fills the house. */
  async furnish() {
    await this.apply([...people(), ...places(), ...things()]);
    for (const [name, role] of [["mara", "manager"], ["jonas", "practitioner"], ["petra", "approver"]]) {
      await this.invite(name, role);
    }
    for (const version of ["4.7.2", "4.8.0"]) {
      await this.release("gate-controller", version, { "gate.conf": `version ${version}\n` });
    }
    for (const [component, version] of [["booking-api", "2.13.4"], ["booking-api", "2.14.0"], ["fleet", "1.0.0"]]) {
      await this.release(component, version, { "app.conf": `${component} ${version}\n` });
    }
  }

  /** Lets things happen in a furnished house: what ended well, and what waits for a person because a host refuses. */
  async liveIn() {
    const closed = (d) => d.state === "closed";
    for (const environment of ["test", "staging"]) {
      for (const release of ["booking-api@2.13.4", "booking-api@2.14.0", "gate-controller@4.7.2", "gate-controller@4.8.0"]) {
        await this.until(await this.request(release, environment), closed);
      }
    }
    const ended = await this.request("gate-controller@4.7.2", "terminals");
    await this.until(ended, (d) => closed(d) && d.result === "succeeded");
    mkdirSync(this.path("hosts", "gate-hel-007"), { recursive: true });
    writeFileSync(this.path("hosts", "gate-hel-007", "refuse"), "");
    const stuck = await this.request("gate-controller@4.8.0", "terminals", { reason: "New barrier timing" });
    await this.until(stuck, (d) => d.state === "awaiting-guidance");
    return { ended, stuck };
  }

  /** Lets a person in: a code, and with it the password. */
  async invite(name, role) {
    const code = (await this.command("person", "invite", name, "--role", role)).trim();
    await this.api("POST", "/api/v1/sessions/redeem", { code, password });
  }

  async release(component, version, files) {
    const directory = this.path("releases", component, version);
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(directory, name), text);
    }
    await this.command("library", "add", component, version, directory, "--admit");
  }
}

function people() {
  const person = (name, fullName) => ({ kind: "Person", metadata: { name }, spec: { fullName } });
  return [
    person("mara", "Mara Lind"),
    person("jonas", "Jonas Aalto"),
    person("petra", "Petra Novak"),
    { kind: "Group", metadata: { name: "booking-operations" }, spec: { owner: "petra", members: ["mara", "petra"] } },
    {
      kind: "ApprovalPolicy",
      metadata: { name: "live" },
      spec: { owner: "petra", description: "One of booking operations for whatever changes live.", appliesTo: { environments: ["live"] }, needs: [{ group: "booking-operations", count: 1 }], reasonRequired: true },
    },
  ];
}

function places() {
  const environment = (name, order, purpose) => ({ kind: "Environment", metadata: { name }, spec: { purpose, order, owner: "operations" } });
  const target = (name, environment) => ({ kind: "Target", metadata: { name }, spec: { environment, kind: "host", agent: "here" } });
  return [
    environment("test", 1, "test"),
    environment("staging", 2, "staging"),
    environment("live", 3, "live"),
    environment("terminals", 4, "live"),
    environment("fleet", 9, "live"),
    target("test-1", "test"),
    target("staging-1", "staging"),
    target("staging-2", "staging"),
    ...Array.from({ length: 4 }, (_, i) => target(`live-book-${numbered(i + 1, 2)}`, "live")),
    ...Array.from({ length: 60 }, (_, i) => target(`gate-${["hel", "tku", "maa"][i % 3]}-${numbered(i + 1, 3)}`, "terminals")),
  ];
}

/** The many targets of the fleet, in pieces that one request takes. */
export function fleet() {
  const list = Array.from({ length: many }, (_, i) => ({ kind: "Target", metadata: { name: `ship-${numbered(i + 1, 5)}` }, spec: { environment: "fleet", kind: "host", agent: "away" } }));
  return Array.from({ length: many / 1000 }, (_, i) => list.slice(i * 1000, i * 1000 + 1000));
}

function things() {
  const component = (name, service) => ({ kind: "Component", metadata: { name }, spec: { kind: "software", owner: "operations", ...(service === undefined ? {} : { service }) } });
  const steps = (name) => [
    { name: "place the files", uses: "files", with: { path: "${target.name}/" + name, keep: 2 } },
    {
      name: "start the service",
      uses: "script",
      with: { argv: ["sh", "-c", "echo listen 0.0.0.0:7443; if test -e refuse; then echo 'error: port 7443 is held by pid 812 (gate-legacy 3.9)'; exit 1; fi; echo it runs"], undo: ["true"], directory: "${target.name}" },
    },
  ];
  const model = (name, flow, more = {}) => ({
    kind: "Model",
    metadata: { name },
    spec: { appliesTo: { components: [name] }, flow, procedures: [{ kind: "software", install: steps(name) }], checks: { acceptance: [{ name: "its files are there", uses: "script", with: { check: ["test", "-d", "."], directory: "${target.name}/" + name + "/current" } }] }, ...more },
  });
  return [
    { kind: "Service", metadata: { name: "boarding" }, spec: { owner: "operations", description: "Gates and boarding." } },
    { kind: "Service", metadata: { name: "booking" }, spec: { owner: "operations", description: "What passengers book." } },
    component("gate-controller", "boarding"),
    component("booking-api", "booking"),
    component("fleet"),
    model("gate-controller", [{ environment: "test" }, { environment: "staging" }, { environment: "terminals", strategy: { waves: [{ count: 4 }, { count: 16 }, { percent: 100 }] } }], { onFailure: "guidance" }),
    model("booking-api", [{ environment: "test" }, { environment: "staging" }, { environment: "live", strategy: { waves: [{ count: 1 }, { percent: 100 }], soak: "1s" } }], { onFailure: "remediate" }),
    model("fleet", [{ environment: "fleet", strategy: { waves: [{ count: 40 }, { percent: 10 }, { percent: 100 }] } }], { onFailure: "guidance" }),
  ];
}
