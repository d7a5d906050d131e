import { ActionIcon } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { Canvas } from "./Canvas";
import { Cells, type Drawn } from "./Cells";
import classes from "./deployment.module.css";
import { type Counts, countOf, type Look, type Tile } from "./fleet";
import { countsSay } from "./look";
import { type Colours, drawTile, type Pen } from "./pen";
import { Small } from "./Small";

const t = text.deployment;

interface Props extends Omit<Drawn, "places"> {
  tiles: readonly Tile[];
  /** The tile that is open, by its key. */
  tile: string | undefined;
  openTile: (key: string | undefined) => void;
  chooseAll: (places: readonly number[]) => void;
}

/** Above 4,000 targets: a tile for each failure domain, filled as it proceeds. An open one shows its cells. */
export function Tiles({ tiles, tile, openTile, chooseAll, ...drawn }: Props) {
  const { fleet, only, label } = drawn;
  const counts = useMemo(() => tiles.map((one) => countOf(fleet, one.places)), [tiles, fleet]);
  const shown = tiles.find((one) => one.key === tile);
  const paint = useCallback(
    (pen: Pen, index: number, x: number, y: number, size: number, c: Colours) => {
      const count = counts[index];
      if (count !== undefined) {
        pen.globalAlpha = fades(count, only) ? 0.25 : 1;
        drawTile(pen, count, tiles[index]?.places.length ?? 1, x, y, size, c);
      }
    },
    [counts, tiles, only],
  );
  const marked = useCallback((index: number) => (tiles[index]?.key === tile && tile !== undefined ? "on" : undefined), [tiles, tile]);
  const says = (index: number) => t.tile(tiles[index]?.name ?? "", tiles[index]?.places.length ?? 0, countsSay(counts[index] ?? countOf(fleet, [])));
  return (
    <div>
      <Canvas
        label={`${label}: ${t.tiles(tiles.length)}`}
        count={tiles.length}
        pitch={23}
        gap={0}
        paint={paint}
        marked={marked}
        open={(index) => openTile(tiles[index]?.key === tile ? undefined : tiles[index]?.key)}
        select={(index) => chooseAll(tiles[index]?.places ?? [])}
        seen={ignore}
        say={(index, at) =>
          at === undefined ? (
            says(index)
          ) : (
            <div className={classes["hint"]} style={{ left: at.x, top: at.y }} aria-hidden="true">
              {says(index)}
            </div>
          )
        }
      />
      {shown === undefined ? null : (
        <section className={classes["inside"]} aria-label={t.inTile(shown.name)}>
          <div className="row">
            <span className="strong">{shown.name}</span>
            <span className="second grow">{countsSay(countOf(fleet, shown.places))}</span>
            <ActionIcon variant="subtle" color="gray" onClick={() => openTile(undefined)} aria-label={t.closeTile(shown.name)}>
              <Icon name="cross" />
            </ActionIcon>
          </div>
          {shown.places.length <= 600 ? <Cells {...drawn} places={shown.places} label={shown.name} /> : <Small {...drawn} places={shown.places} label={shown.name} />}
        </section>
      )}
    </div>
  );
}

const ignore = () => undefined;

/** Whether nothing in a tile looks as what alone is shown. */
function fades(counts: Counts, only: Look | undefined): boolean {
  return only !== undefined && counts[only] === 0;
}
