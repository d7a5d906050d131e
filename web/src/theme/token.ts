/*
 * The semantic colours of the interface, light and dark. Components use these
 * names (`var(--ts-ink-2)`) and no others; what stands behind them is said here
 * once. Contrast: text pairs 4.5:1 on canvas, surface and sunken; borders of
 * controls 3:1.
 */
type Pair = readonly [light: string, dark: string];

export const token = {
  canvas: ["#f5f6f8", "#0e1217"],
  surface: ["#ffffff", "#151a21"],
  raised: ["#ffffff", "#1c232c"],
  sunken: ["#eceff3", "#0a0d12"],
  select: ["#e9ecf1", "#232c37"],
  line: ["#dfe3e9", "#27303b"],
  "line-2": ["#c3cad4", "#3a4553"],
  control: ["#7f8a99", "#687586"],
  ink: ["#161d27", "#e9edf2"],
  "ink-2": ["#465263", "#aeb8c5"],
  "ink-3": ["#5e6a7a", "#8d99a8"],
  primary: ["#1c2634", "#e9edf2"],
  "on-primary": ["#ffffff", "#10151b"],
  "primary-hover": ["#2c394b", "#ffffff"],
  accent: ["#3450c4", "#93a7ff"],
  "accent-bg": ["#e9edfb", "#1d2647"],
  good: ["#13703d", "#66cf92"],
  "good-bg": ["#e3f3ea", "#11301f"],
  "good-solid": ["#1b7f48", "#2f9a5e"],
  "good-soft": ["#a9dabd", "#1f5a3a"],
  bad: ["#b1261f", "#ff948a"],
  "bad-bg": ["#fce9e7", "#3c1a18"],
  "bad-solid": ["#c42f28", "#e2574e"],
  warn: ["#855000", "#f2bc5a"],
  "warn-bg": ["#fdf1da", "#33260d"],
  "warn-solid": ["#eda024", "#e7a233"],
  person: ["#855000", "#f2bc5a"],
  "person-bg": ["#fdf1da", "#33260d"],
  "person-solid": ["#eda024", "#e7a233"],
  "on-person": ["#241600", "#241600"],
  run: ["#0a61a3", "#70baf6"],
  "run-bg": ["#e2effb", "#10293f"],
  "run-solid": ["#1274c0", "#2f8fdb"],
  unknown: ["#6a3db1", "#c2a5f6"],
  "unknown-bg": ["#f0e9fb", "#2a1f43"],
  "unknown-solid": ["#7848c2", "#9a74df"],
  ice: ["#0b6771", "#70d0db"],
  "ice-bg": ["#dff2f4", "#0e2d32"],
  "ice-solid": ["#1b8591", "#2f9daa"],
  mute: ["#5e6a7a", "#97a3b2"],
  "mute-bg": ["#eceff3", "#222a34"],
  "mute-solid": ["#8792a1", "#66727f"],
  "on-solid": ["#ffffff", "#10151b"],
} as const satisfies Record<string, Pair>;

export type Token = keyof typeof token;

/** The families of state: each has a text colour, a tint `-bg` and a `-solid`. */
export const families = ["good", "bad", "warn", "person", "run", "unknown", "ice", "mute", "ink"] as const;
export type Family = (typeof families)[number];

/** What a drawing on a canvas asks: the colour of a token as it is now. */
export function colour(name: Token): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--ts-${name}`).trim();
}
