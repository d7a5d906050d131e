import { colour } from "@/theme/token";
import type { Counts, Look } from "./fleet";

/** The colours of a drawing, as the scheme has them now. */
export function colours() {
  return {
    done: colour("good-soft"), running: colour("run-solid"), failed: colour("bad-solid"), unknown: colour("unknown-solid"), held: colour("warn-solid"),
    skipped: colour("mute-solid"), line: colour("line-2"), on: colour("on-solid"), ink: colour("ink"), accent: colour("accent"), tint: colour("run-bg"),
  };
}

export type Colours = ReturnType<typeof colours>;
export type Pen = CanvasRenderingContext2D;

/** A cell of 7 px. What went wrong is two pixels larger, and differs by shape too. */
export function drawSmall(pen: Pen, look: Look, x: number, y: number, size: number, c: Colours) {
  switch (look) {
    case "failed":
      pen.fillStyle = c.failed;
      pen.fillRect(x - 1, y - 1, size + 2, size + 2);
      pen.strokeStyle = c.on;
      pen.lineWidth = 1.3;
      pen.beginPath();
      pen.moveTo(x + 1.5, y + 1.5);
      pen.lineTo(x + size - 1.5, y + size - 1.5);
      pen.moveTo(x + size - 1.5, y + 1.5);
      pen.lineTo(x + 1.5, y + size - 1.5);
      pen.stroke();
      return;
    case "unknown":
      diamond(pen, x + size / 2, y + size / 2, size / 2 + 1.5, c.unknown);
      return;
    case "held":
      pen.strokeStyle = c.held;
      pen.lineWidth = 2;
      pen.strokeRect(x, y, size, size);
      return;
    case "skipped":
      pen.fillStyle = c.skipped;
      pen.fillRect(x, y + size / 2 - 1, size, 2);
      return;
    case "running":
    case "done":
      pen.fillStyle = c[look];
      pen.fillRect(x, y, size, size);
      return;
    case "todo":
      pen.strokeStyle = c.line;
      pen.lineWidth = 1;
      pen.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
  }
}

/** A tile, filled as it proceeds; with a number where something went wrong. */
export function drawTile(pen: Pen, counts: Counts, total: number, x: number, y: number, size: number, c: Colours) {
  const box = () => {
    pen.beginPath();
    pen.roundRect(x + 0.5, y + 0.5, size - 1, size - 1, 3.5);
  };
  const number = (n: number) => {
    pen.fillStyle = c.on;
    pen.font = `600 ${n > 99 ? 8 : 10}px "Inter Variable", system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(n > 999 ? "1k+" : String(n), x + size / 2, y + size / 2 + 0.5);
  };
  const ended = counts.done + counts.skipped;
  if (counts.failed > 0) {
    box();
    pen.fillStyle = c.failed;
    pen.fill();
    number(counts.failed);
  } else if (counts.unknown > 0) {
    diamond(pen, x + size / 2, y + size / 2, size / 2 + 1, c.unknown);
    number(counts.unknown);
  } else if (ended === total) {
    box();
    pen.fillStyle = c.done;
    pen.fill();
  } else {
    const under = ended + counts.running > 0;
    pen.save();
    box();
    pen.clip();
    if (under) {
      pen.fillStyle = c.tint;
      pen.fillRect(x, y, size, size);
    }
    const share = (part: number) => Math.ceil((size * part) / total);
    pen.fillStyle = c.running;
    pen.fillRect(x, y + size - share(ended + counts.running), size, share(ended + counts.running));
    if (counts.running === 0 && under) {
      pen.fillStyle = c.done;
      pen.fillRect(x, y + size - share(ended), size, share(ended));
    }
    pen.restore();
    box();
    pen.strokeStyle = counts.held > 0 ? c.held : c.line;
    pen.lineWidth = counts.held > 0 ? 2 : 1;
    pen.stroke();
  }
}

function diamond(pen: Pen, x: number, y: number, r: number, fill: string) {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.moveTo(x, y - r);
  pen.lineTo(x + r, y);
  pen.lineTo(x, y + r);
  pen.lineTo(x - r, y);
  pen.fill();
}

/** Where marks stand: so many in a line, with a gap after ten where they are small. */
export interface Layout {
  across: number;
  pitch: number;
  gap: number;
}

export function layoutFor(width: number, pitch: number, gap: number): Layout {
  return { pitch, gap, across: Math.max(1, gap === 0 ? Math.floor(width / pitch) : Math.max(1, Math.floor((width + gap) / (pitch * 10 + gap))) * 10) };
}

export function spotOf(index: number, { across, pitch, gap }: Layout): [x: number, y: number] {
  const column = index % across;
  return [column * pitch + Math.floor(column / 10) * gap + 1, Math.floor(index / across) * pitch + 1];
}

/** The mark at a point; -1 beside them all. */
export function indexAt(x: number, y: number, count: number, { across, pitch, gap }: Layout): number {
  const ten = pitch * 10 + gap;
  const column = gap === 0 ? Math.floor(x / pitch) : Math.floor(x / ten) * 10 + Math.min(9, Math.floor((x % ten) / pitch));
  const index = Math.floor(y / pitch) * across + column;
  return x < 0 || y < 0 || column >= across || index >= count ? -1 : index;
}

export function heightFor(count: number, { across, pitch }: Layout): number {
  return Math.ceil(count / across) * pitch + 2;
}
