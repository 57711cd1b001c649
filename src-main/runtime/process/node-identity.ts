/**
 * Process numbers are reused: before a process that we did not just start is killed, it must still
 * look like one of our nodes.
 */
import fs from 'node:fs';

/** null where the system does not show what a process is (no /proc). */
export function isLabNode(pid: number): boolean | null {
  if (process.platform !== 'linux') return null;
  try {
    const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return line.startsWith('quorum-lab ') || line.includes('entries/node/main');
  } catch {
    return false;
  }
}
