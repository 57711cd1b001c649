/** Where the child programs are in a build, and that Electron runs them as plain Node. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PAUSE_MODE } from '../../lab/child-entries.ts';
import type { ChildPrograms } from '../compose.ts';

export function bundledPrograms(): ChildPrograms {
  const inBuild = (name: string): string => join(import.meta.dirname, name);
  return {
    entries: {
      node: inBuild('node.js'),
      guardian: inBuild('guardian.js'),
      execPath: process.execPath,
      pauseMode: PAUSE_MODE,
      env: { ELECTRON_RUN_AS_NODE: '1' },
    },
    recorderWorker: pathToFileURL(inBuild('recorder-worker.js')),
    historyWorker: pathToFileURL(inBuild('history-worker.js')),
    verifyWorker: pathToFileURL(inBuild('verify-worker.js')),
    reportWorker: pathToFileURL(inBuild('report-worker.js')),
  };
}
