import { useCallback } from "react";
import { Canvas } from "./Canvas";
import type { Drawn } from "./Cells";
import { lookAt } from "./fleet";
import { Hint, Sentence } from "./Hint";
import { drawSmall, type Pen, type Colours } from "./pen";

/** 601 to 4,000 targets: cells of 7 px on a canvas for each wave. */
export function Small({ deployment, fleet, places, names, only, opened, open, chosen, choose, label }: Drawn) {
  const paint = useCallback(
    (pen: Pen, index: number, x: number, y: number, size: number, c: Colours) => {
      const look = lookAt(fleet, places[index] ?? 0);
      pen.globalAlpha = only === undefined || only === look ? 1 : 0.25;
      drawSmall(pen, look, x, y, size, c);
    },
    [fleet, places, only],
  );
  const marked = useCallback(
    (index: number) => {
      const name = chosen.size === 0 && opened === undefined ? undefined : names.at(places[index] ?? 0);
      return name === undefined ? undefined : name === opened ? "on" : chosen.has(name) ? "chosen" : undefined;
    },
    [places, names, opened, chosen],
  );
  const place = (index: number) => places[index] ?? 0;
  const seen = useCallback((index: number) => names.want([places[index] ?? 0]), [names, places]);
  return (
    <Canvas
      label={label}
      count={places.length}
      pitch={9}
      gap={6}
      paint={paint}
      marked={marked}
      open={(index) => open(place(index))}
      select={(index) => choose(place(index))}
      seen={seen}
      say={(index, at) => {
        const told = { deployment, name: names.at(place(index)), look: lookAt(fleet, place(index)) };
        return at === undefined ? <Sentence {...told} /> : <Hint {...told} at={at} />;
      }}
    />
  );
}
