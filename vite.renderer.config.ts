/** Builds the dashboard to out/renderer. Relative base: it is served over HTTP and from files. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const ROOT = fileURLToPath(new URL('./src-renderer', import.meta.url));
const OUT = fileURLToPath(new URL('./out/renderer', import.meta.url));

export default defineConfig({
  root: ROOT,
  base: './',
  publicDir: false,
  plugins: [svelte({ configFile: fileURLToPath(new URL('./svelte.config.js', import.meta.url)) })],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'chrome130',
    // A data: URL would need its own line in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
