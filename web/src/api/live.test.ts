import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, it, vi } from "vitest";
import { Live } from "./live";

afterEach(() => vi.unstubAllGlobals());

const entry = (index: number) => `id: ${index}\nevent: entry\ndata: ${JSON.stringify({ subject: `deployment/D-${index}` })}\n\n`;

it("lets an answer come that is slower than the events, and asks once more after it", async () => {
  let send: (text: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (send = (text) => controller.enqueue(new TextEncoder().encode(text))) });
  vi.stubGlobal("document", { querySelector: () => null });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const asked: { answer: (value: number) => void; signal: AbortSignal }[] = [];
  const observer = new QueryObserver(client, {
    queryKey: ["deployments", {}],
    queryFn: ({ signal }) => new Promise<number>((answer) => void asked.push({ answer, signal })),
  });
  const leave = observer.subscribe(() => undefined);
  const live = new Live(client);
  let heard = 0;
  live.watch((events) => void (heard += events.length));
  asked[0]?.answer(0);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe(0));

  live.start();
  send(entry(1));
  await vi.waitFor(() => expect(asked.length).toBe(2));
  send(entry(2));
  await vi.waitFor(() => expect(heard).toBe(2));
  expect(asked.length).toBe(2);
  expect(asked[1]?.signal.aborted).toBe(false);

  asked[1]?.answer(1);
  await vi.waitFor(() => expect(asked.length).toBe(3));
  expect(observer.getCurrentResult().data).toBe(1);
  asked[2]?.answer(2);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe(2));
  live.stop();
  leave();
});
