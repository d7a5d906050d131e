import { Problem, type ProblemDetail } from "./problem";
import { text } from "@/text";
import { proof, sessionEnded } from "./session";

interface Way {
  /** Bytes that went out so far. */
  progress: (sent: number) => void;
  signal: AbortSignal;
}

/**
 * Sends bytes as they are to an address of the API, and tells how many went out:
 * fetch cannot. What fails is a Problem, also an abort, which is nobody's fault.
 */
export async function send(path: string, body: Blob, way: Way): Promise<void> {
  const answer = await once(path, body, way);
  if (answer.status === 401) {
    // Whoever sends waits until somebody has signed in, and then sends again.
    await sessionEnded();
    taken(await once(path, body, way));
    return;
  }
  taken(answer);
}

interface Answer {
  status: number;
  said: Partial<ProblemDetail>;
}

function taken({ status, said }: Answer) {
  if (status < 200 || status >= 300) {
    throw new Problem(status, said);
  }
}

function once(path: string, body: Blob, { progress, signal }: Way): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const broken = (code: string) => reject(new Problem(0, { title: text.part.unreachable, detail: text.part.unreachable, hint: text.part.unreachableDetail, code }));
    request.open("PUT", path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    const said = proof();
    if (said !== undefined) {
      request.setRequestHeader("Tranship-Csrf", said);
    }
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => resolve({ status: request.status, said: parsed(request.responseText, request.status) });
    request.onerror = () => broken("unreachable");
    request.onabort = () => broken("aborted");
    request.onloadend = () => signal.removeEventListener("abort", stop);
    if (signal.aborted) {
      broken("aborted");
      return;
    }
    signal.addEventListener("abort", stop);
    request.send(body);
  });
}

function parsed(raw: string, status: number): Partial<ProblemDetail> {
  try {
    return JSON.parse(raw) as Partial<ProblemDetail>;
  } catch {
    return { title: String(status) };
  }
}
