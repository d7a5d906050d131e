import { Button, createTheme, type CSSVariablesResolver, defaultVariantColorsResolver, type MantineColorsTuple, Modal, Notification, Textarea, TextInput, Tooltip } from "@mantine/core";
import { text } from "@/text";
import { token } from "./token";

// Ten shades around the solids of each family, light to dark. Components do not
// use them: they are for what Mantine derives by itself.
function shades(tint: string, soft: string, solid: string, text: string): MantineColorsTuple {
  const mix = (a: string, b: string, share: number) =>
    "#" +
    [1, 3, 5]
      .map((i) => Math.round(parseInt(a.slice(i, i + 2), 16) * (1 - share) + parseInt(b.slice(i, i + 2), 16) * share))
      .map((n) => n.toString(16).padStart(2, "0"))
      .join("");
  return [tint, mix(tint, soft, 0.5), soft, mix(soft, solid, 0.4), mix(soft, solid, 0.75), solid, solid, text, mix(text, "#000000", 0.2), mix(text, "#000000", 0.4)];
}

const dark: MantineColorsTuple = ["#e9edf2", "#aeb8c5", "#8d99a8", "#687586", "#3a4553", "#27303b", "#1c232c", "#151a21", "#0e1217", "#0a0d12"];
const grey: MantineColorsTuple = ["#f5f6f8", "#eceff3", "#e9ecf1", "#dfe3e9", "#c3cad4", "#8792a1", "#7f8a99", "#5e6a7a", "#465263", "#161d27"];

export const theme = createTheme({
  colors: {
    dark,
    gray: grey,
    ink: ["#e9edf2", "#dfe3e9", "#c3cad4", "#aeb8c5", "#7f8a99", "#465263", "#1c2634", "#1c2634", "#161d27", "#10151b"],
    accent: shades("#e9edfb", "#93a7ff", "#3450c4", "#2c44a8"),
    green: shades("#e3f3ea", "#a9dabd", "#1b7f48", "#13703d"),
    red: shades("#fce9e7", "#ff948a", "#c42f28", "#b1261f"),
    yellow: shades("#fdf1da", "#f2bc5a", "#eda024", "#855000"),
    blue: shades("#e2effb", "#70baf6", "#1274c0", "#0a61a3"),
    violet: shades("#f0e9fb", "#c2a5f6", "#7848c2", "#6a3db1"),
    cyan: shades("#dff2f4", "#70d0db", "#1b8591", "#0b6771"),
  },
  primaryColor: "ink",
  primaryShade: { light: 6, dark: 0 },
  autoContrast: true,
  // The one main button is ink on its opposite, in both schemes.
  variantColorResolver: (input) => {
    const found = defaultVariantColorsResolver(input);
    return input.variant === "filled" && (input.color === undefined || input.color === "ink")
      ? { ...found, background: "var(--ts-primary)", hover: "var(--ts-primary-hover)", color: "var(--ts-on-primary)" }
      : found;
  },
  defaultRadius: 6,
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "14px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "18px", md: "18px", lg: "20px", xl: "28px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "4px", sm: "5px", md: "6px", lg: "8px", xl: "12px" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "20px", lineHeight: "28px" }, h2: { fontSize: "14px", lineHeight: "20px" }, h3: { fontSize: "13px", lineHeight: "18px" } } },
  breakpoints: { xs: "30em", sm: "48em", md: "68.75em", lg: "75em", xl: "90em" },
  components: {
    Button: Button.extend({ defaultProps: { size: "sm", variant: "default" }, classNames: { root: "ts-button" } }),
    TextInput: TextInput.extend({ defaultProps: { size: "sm", inputWrapperOrder: ["label", "error", "input", "description"] } }),
    Textarea: Textarea.extend({ defaultProps: { size: "sm", inputWrapperOrder: ["label", "error", "input", "description"] } }),
    // Holding the page behind a dialog still would compute the style of all of it anew, twice for each dialog.
    // A click beside a dialog closes none: what was typed in it, or is shown once, would be gone.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, closeOnClickOutside: false, closeButtonProps: { "aria-label": text.frame.close }, attributes: { header: { role: "none" } }, centered: true, transitionProps: { duration: 120, transition: "fade" }, overlayProps: { backgroundOpacity: 0.35 } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { "aria-label": text.frame.close } } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, transitionProps: { duration: 120 } } }),
  },
});

/** Puts the semantic names into the page, and what Mantine calls its own under them. */
export const resolver: CSSVariablesResolver = () => {
  const light: Record<string, string> = {};
  const dim: Record<string, string> = {};
  for (const [name, [day, night]] of Object.entries(token)) {
    light[`--ts-${name}`] = day;
    dim[`--ts-${name}`] = night;
  }
  const both = {
    "--mantine-color-body": "var(--ts-canvas)",
    "--mantine-color-text": "var(--ts-ink)",
    "--mantine-color-dimmed": "var(--ts-ink-3)",
    "--mantine-color-placeholder": "var(--ts-ink-3)",
    "--mantine-color-anchor": "var(--ts-accent)",
    "--mantine-color-error": "var(--ts-bad)",
    "--mantine-color-default": "var(--ts-surface)",
    "--mantine-color-default-hover": "var(--ts-select)",
    "--mantine-color-default-color": "var(--ts-ink)",
    "--mantine-color-default-border": "var(--ts-line-2)",
    "--mantine-primary-color-filled": "var(--ts-primary)",
    "--mantine-primary-color-filled-hover": "var(--ts-primary-hover)",
    "--mantine-primary-color-contrast": "var(--ts-on-primary)",
  };
  return { variables: {}, light: { ...light, ...both }, dark: { ...dim, ...both } };
};
