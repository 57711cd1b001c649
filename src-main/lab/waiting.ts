/** Waiting for what comes by itself, with a limit. */

const POLL_MS = 2;

/** @returns whether the condition held before the time was over. */
export async function untilOrLate(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}
