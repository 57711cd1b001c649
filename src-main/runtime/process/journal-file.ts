/**
 * The flight journal of one life: what is written is in the kernel when `write` returns, so a
 * SIGKILL of this process cannot lose it. It is a record, not the node's memory: it is never synced
 * and never read back by the node.
 */
import fs from 'node:fs';
import path from 'node:path';
import { journalFileName } from '../../vocabulary/journal.ts';

/** A node stops rather than fill the disk with its record. */
const JOURNAL_BYTES_MAX = 16 * 1024 * 1024 * 1024;

export class JournalFile {
  readonly file: string;
  readonly #fd: number;
  #bytes = 0;

  constructor(directory: string, incarnation: number) {
    this.file = path.join(directory, journalFileName(incarnation));
    this.#fd = fs.openSync(this.file, 'a', 0o600);
  }

  /** @throws when the disk is full or the limit is reached: the node must stop. */
  write(lines: string): void {
    const buffer = Buffer.from(lines, 'utf8');
    this.#bytes += buffer.length;
    if (this.#bytes > JOURNAL_BYTES_MAX) throw new Error('the flight journal reached its limit');
    let offset = 0;
    while (offset < buffer.length) {
      offset += fs.writeSync(this.#fd, buffer, offset, buffer.length - offset);
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}
