import createClient, { type Middleware } from "openapi-fetch";
import { Problem, type ProblemDetail, reach } from "./problem";
import type { components, paths } from "./schema";
import { proof, sessionEnded } from "./session";

export type Schema = components["schemas"];

/*
 * The client of the public API, made from its description: a route or a field
 * that is not there any more stops the build.
 */
const changing = new Set(["POST", "PUT", "PATCH", "DELETE"]);

// A sign-in that is refused is an answer; nobody waits for another.
const signsIn = /\/api\/v1\/sessions(\/redeem)?$/;

const manners: Middleware = {
  onRequest({ request }) {
    if (changing.has(request.method)) {
      // The server takes a repeated request with the same key once only.
      if (!request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      const said = proof();
      if (said !== undefined) {
        request.headers.set("Tranship-Csrf", said);
      }
    }
    return request;
  },
  async onResponse({ request, response }) {
    // Not modified is an answer too: what was had before still holds.
    if (response.ok || response.status === 304) {
      return;
    }
    if (response.status === 401 && !signsIn.test(request.url)) {
      // Whoever asked waits until somebody has signed in, and then gets an answer.
      await sessionEnded();
      if (!changing.has(request.method)) {
        return reach(new Request(request.url, { headers: request.headers }));
      }
    }
    throw new Problem(response.status, await detail(response));
  },
};

async function detail(response: Response): Promise<Partial<ProblemDetail>> {
  try {
    return (await response.json()) as Partial<ProblemDetail>;
  } catch {
    return { title: `${response.status} ${response.statusText}` };
  }
}

export const api = createClient<paths>({ baseUrl: location.origin, querySerializer: { array: { style: "form", explode: false } }, fetch: reach });
api.use(manners);

/** Takes the answer out of a call; a failed one has thrown a Problem before. */
export async function ask<T>(call: Promise<{ data?: T | undefined }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
