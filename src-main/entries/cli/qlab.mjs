#!/usr/bin/env node
/** `qlab` as a program of its own: the same preflight as `npm run qlab`. */
process.argv.splice(2, 0, 'src-main/entries/cli/main.ts');
await import('../preflight.mjs');
