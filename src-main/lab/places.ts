/**
 * Where a lab keeps things, and how it cleans up after one that was killed: run directories below
 * the data directory, sockets in a short owner-only directory (socket paths are limited to about
 * 100 bytes), and a note of both that the next start reads.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isLabNode } from '../runtime/process/node-identity.ts';

const NOTE_FILE = 'lab-state.json';
const SOCKETS_PREFIX = 'qlab-';

interface Note {
  readonly labPid: number;
  readonly socketDir: string;
  readonly nodePids: readonly number[];
}

export class Places {
  readonly dataDir: string;
  readonly socketDir: string;
  readonly #nodePids = new Set<number>();

  /** Call only while holding the lock of the data directory: a note found here is a dead lab's. */
  constructor(dataDir: string) {
    this.dataDir = dataDir;
    fs.mkdirSync(path.join(dataDir, 'runs'), { recursive: true, mode: 0o700 });
    cleanUpAfterDeadLab(dataDir);
    this.socketDir = fs.mkdtempSync(path.join(os.tmpdir(), SOCKETS_PREFIX));
    this.#write();
  }

  /** A fresh directory for the files of one run. */
  makeRunDir(name: string): string {
    return fs.mkdtempSync(path.join(this.dataDir, 'runs', `${name}-`));
  }

  makeSocketDir(cluster: string): string {
    const directory = path.join(this.socketDir, cluster);
    fs.mkdirSync(directory, { mode: 0o700 });
    return directory;
  }

  addNode(pid: number): void {
    this.#nodePids.add(pid);
    this.#write();
  }

  removeNode(pid: number): void {
    this.#nodePids.delete(pid);
    this.#write();
  }

  #write(): void {
    const note: Note = {
      labPid: process.pid,
      socketDir: this.socketDir,
      nodePids: [...this.#nodePids],
    };
    try {
      // Whole or not at all: a lab killed while it writes must leave a note that can be read.
      const file = path.join(this.dataDir, NOTE_FILE);
      fs.writeFileSync(`${file}.new`, JSON.stringify(note));
      fs.renameSync(`${file}.new`, file);
    } catch {
      // A full disk: the guardian still knows the processes.
    }
  }

  close(): void {
    fs.rmSync(this.socketDir, { recursive: true, force: true });
    fs.rmSync(path.join(this.dataDir, NOTE_FILE), { force: true });
  }
}

function cleanUpAfterDeadLab(dataDir: string): void {
  const file = path.join(dataDir, NOTE_FILE);
  let note: Partial<Note>;
  try {
    note = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Note>;
  } catch {
    return;
  }
  // Where that cannot be seen, nodes have already ended with their control channel.
  for (const pid of note.nodePids ?? []) if (isLabNode(pid) === true) killQuietly(pid);
  const { socketDir } = note;
  // Only ever a directory of the shape we make.
  if (socketDir !== undefined && path.basename(socketDir).startsWith(SOCKETS_PREFIX)) {
    fs.rmSync(socketDir, { recursive: true, force: true });
  }
  fs.rmSync(file, { force: true });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
