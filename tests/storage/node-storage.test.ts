/** A node's disk: what was committed is there after any end, in the order of the operations. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { applyPersistOps, EMPTY_DURABLE } from '../../src-main/protocols/kernel/durable.ts';
import type { DurableState, PersistOp } from '../../src-main/protocols/kernel/durable.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import { DiskFailure } from '../../src-main/runtime/process/disk-failure.ts';
import { ImageFiles } from '../../src-main/runtime/process/image-files.ts';
import { SqliteStorage } from '../../src-main/runtime/process/sqlite-storage.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-test-'));
  file = path.join(directory, 'node.sqlite');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function entry(pos: number, text: string): Entry {
  return { pos, type: 'command', time: pos, client: null, payload: { text } };
}

test('each start is a new incarnation on the same storage', () => {
  const first = new SqliteStorage(file, 'disk-1');
  expect(first.identity).toEqual({ storageId: 'disk-1', incarnation: 1 });
  first.close();
  const second = new SqliteStorage(file, 'another');
  expect(second.identity).toEqual({ storageId: 'disk-1', incarnation: 2 });
  second.close();
});

test('what was committed is loaded again, by another connection while the first lives', () => {
  const storage = new SqliteStorage(file, 'disk-1');
  const entries = Array.from({ length: 100 }, (_, index) => entry(index + 1, `value ${index}`));
  storage.commit([
    { op: 'hard', record: { term: 3, vote: null } },
    { op: 'put', entries },
  ]);
  const reader = new SqliteStorage(file, null);
  expect(reader.load()).toEqual({ hard: { term: 3, vote: null }, snapshot: null, log: entries });
  reader.close();
  storage.close();
});

test('any sequence of operations leaves what the model of a durable state leaves', () => {
  const op: fc.Arbitrary<PersistOp> = fc.oneof(
    fc.record({
      op: fc.constant('hard' as const),
      record: fc.dictionary(fc.constantFrom('term', 'vote', 'promised'), fc.nat(9)),
    }),
    fc
      .tuple(fc.integer({ min: 1, max: 30 }), fc.nat(40), fc.string())
      .map(([from, count, text]) => ({
        op: 'put' as const,
        entries: Array.from({ length: count }, (_, index) => entry(from + index, text)),
      })),
    fc.record({ op: fc.constant('truncate' as const), from: fc.integer({ min: 1, max: 60 }) }),
  );
  let run = 0;
  fc.assert(
    fc.property(fc.array(fc.array(op, { maxLength: 5 }), { maxLength: 6 }), (batches) => {
      run += 1;
      const own = path.join(directory, `run-${run}.sqlite`);
      const storage = new SqliteStorage(own, 'disk-1');
      let model: DurableState = EMPTY_DURABLE;
      for (const batch of batches) {
        storage.commit(batch);
        model = applyPersistOps(model, batch);
      }
      expect(storage.syncs).toBe(batches.length);
      storage.close();
      const again = new SqliteStorage(own, null);
      const loaded = again.load();
      again.close();
      expect(loaded.log).toEqual(model.log);
      expect(loaded.hard).toEqual({ ...model.hard });
    }),
    { numRuns: 25 },
  );
});

test('a record with one flipped bit is found by its checksum, and its position is named', () => {
  const storage = new SqliteStorage(file, 'disk-1');
  storage.commit([{ op: 'put', entries: [entry(1, 'aaa'), entry(2, 'bbb'), entry(3, 'ccc')] }]);
  storage.close();
  const db = new Database(file);
  db.prepare("UPDATE log SET entry = replace(entry, 'bbb', 'bbc') WHERE pos = 2").run();
  db.close();
  const again = new SqliteStorage(file, null);
  expect(() => again.load()).toThrow(/log record at position 2 is damaged/);
  again.close();
});

test('a full disk fails the write that needs room, in SQLite, and the next start', () => {
  const storage = new SqliteStorage(file, 'disk-1');
  storage.commit([{ op: 'put', entries: [entry(1, 'before')] }]);
  storage.setFailure('full');
  expect(() => {
    for (let pos = 2; pos < 1_000; pos += 1) {
      storage.commit([{ op: 'put', entries: [entry(pos, 'x'.repeat(100))] }]);
    }
  }).toThrow(/database or disk is full/);
  storage.close();
  expect(() => new SqliteStorage(file, null, 0, new DiskFailure('full'))).toThrow(/is full/);
  const after = new SqliteStorage(file, null);
  const known = after.load().log.length;
  expect(known).toBeGreaterThanOrEqual(1);
  expect(known).toBeLessThan(999);
  after.commit([{ op: 'put', entries: [entry(known + 1, 'y'.repeat(1_000_000))] }]);
  after.close();
});

test('a full disk has room again at once when that is undone', () => {
  const storage = new SqliteStorage(file, 'disk-1');
  storage.setFailure('full');
  storage.setFailure('none');
  storage.commit([{ op: 'put', entries: [entry(1, 'y'.repeat(1_000_000))] }]);
  expect(storage.load().log).toHaveLength(1);
  storage.close();
});

test('a failed write leaves nothing, a failed sync may leave all: both throw', () => {
  const storage = new SqliteStorage(file, 'disk-1');
  storage.setFailure('write');
  expect(() => storage.commit([{ op: 'put', entries: [entry(1, 'a')] }])).toThrow(/EIO.*write/);
  storage.setFailure('sync');
  expect(() => storage.commit([{ op: 'put', entries: [entry(1, 'b')] }])).toThrow(/EIO.*fsync/);
  expect(storage.syncs).toBe(0);
  expect(storage.load().log).toEqual([entry(1, 'b')]);
  storage.close();
  expect(() => new SqliteStorage(file, null, 0, new DiskFailure('write'))).toThrow(/EIO/);
});

test('an image meets the failures of its disk, too', () => {
  const failure = new DiskFailure('full');
  const images = new ImageFiles(directory, failure);
  expect(() => images.put('one', 0, 'chunk')).toThrow(/ENOSPC/);
  failure.set('sync');
  images.put('one', 0, 'chunk');
  expect(() => images.seal('one', 1)).toThrow(/EIO.*fsync/);
  images.close();
});
