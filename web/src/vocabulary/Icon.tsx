import type { JSX } from "react";

/*
 * The drawings of the vocabulary, 16 x 16. Each takes the colour of the text
 * around it; the person alone has its own, because it is the only amber solid.
 */
const drawings = {
  disc: <><circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M4.8 8.3l2.2 2.2 4.3-4.7" fill="none" stroke="var(--ts-hole, var(--ts-surface))" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round"/></>,
  tick: <path d="M3.8 8.4l2.8 2.8 5.6-6.2" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round"/>,
  ring: <><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeOpacity=".28" strokeWidth="2"/><path d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round"/><circle cx="8" cy="8" r="2.1" fill="currentColor"/></>,
  clock: <><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6"/><path d="M8 4.6V8l2.3 1.6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"/></>,
  person: <><rect x="1" y="1" width="14" height="14" rx="4" fill="var(--ts-person-solid)"/><circle cx="8" cy="6" r="2.2" fill="var(--ts-on-person)"/><path d="M3.9 12.4c.5-2.2 2.1-3.3 4.1-3.3s3.6 1.1 4.1 3.3z" fill="var(--ts-on-person)"/></>,
  octagon: <><path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" fill="currentColor"/><path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" stroke="var(--ts-hole, var(--ts-surface))" strokeWidth="1.7" strokeLinecap="round"/></>,
  diamond: <><path d="M8 .8L15.2 8 8 15.2.8 8z" fill="currentColor"/><path d="M6.5 6.3c.1-.9.7-1.4 1.6-1.4s1.5.5 1.5 1.3c0 1.1-1.5 1.1-1.5 2.3" fill="none" stroke="var(--ts-hole, var(--ts-surface))" strokeWidth="1.4" strokeLinecap="round"/><circle cx="8.1" cy="10.7" r=".9" fill="var(--ts-hole, var(--ts-surface))"/></>,
  unequal: <><rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2.4" fill="none" stroke="currentColor" strokeWidth="1.6"/><path d="M4.8 6.5h6.4M4.8 9.5h6.4M9.6 4.4l-3.2 7.2" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round"/></>,
  triangle: <><path d="M8 1.6L15.2 14.2H.8z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round"/><path d="M8 6v3.7" stroke="var(--ts-hole, var(--ts-surface))" strokeWidth="1.7" strokeLinecap="round"/><circle cx="8" cy="12" r=".95" fill="var(--ts-hole, var(--ts-surface))"/></>,
  dashed: <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 2.27"/>,
  chevrons: <><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6"/><path d="M5.6 5.7L8 8l-2.4 2.3M8.6 5.7L11 8l-2.4 2.3" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round"/></>,
  bar: <><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6"/><path d="M5 8h6" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round"/></>,
  bars: <><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6"/><path d="M6.3 5.7v4.6M9.7 5.7v4.6" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round"/></>,
  back: <path d="M3.2 8.4a5 5 0 1 0 1.6-4.1L2.6 6.2M2.6 2.8v3.4H6" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round"/>,
  snowflake: <g fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round"><path d="M8 1.4v13.2M2.3 4.7l11.4 6.6M13.7 4.7L2.3 11.3M6.2 2.6L8 4.2l1.8-1.6M6.2 13.4L8 11.8l1.8 1.6"/></g>,
  pin: <path d="M5.4 1.8h5.2l-.7 5 2.4 2.5H3.7l2.4-2.5zM8 9.3v5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round"/>,
  seal: <><path d="M8 .9l1.9 1.3 2.3-.1.7 2.2 1.9 1.3-.8 2.1.8 2.2-1.9 1.3-.7 2.2-2.3-.1L8 14.6l-1.9-1.3-2.3.1-.7-2.2L1.2 9.9 2 7.7l-.8-2.1 1.9-1.3.7-2.2 2.3.1z" fill="currentColor"/><path d="M5.2 7.9l2 2 3.7-4" fill="none" stroke="var(--ts-hole, var(--ts-surface))" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"/></>,
  hexagon: <><path d="M4.4 1.8h7.2L15.2 8l-3.6 6.2H4.4L.8 8z" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round"/><path d="M8 4.8v3.8" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round"/><circle cx="8" cy="11" r=".95" fill="currentColor"/></>,
  struck: <><circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6"/><path d="M3.8 12.2l8.4-8.4" stroke="currentColor" strokeWidth="1.6"/></>,
  boxes: <><rect x="1.2" y="3" width="8.6" height="6" rx="1.6" fill="none" stroke="currentColor" strokeWidth="1.5"/><rect x="6.2" y="7" width="8.6" height="6" rx="1.6" fill="none" stroke="currentColor" strokeWidth="1.5"/></>,
  dot: <circle cx="8" cy="8" r="3.4" fill="currentColor"/>,
  people: <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"><circle cx="8" cy="5" r="2.8"/><path d="M2.8 13.8c.4-2.8 2.5-4.2 5.2-4.2s4.8 1.4 5.2 4.2"/></g>,
  overview: <g fill="none" stroke="currentColor" strokeWidth="1.5"><rect x="1.9" y="1.9" width="5" height="5" rx="1"/><rect x="9.1" y="1.9" width="5" height="5" rx="1"/><rect x="1.9" y="9.1" width="5" height="5" rx="1"/><rect x="9.1" y="9.1" width="5" height="5" rx="1"/></g>,
  tray: <path d="M1.8 9.2l2-6.2h8.4l2 6.2v4H1.8zM1.8 9.2h3.6c.3 1.4 1.2 2.1 2.6 2.1s2.3-.7 2.6-2.1h3.6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/>,
  arrows: <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round"><path d="M2 5h8M7.4 2.4L10 5 7.4 7.6M14 11H6M8.6 8.4L6 11l2.6 2.6"/></g>,
  calendar: <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"><rect x="1.9" y="3" width="12.2" height="11" rx="1.8"/><path d="M2 6.6h12M5.2 1.6v2.6M10.8 1.6v2.6"/></g>,
  library: <path d="M8 1.6l6 3v6.8l-6 3-6-3V4.6zM2 4.6l6 3 6-3M8 7.6v6.8" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/>,
  model: <g fill="none" stroke="currentColor" strokeWidth="1.5"><circle cx="3.4" cy="8" r="1.9"/><circle cx="12.6" cy="3.6" r="1.9"/><circle cx="12.6" cy="12.4" r="1.9"/><path d="M5.2 7.2l5.6-2.8M5.2 8.8l5.6 2.8"/></g>,
  environment: <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"><rect x="1.9" y="2.2" width="12.2" height="4.8" rx="1.3"/><rect x="1.9" y="9" width="12.2" height="4.8" rx="1.3"/><path d="M4.6 4.6h.01M4.6 11.4h.01"/></g>,
  sheet: <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round"><path d="M3 1.9h7l3 3v9.2H3z"/><path d="M5.6 7.2h4.8M5.6 10.2h4.8"/></g>,
  insight: <path d="M2 13.6h12M3.6 11V8M7 11V4.4M10.4 11V6.6M13 11V2.6" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round"/>,
  admin: <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"><path d="M2 4.6h5.4M11.4 4.6H14M2 11.4h2.6M8.6 11.4H14"/><circle cx="9.4" cy="4.6" r="1.9"/><circle cx="6.6" cy="11.4" r="1.9"/></g>,
  search: <><circle cx="7" cy="7" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.5"/><path d="M10.6 10.6L14 14" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"/></>,
  right: <path d="M6 3.6L10.4 8 6 12.4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"/>,
  down: <path d="M3.8 6.2L8 10.4l4.2-4.2" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"/>,
  arrow: <path d="M2.4 8h11M9.6 4.2L13.4 8l-3.8 3.8" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"/>,
  filter: <path d="M1.8 3.6h12.4M4.2 8h7.6M6.6 12.4h2.8" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round"/>,
  more: <g fill="currentColor"><circle cx="3.2" cy="8" r="1.3"/><circle cx="8" cy="8" r="1.3"/><circle cx="12.8" cy="8" r="1.3"/></g>,
  plus: <path d="M8 3v10M3 8h10" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round"/>,
  download: <path d="M8 2v7.6M4.8 6.8L8 10l3.2-3.2M2.6 13.4h10.8" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round"/>,
  copy: <g fill="none" stroke="currentColor" strokeWidth="1.5"><rect x="5.2" y="5.2" width="8.6" height="8.6" rx="1.6"/><path d="M10.8 5V3.4c0-.7-.5-1.2-1.2-1.2H3.4c-.7 0-1.2.5-1.2 1.2v6.2c0 .7.5 1.2 1.2 1.2H5"/></g>,
  link: <path d="M6.6 9.4a2.7 2.7 0 0 0 3.8 0l2.4-2.4a2.7 2.7 0 0 0-3.8-3.8l-.8.8M9.4 6.6a2.7 2.7 0 0 0-3.8 0L3.2 9a2.7 2.7 0 0 0 3.8 3.8l.8-.8" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round"/>,
  shield: <path d="M8 1.6l5.4 2v4.2c0 3.2-2.2 5.4-5.4 6.6-3.2-1.2-5.4-3.4-5.4-6.6V3.6z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round"/>,
  hardware: <g fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round"><rect x="4" y="4" width="8" height="8" rx="1.4"/><path d="M6.4 1.6V4M9.6 1.6V4M6.4 12v2.4M9.6 12v2.4M1.6 6.4H4M1.6 9.6H4M12 6.4h2.4M12 9.6h2.4"/></g>,
  database: <g fill="none" stroke="currentColor" strokeWidth="1.4"><ellipse cx="8" cy="3.8" rx="5.4" ry="2.1"/><path d="M2.6 3.8v8.4c0 1.2 2.4 2.1 5.4 2.1s5.4-.9 5.4-2.1V3.8M2.6 8c0 1.2 2.4 2.1 5.4 2.1s5.4-.9 5.4-2.1"/></g>,
  licence: <g fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round"><circle cx="5" cy="8" r="3.1"/><path d="M8.1 8h6.1v2.6M11.6 8v1.8"/></g>,
  software: <path d="M5.4 4.4L1.8 8l3.6 3.6M10.6 4.4L14.2 8l-3.6 3.6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round"/>,
  hand: <path d="M4.4 8.6V4.2a1 1 0 0 1 2 0V2.6a1 1 0 0 1 2 0v1a1 1 0 0 1 2 0v1.2a1 1 0 0 1 2 0v5c0 2.6-1.6 4.4-4.2 4.4-2 0-3-.9-4-2.6L2.4 9c-.4-1 .9-1.7 1.5-.9z" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round"/>,
  cross: <path d="M4 4l8 8M12 4l-8 8" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />,
  sun: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.6v1.6M8 12.8v1.6M1.6 8h1.6M12.8 8h1.6M3.5 3.5l1.1 1.1M11.4 11.4l1.1 1.1M12.5 3.5l-1.1 1.1M4.6 11.4l-1.1 1.1" />
    </g>
  ),
  pause: <path d="M5.6 3.6v8.8M10.4 3.6v8.8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  play: <path d="M5 3.4v9.2l7.4-4.6z" fill="currentColor" stroke="currentColor" strokeWidth="1.2" strokeLinejoin="round" />,
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof drawings;

interface IconProps {
  name: IconName;
  size?: number;
  /** What a screen reader says; without it the icon is decoration beside its word. */
  label?: string;
  className?: string;
}

/** One drawing of the vocabulary. */
export function Icon({ name, size = 16, label, className }: IconProps) {
  const said = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} className={className} data-icon={name} {...said}>
      {drawings[name]}
    </svg>
  );
}
