import { useComputedColorScheme } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { text } from "@/text";
import classes from "./deployment.module.css";
import { type Colours, colours, heightFor, indexAt, type Layout, layoutFor, type Pen, spotOf } from "./pen";
import { useWalk } from "./walk";

const t = text.deployment;

interface Props {
  label: string;
  count: number;
  /** From one mark to the next, and the gap after ten; 0: none. */
  pitch: number;
  gap: number;
  /** Draws one mark into a square; another function draws everything anew. */
  paint: (pen: Pen, index: number, x: number, y: number, size: number, c: Colours) => void;
  marked: (index: number) => "on" | "chosen" | undefined;
  open: (index: number) => void;
  select: (index: number) => void;
  /** What is asked for when a mark is pointed at or walked to. */
  seen: (index: number) => void;
  /** What is said of a mark, at a point of the drawing or in the line below it. */
  say: (index: number, at: { x: number; y: number } | undefined) => ReactNode;
}

/** Many marks on one canvas: arrow keys walk them, what is pointed at says what it is. */
export function Canvas({ label, count, pitch, gap, paint, marked, open, select, seen, say }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, point] = useState<{ index: number; x: number; y: number }>();
  const scheme = useComputedColorScheme();
  const layout = layoutFor(width, pitch, gap);
  const height = heightFor(count, layout);
  const { at, ...walking } = useWalk({ count, across: () => layout.across, open, select });
  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (element === null || element === undefined) {
      return;
    }
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (at >= 0) {
      seen(at);
    }
  }, [at, seen]);
  const { across } = layout;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || width === 0) {
      return;
    }
    // The colours are those of the scheme that is on now.
    element.dataset["scheme"] = scheme;
    draw(element, { width, height, count, at, paint, marked, layout: { across, pitch, gap } });
  }, [width, height, count, at, paint, marked, across, pitch, gap, scheme]);
  const find = (event: { clientX: number; clientY: number; currentTarget: Element }) => {
    const frame = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    return { index: indexAt(x, y, count, layout), x: x + 8, y: y + 20 };
  };
  return (
    <div className={classes["drawn"]}>
      <div
        role="application"
        aria-label={`${label}. ${t.cellsHint}`}
        tabIndex={0}
        className={classes["canvasBox"]}
        {...walking}
        onClick={(event) => {
          const { index } = find(event);
          if (index >= 0) {
            (event.shiftKey || event.ctrlKey || event.metaKey ? select : open)(index);
          }
        }}
        onPointerMove={(event) => {
          const next = event.pointerType === "mouse" ? find(event) : undefined;
          if (next?.index !== pointed?.index) {
            point(next === undefined || next.index < 0 ? undefined : next);
            if (next !== undefined && next.index >= 0) {
              seen(next.index);
            }
          }
        }}
        onPointerLeave={() => point(undefined)}
      >
        <canvas ref={canvas} aria-hidden="true" className={classes["canvas"]} style={{ width: "100%", height }} />
      </div>
      {at < 0 ? null : (
        <div className={`${classes["hint"] ?? ""} ${classes["below"] ?? ""}`} role="status">
          {say(at, undefined)}
        </div>
      )}
      {pointed === undefined ? null : say(pointed.index, pointed)}
    </div>
  );
}

interface Drawing extends Pick<Props, "count" | "paint" | "marked"> {
  width: number;
  height: number;
  at: number;
  layout: Layout;
}

function draw(element: HTMLCanvasElement, { width, height, count, at, paint, marked, layout }: Drawing) {
  const scale = window.devicePixelRatio;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (element.width !== across || element.height !== down) {
    element.width = across;
    element.height = down;
  }
  const pen = element.getContext("2d");
  if (pen === null) {
    return;
  }
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const c = colours();
  const size = layout.pitch - (layout.gap === 0 ? 3 : 2);
  for (let i = 0; i < count; i++) {
    const [x, y] = spotOf(i, layout);
    paint(pen, i, x, y, size, c);
    const mark = i === at ? "chosen" : marked(i);
    if (mark !== undefined) {
      pen.globalAlpha = 1;
      pen.strokeStyle = mark === "on" ? c.ink : c.accent;
      pen.lineWidth = 2;
      pen.strokeRect(x - 1, y - 1, size + 2, size + 2);
    }
  }
}
