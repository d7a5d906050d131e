// The built binary on the data set of test/bench/face, and who looks at it.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const binary = process.env.TRANSHIP ?? new URL("../../../bin/tranship", import.meta.url).pathname;

async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export const person = "bench";
export const password = "four plain words here";

export class Server {
  /** Starts on the data set in `directory`; `face` is the program that makes it, `size` its flags. */
  static async begin(face, directory, size) {
    const server = new Server();
    server.said = (await run(face, [...size, "-dir", directory, "-only", "fill"], { maxBuffer: 1 << 20 })).stdout.trim();
    server.token = readFileSync(join(directory, "face.token"), "utf8").trim();
    const port = await freePort();
    server.url = `http://127.0.0.1:${port}`;
    const begun = performance.now();
    server.process = spawn(binary, ["server", "--data", directory, "--listen", `127.0.0.1:${port}`, "--bus-listen", `127.0.0.1:${await freePort()}`], { stdio: ["ignore", "ignore", "pipe"] });
    server.process.stderr.pipe(createWriteStream(join(directory, "browser-server.log")));
    try {
      await server.#answers();
      server.startSeconds = (performance.now() - begun) / 1000;
      await run(face, [...size, "-dir", directory, "-only", "open"]);
      await server.#invite();
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  async #answers() {
    for (;;) {
      if (this.process.exitCode !== null) {
        throw new Error(`the server ended with ${this.process.exitCode}`);
      }
      try {
        await this.api("GET", "/api/v1/whoami");
        return;
      } catch {
        await wait(100);
      }
    }
  }

  async #invite() {
    const document = JSON.stringify({ apiVersion: "tranship.dev/v1", kind: "Person", metadata: { name: person }, spec: { fullName: "Who looks" } });
    await this.api("POST", "/api/v1/documents", { files: [{ name: "bench.yaml", text: document }] });
    const { code } = await this.api("POST", `/api/v1/accounts/${person}/code`, { role: "administrator" });
    await this.api("POST", "/api/v1/sessions/redeem", { code, password });
  }

  async api(method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Types a command of the command line. */
  async command(...args) {
    return (await run(binary, args, { env: { ...process.env, TRANSHIP_URL: this.url, TRANSHIP_TOKEN: this.token, NO_COLOR: "1" } })).stdout;
  }

  /** Bytes of memory that the server holds. */
  memory() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  async end() {
    if (this.process.exitCode === null) {
      this.process.kill("SIGTERM");
      await once(this.process, "exit");
    }
  }
}
