/** Builds the console to static files: no inline scripts, hashed assets, charts in a chunk of their own. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
  },
});
