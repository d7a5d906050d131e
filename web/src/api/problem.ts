import { inZone } from "@/part/moment";
import { stated } from "@/part/said";
import { text } from "@/text";
import type { components } from "./schema";

export type ProblemDetail = components["schemas"]["Problem"];
export type Defect = components["schemas"]["Defect"];

/**
 * What every failed request throws: a sentence for people, and the code and the
 * defects for the page. Status 0 means that no answer came.
 */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** The message and the hint as the server says them, for Said; `message` has its times in the zone of the reader. */
  readonly said: string;
  readonly hint: string;
  readonly defects: readonly Defect[];

  constructor(status: number, detail: Partial<Omit<ProblemDetail, "code">> & { code?: string }) {
    const said = detail.detail ?? detail.title ?? text.part.fault;
    super(sentence(said));
    this.said = said;
    this.name = "Problem";
    this.status = status;
    this.code = detail.code ?? String(status);
    this.hint = stated(detail.hint ?? "");
    this.defects = detail.errors ?? [];
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

/** A message of the server as a sentence, its times in the zone of whoever reads it: where only a text will do, and Said cannot draw it. */
export function sentence(message: string): string {
  return inZone(stated(message), { now: new Date() });
}

/** What a request becomes to which no answer came. */
function unreachable(): Problem {
  return new Problem(0, { title: text.part.unreachable, detail: text.part.unreachable, hint: text.part.unreachableDetail, code: "unreachable" });
}

/** Asks the server; a connection that fails is a Problem like any other. */
export async function reach(request: Request | string): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    throw unreachable();
  }
}

/** Anything thrown as a Problem: what is none was thrown by the page itself, and is said to be a fault of ours. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError && /module/i.test(said)) {
    return unreachable(); // the code of a page that is loaded when it is first opened
  }
  return new Problem(-1, { detail: text.part.fault, hint: said, code: "page" });
}
