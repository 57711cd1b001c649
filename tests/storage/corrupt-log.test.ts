/** A damaged record: found at the next start, mended by the undo, in no file of anybody else. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wipeNodeDirectory } from '../../src-main/lab/node-disk.ts';
import { corruptLog, mendLog } from '../../src-main/runtime/process/corrupt-log.ts';
import { DATABASE_FILE } from '../../src-main/runtime/process/node-config.ts';
import { nodeDirectory } from '../../src-main/runtime/process/own-files.ts';
import { SqliteStorage } from '../../src-main/runtime/process/sqlite-storage.ts';

let run: string;
let own: string;
let other: string;
beforeEach(() => {
  run = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-test-'));
  own = path.join(run, 'n1');
  other = path.join(run, 'n2');
  for (const directory of [own, other]) fs.mkdirSync(directory);
});
afterEach(() => fs.rmSync(run, { recursive: true, force: true }));

function writeLog(directory: string, length: number): void {
  const storage = new SqliteStorage(path.join(directory, DATABASE_FILE), 'disk-1');
  const entries = Array.from({ length }, (_, at) => ({
    pos: at + 1,
    type: 'command' as const,
    time: at,
    client: null,
    payload: { text: `value ${at}` },
  }));
  storage.commit([{ op: 'put', entries }]);
  storage.close();
}

function load(directory: string): number {
  const storage = new SqliteStorage(path.join(directory, DATABASE_FILE), null);
  try {
    return storage.load().log.length;
  } finally {
    storage.close();
  }
}

test('a corrupted record still reads as JSON, is found by its position, and can be mended', () => {
  writeLog(own, 9);
  const pos = corruptLog(own);
  expect(() => load(own)).toThrow(`log record at position ${pos} is damaged`);
  mendLog(own);
  expect(load(own)).toBe(9);
  mendLog(own);
  expect(load(own)).toBe(9);
});

test('an empty log has nothing to corrupt, and says so', () => {
  writeLog(own, 0);
  expect(() => corruptLog(own)).toThrow(/the log is empty/);
});

describe.skipIf(process.platform === 'win32')('only what is in the directory of the node', () => {
  beforeEach(() => writeLog(other, 9));
  afterEach(() => expect(load(other)).toBe(9));

  test('a link in the place of the database is refused', () => {
    fs.symlinkSync(path.join(other, DATABASE_FILE), path.join(own, DATABASE_FILE));
    expect(() => corruptLog(own)).toThrow(/no file of this node alone/);
    expect(() => mendLog(own)).toThrow(/no file of this node alone/);
  });

  test('a hard link in its place is refused, too', () => {
    fs.linkSync(path.join(other, DATABASE_FILE), path.join(own, DATABASE_FILE));
    expect(() => corruptLog(own)).toThrow(/no file of this node alone/);
    fs.rmSync(path.join(own, DATABASE_FILE));
  });

  test('a link in the place of its write-ahead log is refused', () => {
    writeLog(own, 3);
    fs.symlinkSync(path.join(other, DATABASE_FILE), path.join(own, `${DATABASE_FILE}-wal`));
    expect(() => corruptLog(own)).toThrow(/no file of this node alone/);
  });

  test('a link in the place of the directory is refused, by a wipe as well', () => {
    fs.rmdirSync(own);
    fs.symlinkSync(other, own);
    expect(() => corruptLog(own)).toThrow(/is no directory/);
    expect(() => wipeNodeDirectory(own, 1)).toThrow(/is no directory/);
  });

  test('a link inside is removed by a wipe, and what it points to stays', () => {
    fs.symlinkSync(other, path.join(own, 'images'));
    fs.symlinkSync(path.join(other, DATABASE_FILE), path.join(own, DATABASE_FILE));
    wipeNodeDirectory(own, 1);
    expect(fs.readdirSync(own)).toEqual([]);
  });
});

test.each(['..', '../n1', 'n1/../n2', '', '.', '/etc', 'n1\0'])(
  'the id %j leads to no directory',
  (id) => {
    expect(() => nodeDirectory(run, id)).toThrow(/no name of a node/);
  },
);
