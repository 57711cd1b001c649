import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

/**
 * `npm start` builds with this where Electron is present. The child programs (node, guardian,
 * recorder) are inputs of the main build, because Electron starts them by file as plain Node.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rollupOptions: {
        input: {
          electron: 'src-main/entries/electron/main.ts',
          node: 'src-main/entries/node/main.ts',
          guardian: 'src-main/entries/node/guardian.ts',
          'recorder-worker': 'src-main/storage/recorder-worker.ts',
          'verify-worker': 'src-main/entries/verify-worker.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { preload: 'src-main/entries/electron/preload.ts' },
        // A sandboxed preload has to be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    base: './',
    plugins: [svelte()],
    build: {
      outDir: 'out/renderer',
      rollupOptions: { input: 'src-renderer/index.html' },
    },
  },
});
