/**
 * SIGINT and SIGTERM at any moment: what was opened is closed (runs end as incomplete, no process
 * stays), then the exit code says which signal it was. A second signal does not wait any more.
 */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof EXIT_CODES;

/** Closing a lab takes a few hundred milliseconds; a hung one must not hold the terminal. */
const CLOSE_MS_MAX = 10_000;

export interface Closable {
  close(): Promise<void>;
}

/**
 * Opens, uses and always closes. A signal during opening waits for what is being opened, because
 * processes may already exist.
 * @returns what `use` returns; never when a signal came.
 */
export async function useWithInterrupts<R extends Closable, T>(
  open: () => Promise<R>,
  use: (resource: R) => Promise<T>,
): Promise<T> {
  let interrupted = false;
  const opening = open();
  const handleSignal = (signal: Signal): void => {
    if (interrupted) process.exit(EXIT_CODES[signal]);
    interrupted = true;
    process.stderr.write('\ninterrupted: ending the nodes and closing the record ...\n');
    setTimeout(() => process.exit(EXIT_CODES[signal]), CLOSE_MS_MAX);
    const exit = (): void => process.exit(EXIT_CODES[signal]);
    opening.then((resource) => resource.close()).then(exit, exit);
  };
  const signals = Object.keys(EXIT_CODES) as Signal[];
  for (const signal of signals) process.on(signal, handleSignal);
  try {
    const resource = await opening;
    try {
      const result = await use(resource);
      return interrupted ? await never() : result;
    } finally {
      if (!interrupted) await resource.close();
    }
  } catch (error) {
    if (interrupted) return await never();
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, handleSignal);
  }
}

/** What was broken off on purpose has no result and no news: the handler ends the process. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
