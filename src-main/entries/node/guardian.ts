/**
 * Outlives a lab that was killed, by a moment: a node that is paused by SIGSTOP cannot notice that
 * its lab is gone, so this process kills what the lab left, removes its sockets, and ends.
 */
import fs from 'node:fs';
import { isLabNode } from '../../runtime/process/node-identity.ts';

type Message =
  | { readonly t: 'watch'; readonly pid: number }
  | { readonly t: 'forget'; readonly pid: number }
  | { readonly t: 'directory'; readonly path: string };

const pids = new Set<number>();
let directory: string | null = null;

process.on('message', (message: Message) => {
  if (message.t === 'watch') pids.add(message.pid);
  else if (message.t === 'forget') pids.delete(message.pid);
  else directory = message.path;
});

// The lab's terminal may signal its whole group; only the end of the channel counts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

process.on('disconnect', () => {
  for (const pid of pids) {
    if (isLabNode(pid) === false) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Ended by itself.
    }
  }
  if (directory !== null) fs.rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});
