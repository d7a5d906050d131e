import type { JSX } from "react";
import type { Look } from "./fleet";

/** How each look is drawn in a cell: its shape tells it as well as its colour. */
export const glyphs: Record<Look, JSX.Element> = {
  done: (
    <>
      <rect width="16" height="16" rx="3" fill="var(--ts-good-soft)" />
      <path d="M5 8.3l2.1 2.1 4-4.4" fill="none" stroke="var(--ts-good)" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  todo: <rect x=".75" y=".75" width="14.5" height="14.5" rx="2.6" fill="none" stroke="var(--ts-line-2)" strokeWidth="1.5" />,
  running: (
    <>
      <rect width="16" height="16" rx="3" fill="var(--ts-run-solid)" />
      <path d="M8 4a4 4 0 0 1 4 4" fill="none" stroke="var(--ts-on-solid)" strokeWidth="1.8" strokeLinecap="round" />
      <circle cx="8" cy="8" r="1.5" fill="var(--ts-on-solid)" />
    </>
  ),
  failed: (
    <>
      <rect width="16" height="16" rx="3" fill="var(--ts-bad-solid)" />
      <path d="M5 5l6 6M11 5l-6 6" stroke="var(--ts-on-solid)" strokeWidth="1.9" strokeLinecap="round" />
    </>
  ),
  unknown: (
    <>
      <path d="M8 0l8 8-8 8-8-8z" fill="var(--ts-unknown-solid)" />
      <path d="M6.6 6.4c0-.9.6-1.4 1.5-1.4s1.5.5 1.5 1.3c0 1-1.5 1.1-1.5 2.2M8.1 10.9v.1" fill="none" stroke="var(--ts-on-solid)" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  skipped: (
    <>
      <rect width="16" height="16" rx="3" fill="var(--ts-select)" />
      <path d="M4.6 8h6.8" stroke="var(--ts-mute-solid)" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  held: (
    <>
      <rect x=".75" y=".75" width="14.5" height="14.5" rx="2.6" fill="var(--ts-warn-bg)" stroke="var(--ts-warn-solid)" strokeWidth="1.5" />
      <path d="M6.2 5.4v5.2M9.8 5.4v5.2" stroke="var(--ts-warn)" strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
};
