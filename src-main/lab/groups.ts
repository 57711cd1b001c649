/** Runs that are made together. */
import type { Run } from '../contract/model.ts';

/** Every one is waited for, also when one fails: its clusters are gone when the error arrives. */
export async function allEnded(ends: readonly Promise<readonly Run[]>[]): Promise<readonly Run[]> {
  await Promise.allSettled(ends);
  return (await Promise.all(ends)).flat();
}

/** All clusters of a group by hand have the same. */
export function randomSeed(): number {
  return (Date.now() ^ (process.pid << 16)) & 0x7fffffff;
}
