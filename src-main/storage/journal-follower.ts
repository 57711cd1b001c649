/**
 * Follows one flight journal as its node writes it. Reads a bounded piece per turn and gives out
 * whole lines only; a last line without its newline waits, or was cut off by a kill and is left.
 */
import fs from 'node:fs';
import { sqliteCode } from './database-errors.ts';

const READ_BYTES = 1024 * 1024;
/** A `boot` line holds the whole log of its node; beyond this a line is not recorded. */
const LINE_BYTES_MAX = 256 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Shared by all followers: a turn is synchronous and keeps nothing of it. */
const shared = Buffer.allocUnsafe(READ_BYTES);

export class JournalFollower {
  readonly file: string;
  #descriptor: number | null = null;
  #offset: number;
  #buffer = shared;
  #tooLong = false;
  #hasMore = false;

  /** @param offset bytes that were taken in before */
  constructor(file: string, offset = 0) {
    this.file = file;
    this.#offset = offset;
  }

  /** Bytes of whole lines given out so far. */
  get offset(): number {
    return this.#offset;
  }

  /** A line was longer than can be recorded; nothing after it is read. */
  get tooLong(): boolean {
    return this.#tooLong;
  }

  /** The last piece was a full one: there is probably more to give out. */
  get hasMore(): boolean {
    return this.#hasMore && !this.#tooLong;
  }

  /** The next whole lines, newlines between them; null when there are none now. */
  read(): string | null {
    if (this.#tooLong || !this.#open()) return null;
    for (;;) {
      const count = fs.readSync(
        this.#descriptor ?? -1,
        this.#buffer,
        0,
        this.#buffer.length,
        this.#offset,
      );
      this.#hasMore = count === this.#buffer.length;
      const end = count === 0 ? -1 : this.#buffer.lastIndexOf(NEWLINE, count - 1);
      if (end >= 0) return this.#take(end);
      if (count < this.#buffer.length) return null;
      if (this.#buffer.length >= LINE_BYTES_MAX) {
        this.#tooLong = true;
        return null;
      }
      this.#buffer = Buffer.allocUnsafe(this.#buffer.length * 4);
    }
  }

  close(): void {
    if (this.#descriptor !== null) fs.closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #take(end: number): string {
    const text = this.#buffer.toString('utf8', 0, end);
    this.#offset += end + 1;
    this.#buffer = shared;
    return text;
  }

  #open(): boolean {
    if (this.#descriptor !== null) return true;
    try {
      this.#descriptor = fs.openSync(this.file, 'r');
      return true;
    } catch (error) {
      if (sqliteCode(error) === 'ENOENT') return false;
      throw error;
    }
  }
}
