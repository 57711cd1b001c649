/** The lab's side of the guardian process (entries/node/guardian.ts). */
import { fork, type ChildProcess } from 'node:child_process';
import type { ChildEntries } from './child-entries.ts';

export class Guardian {
  readonly #child: ChildProcess;

  constructor(entries: ChildEntries, socketDir: string) {
    this.#child = fork(entries.guardian, [], {
      execPath: entries.execPath,
      env: { ...process.env, ...entries.env },
      // In a group of its own: a SIGKILL to the lab's whole group must not reach it.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('error', () => undefined);
    this.#child.unref();
    this.#child.channel?.unref();
    this.#send({ t: 'directory', path: socketDir });
  }

  #send(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  watch(pid: number): void {
    this.#send({ t: 'watch', pid });
  }

  forget(pid: number): void {
    this.#send({ t: 'forget', pid });
  }

  /** The lab ends in order: so does the guardian, which then finds nothing to kill. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
