import { defineConfig } from 'electron-vite';
import renderer from './vite.renderer.config.ts';

/**
 * `npm start` builds with this where Electron is present. The child programs (node, guardian,
 * worker threads) are inputs of the main build, because Electron starts them by file as plain Node.
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
          'history-worker': 'src-main/storage/history-worker.ts',
          'verify-worker': 'src-main/entries/verify-worker.ts',
          'report-worker': 'src-main/entries/report-worker.ts',
        },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          // Flat: places are found relative to the file (entries/data-places.ts).
          chunkFileNames: '[name]-[hash].js',
        },
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
    ...renderer,
    build: { ...renderer.build, rollupOptions: { input: 'src-renderer/index.html' } },
  },
});
