import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// While developing, the API is that of a server named by the environment; its
// token is added here and never reaches the page.
const server = process.env["TRANSHIP_URL"] ?? "http://127.0.0.1:8470";
const token = process.env["TRANSHIP_TOKEN"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The server puts a fresh nonce in the place of this word with each page.
  html: { cspNonce: "TRANSHIP_NONCE" },
  build: {
    target: "es2023",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 900,
  },
  server: {
    port: 5199,
    proxy: {
      "/api": {
        target: server,
        ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
      },
    },
  },
});
