import { createSpotlight } from "@mantine/spotlight";

/** The store of the palette; `palette.open()` opens it from anywhere. */
export const [store, palette] = createSpotlight();
