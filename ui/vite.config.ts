import { svelte } from "@sveltejs/vite-plugin-svelte";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the windows are made of besides our own code, for the page `about`. */
function components(): { name: string; version: string; license: string }[] {
  const wanted: { dependencies: Record<string, string> } = JSON.parse(readFileSync(here("package.json"), "utf8"));
  return Object.keys(wanted.dependencies).map((name) => {
    const { version, license } = JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8"));
    return { name, version, license };
  });
}

const pages = readdirSync(here("pages")).filter((file) => file.endsWith(".html"));

export default defineConfig(({ mode }) => ({
  root: here("pages"),
  base: "./",
  plugins: [svelte({ configFile: here("svelte.config.js") })],
  define: { COMPONENTS: JSON.stringify(components()) },
  resolve: {
    alias: { "/src": here("src") },
    // Vitest would take Svelte's server half.
    ...(mode === "test" ? { conditions: ["browser"] } : {}),
  },
  server: { fs: { allow: [here("..")] } },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    target: "safari16",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The strength of passphrases is judged by word lists, which are loaded only where one is typed.
    chunkSizeWarningLimit: 900,
    rollupOptions: { input: pages.map((file) => here(`pages/${file}`)) },
  },
  test: {
    root: here("."),
    environment: "jsdom",
    include: ["tests/**/*.test.ts"],
    testTimeout: 20_000,
  },
}));
