/**
 * Every npm script of this project goes through here: says in one line what is needed when the Node
 * at hand is too old, else runs the script named first. Plain JavaScript that old versions read.
 */
import { fileURLToPath } from 'node:url';

/** The first 22 that runs TypeScript as it is; better-sqlite3 would crash the process below 22. */
const NEEDED = [22, 18];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `qlab: error wrong-runtime: Node.js ${process.versions.node} is too old; ` +
      `needed: ${NEEDED.join('.')} or newer (24 is best)\n`,
  );
  process.exit(4);
}

const [script, ...args] = process.argv.slice(2);
const url = new URL(`../../${script}`, import.meta.url);
process.argv = [process.argv[0], fileURLToPath(url), ...args];
await import(url.href);
