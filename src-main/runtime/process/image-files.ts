/**
 * Images of the state machine as files beside the node's database: one file an image, one line a
 * chunk (chunks are JSON, which has no raw line break). Written and synced as it grows, so that the
 * sync before a snapshot counts has little left to do.
 */
import fs from 'node:fs';
import path from 'node:path';
import { assert } from '../../base/assert.ts';
import type { SnapshotRef } from '../../protocols/kernel/durable.ts';
import type { ImageStore } from '../driver/ports.ts';
import { DiskFailure } from './disk-failure.ts';

/** Beside the database of the node. */
export const IMAGES_FOLDER = 'images';
const HANDLE = /^[a-z0-9][a-z0-9.-]{0,120}$/;
/** Unsynced bytes of an image under way. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

interface OpenImage {
  readonly fd: number;
  /** Where each chunk begins, and at last where the next one will. */
  readonly starts: number[];
  unsynced: number;
}

export class ImageFiles implements ImageStore {
  readonly #folder: string;
  readonly #failure: DiskFailure;
  readonly #open = new Map<string, OpenImage>();

  /** @param dataDir the node's own directory. */
  constructor(dataDir: string, failure = new DiskFailure()) {
    this.#failure = failure;
    this.#folder = path.join(dataDir, IMAGES_FOLDER);
    fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  put(handle: string, chunk: number, text: string): void {
    if (chunk === 0) this.#begin(handle);
    const image = this.#open.get(handle);
    const next = (image?.starts.length ?? 0) - 1;
    assert(image !== undefined && chunk === next, `${handle}: chunk ${chunk}, not ${next}`);
    this.#failure.beforeGrowth();
    const bytes = Buffer.from(`${text}\n`);
    const at = image.starts[chunk] ?? 0;
    writeAll(image.fd, bytes, at);
    image.starts.push(at + bytes.length);
    image.unsynced += bytes.length;
    if (image.unsynced < SYNC_EVERY_BYTES) return;
    fs.fdatasyncSync(image.fd);
    this.#failure.afterSync();
    image.unsynced = 0;
  }

  get(handle: string, chunk: number): string | null {
    const image = this.#open.get(handle) ?? this.#reopen(handle);
    const from = image?.starts[chunk];
    const to = image?.starts[chunk + 1];
    if (image === null || image === undefined || from === undefined || to === undefined)
      return null;
    const bytes = Buffer.alloc(to - from - 1);
    fs.readSync(image.fd, bytes, 0, bytes.length, from);
    return bytes.toString('utf8');
  }

  seal(handle: string, chunks: number): void {
    const image = this.#open.get(handle) ?? this.#reopen(handle);
    const has = (image?.starts.length ?? 1) - 1;
    assert(
      image !== null && image !== undefined && has === chunks,
      `image ${handle} has ${has} chunks, not ${chunks}`,
    );
    fs.fsyncSync(image.fd);
    this.#failure.afterSync();
    image.unsynced = 0;
    this.#syncFolder();
  }

  /**
   * Whether the image that a snapshot on this disk refers to is all there. A node without it must
   * not start: it would begin empty, and count as if it had everything (museum Z13).
   * @throws Error with what is missing.
   */
  ensureWhole({ handle, lastPos, chunks }: SnapshotRef): void {
    const image = this.#reopen(handle);
    const has = image === null ? 0 : image.starts.length - 1;
    if (has === chunks) return;
    const what = image === null ? 'is missing' : `has ${has} of ${chunks} chunks`;
    throw new Error(
      `image ${handle} of the snapshot up to ${lastPos} ${what}: this node cannot start on this ` +
        'disk; wipe it and add the node again',
    );
  }

  keepOnly(handles: readonly string[]): void {
    for (const name of fs.readdirSync(this.#folder)) {
      if (handles.includes(name)) continue;
      this.#close(name);
      fs.rmSync(path.join(this.#folder, name), { force: true });
    }
  }

  close(): void {
    for (const handle of [...this.#open.keys()]) this.#close(handle);
  }

  #begin(handle: string): void {
    this.#close(handle);
    const fd = fs.openSync(this.#fileOf(handle), 'w+', 0o600);
    this.#open.set(handle, { fd, starts: [0], unsynced: 0 });
  }

  /** An image of an earlier life: where its chunks begin is found by reading it once. */
  #reopen(handle: string): OpenImage | null {
    const file = this.#fileOf(handle);
    if (!fs.existsSync(file)) return null;
    const fd = fs.openSync(file, 'r+');
    const image = { fd, starts: chunkStarts(fd), unsynced: 0 };
    this.#open.set(handle, image);
    return image;
  }

  #close(handle: string): void {
    const image = this.#open.get(handle);
    if (image === undefined) return;
    this.#open.delete(handle);
    fs.closeSync(image.fd);
  }

  #fileOf(handle: string): string {
    assert(HANDLE.test(handle), `${JSON.stringify(handle)} is no handle`);
    return path.join(this.#folder, handle);
  }

  /** The name of a new file is durable only with its folder; Windows has no such call. */
  #syncFolder(): void {
    if (process.platform === 'win32') return;
    const fd = fs.openSync(this.#folder, 'r');
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  }
}

/** A disk that is nearly full takes a part, and the rest not at all. */
function writeAll(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) {
    done += fs.writeSync(fd, bytes, done, bytes.length - done, at + done);
  }
}

function chunkStarts(fd: number): number[] {
  const starts = [0];
  const buffer = Buffer.alloc(READ_BYTES);
  let at = 0;
  for (;;) {
    const read = fs.readSync(fd, buffer, 0, buffer.length, at);
    if (read === 0) return starts;
    for (let i = buffer.indexOf(10); i >= 0 && i < read; i = buffer.indexOf(10, i + 1)) {
      starts.push(at + i + 1);
    }
    at += read;
  }
}
