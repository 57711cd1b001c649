/**
 * Where the programs of child processes are: TypeScript sources when run from source, bundled files
 * in a packaged build, whose entry sets other paths before it makes a lab.
 */
import { fileURLToPath } from 'node:url';

const COMPILE_CACHE = '../../node_modules/.cache/quorum-lab';

/** Without SIGSTOP a pause is a cooperative freeze, labelled so everywhere. */
export type PauseMode = 'signal' | 'cooperative';

/** How a process is paused on this machine. */
export const PAUSE_MODE: PauseMode = process.platform === 'win32' ? 'cooperative' : 'signal';

export interface ChildEntries {
  readonly node: string;
  readonly guardian: string;
  /** The runtime's own executable: plain Node, or Electron run as Node. */
  readonly execPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly pauseMode: PauseMode;
}

export function childEntriesFromSource(): ChildEntries {
  return {
    node: fileURLToPath(new URL('../entries/node/main.ts', import.meta.url)),
    guardian: fileURLToPath(new URL('../entries/node/guardian.ts', import.meta.url)),
    execPath: process.execPath,
    pauseMode: PAUSE_MODE,
    // Types stripped and code compiled once, not by every node at every start.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL(COMPILE_CACHE, import.meta.url)) },
  };
}
