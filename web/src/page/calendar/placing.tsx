import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useWho } from "@/frame/who";
import type { Act } from "@/part/Confirm";
import { milliseconds, moment } from "@/part/moment";
import { text } from "@/text";
import { type Board, type Placing, useBoard } from "./board";
import { type Deployment, type Entry, move, timeOf, useCheck, useDeployment, useSlots } from "./data";
import { Consequence } from "./Side";

const t = text.calendar;
const route = getRouteApi("/calendar/$view/$date");
const none: Board["slots"] = [];
// The roles that may deploy; the server has the last word.
const movers = ["administrator", "manager", "practitioner"];

interface Drag {
  id: string;
  at: number;
  length: number;
}

/** The deployment that the address, or a drag, wants to place: what is known of it, and what may be done. */
export function usePlacing(entries: readonly Entry[], zone: string, now: Date) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const cache = useQueryClient();
  const who = useWho();
  const [drag, setDrag] = useState<Drag>();
  const [asked, setAsked] = useState<{ id: string; at: number }>();
  const id = drag?.id ?? search.place;
  const written = search.at === undefined ? NaN : Date.parse(search.at);
  const at = drag?.at ?? (Number.isNaN(written) ? undefined : written);
  const found = useDeployment(id);
  const deployment = found.data?.id === id ? found.data : undefined;
  const slots = useSlots(id);
  const time = deployment === undefined ? undefined : timeOf(deployment, entries);
  const from = time?.from ?? NaN;
  // While it is dragged, the server is asked only where it rests for a moment.
  const [rested] = useDebouncedValue(at, 120);
  const check = useCheck(deployment, from, rested);
  const length = drag?.length ?? (entries.some(({ item }) => item.name === id) ? (time?.length ?? 0) : milliseconds(slots.data?.duration ?? "1h"));
  const placing: Placing | undefined = id === undefined ? undefined : { id, deployment, from, length, at, check: rested === at ? check.data : undefined, checking: check.isFetching || rested !== at, error: found.error ?? (rested === at ? check.error : null) };

  const attempt = (place: string, to: number) => void navigate({ search: (old) => ({ ...old, place, at: new Date(to).toISOString() }), replace: true });
  const settle = (place: string, to: number) => {
    attempt(place, to);
    setAsked({ id: place, at: to });
  };
  const clear = () => void navigate({ search: (old) => ({ ...old, place: undefined, at: undefined }), replace: true });
  const done = async (d: Deployment, to: number, back: number) => {
    clear();
    await cache.invalidateQueries({ queryKey: ["calendar"] });
    const voided = check.data?.voids === true ? check.data.votes : [];
    const kept = check.data?.voids === false && !Number.isNaN(back) && back > Date.now();
    const shown = moment(new Date(to), { now, zone });
    notifications.show({
      autoClose: 10_000,
      message: (
        <span className="row between">
          <span>
            {t.moved(d.id, shown)} {voided.length === 0 ? "" : t.movedVoid(voided.length, voided.join(", "))}
          </span>
          {kept ? (
            <Button
              size="compact-sm"
              onClick={() =>
                void move(d, to, back, t.undone)
                  .then(() => cache.invalidateQueries({ queryKey: ["calendar"] }))
                  .catch((error: unknown) => notifications.show({ message: error instanceof Error ? error.message : String(error) }))
              }
            >
              {t.undo}
            </Button>
          ) : null}
        </span>
      ),
    });
  };

  const act: Act | undefined =
    asked === undefined || deployment === undefined || at !== asked.at
      ? undefined
      : {
          title: t.confirmTitle(asked.id, moment(new Date(asked.at), { now, zone })),
          consequence: <Asked />,
          verb: t.confirmVerb(asked.id),
          about: t.confirmVerb(asked.id),
          reason: "needed",
          safe: t.stays,
          run: async (reason) => {
            await move(deployment, from, asked.at, reason);
            await done(deployment, asked.at, from);
          },
        };
  const board: Pick<Board, "placing" | "slots" | "mayMove" | "attempt" | "settle" | "dragging" | "find" | "leave"> = {
    placing,
    slots: id === undefined ? none : (slots.data?.slots ?? none),
    mayMove: who !== undefined && movers.includes(who.role),
    attempt,
    settle,
    dragging: setDrag,
    find: (place) => void navigate({ search: (old) => ({ ...old, place, at: undefined }), replace: true }),
    leave: clear,
  };
  return { board, act, closeAct: () => setAsked(undefined), slotsFailed: slots.error, slotsLoading: slots.isPending, duration: slots.data?.duration };
}

function Asked() {
  const { placing } = useBoard();
  return placing === undefined ? null : <Consequence placing={placing} />;
}
