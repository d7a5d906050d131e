import { useCallback, useEffect, useRef, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { type Problem, problemOf } from "@/api/problem";
import { send } from "@/api/send";
import type { Chosen } from "./gather";
import type { Version } from "./query";

type Came = Schema["LibraryUploadedFile"];

export interface Order {
  version: string;
  source: string;
  commit: string;
  note: string;
  unpack: boolean;
}

export type Upload =
  | { step: "choosing" }
  /** `file` is what goes out now; of all, `sent` of `size` bytes are there. */
  | { step: "sending"; sent: number; size: number; file: string }
  | { step: "packing" }
  | { step: "stopped"; sent: number; size: number; problem: Problem }
  | { step: "done"; version: Version };

/**
 * Sends files to the server, one after another, and makes a version of them. What
 * breaks off goes on where it broke when it is tried again: the server keeps what came.
 */
export function useUpload(component: string) {
  const [upload, setUpload] = useState<Upload>({ step: "choosing" });
  const open = useRef<{ id: string; stop: AbortController }>(undefined);
  const busy = upload.step === "sending" || upload.step === "packing";
  useEffect(() => {
    if (!busy) {
      return undefined;
    }
    // Files cannot be read again by themselves: leaving is asked about.
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [busy]);
  useEffect(() => () => open.current?.stop.abort(), []);

  const run = useCallback(
    async (files: readonly Chosen[], order: Order) => {
      const size = files.reduce((sum, { file }) => sum + file.size, 0);
      let sent = 0;
      try {
        const stop = new AbortController();
        open.current = { id: open.current?.id ?? (await ask(api.POST("/api/v1/components/{component}/uploads", { params: { path: { component } } }))).id, stop };
        const { id } = open.current;
        const path = { component, upload: id };
        const here = new Map((await came(path)).map((one) => [one.path, one]));
        for (const { path: name, file } of files) {
          const before = here.get(name);
          if (before?.whole === true && before.size === file.size) {
            sent += file.size;
            continue;
          }
          // A file that changed since is sent from its beginning.
          const from = before === undefined || before.whole || before.size > file.size ? 0 : before.size;
          const query = new URLSearchParams({ path: name, size: String(file.size), ...(from === 0 ? {} : { from: String(from) }) });
          const address = `/api/v1/components/${encodeURIComponent(component)}/uploads/${id}/files?${query.toString()}`;
          const already = sent + from;
          setUpload({ step: "sending", sent: already, size, file: name });
          await send(address, file.slice(from), { signal: stop.signal, progress: (n) => setUpload({ step: "sending", sent: Math.min(already + n, size), size, file: name }) });
          sent += file.size;
        }
        setUpload({ step: "packing" });
        const origin = { ...(order.source === "" ? {} : { source: order.source }), ...(order.commit === "" ? {} : { commit: order.commit }), ...(order.note === "" ? {} : { note: order.note }) };
        const version = await ask(api.POST("/api/v1/components/{component}/uploads/{upload}/version", { params: { path }, body: { version: order.version, origin, unpack: order.unpack } }));
        open.current = undefined;
        setUpload({ step: "done", version });
      } catch (error) {
        const problem = problemOf(error);
        if (problem.status === 404) {
          open.current = undefined; // it was tidied away: the next try begins another
        }
        setUpload({ step: "stopped", sent, size, problem });
      }
    },
    [component],
  );

  /** Stops sending; what came stays, so that it can go on. */
  const stop = useCallback(() => open.current?.stop.abort(), []);

  /** Gives it up: what came is removed. */
  const drop = useCallback(async () => {
    const given = open.current;
    open.current = undefined;
    setUpload({ step: "choosing" });
    if (given !== undefined) {
      given.stop.abort();
      // It is removed after a day anyway.
      await ask(api.DELETE("/api/v1/components/{component}/uploads/{upload}", { params: { path: { component, upload: given.id } } })).catch(() => undefined);
    }
  }, [component]);

  return { upload, run, stop, drop };
}

async function came(path: { component: string; upload: string }): Promise<Came[]> {
  return (await ask(api.GET("/api/v1/components/{component}/uploads/{upload}", { params: { path } }))).files;
}
