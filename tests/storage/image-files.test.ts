/** Images of the state machine as files: what was sealed is there after any end, what was not is
 *  dropped, and a node whose image is not whole does not start as if it were empty. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ImageFiles, IMAGES_FOLDER } from '../../src-main/runtime/process/image-files.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-test-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const fileOf = (handle: string): string => path.join(directory, IMAGES_FOLDER, handle);
const namesLeft = (): string[] => fs.readdirSync(path.join(directory, IMAGES_FOLDER)).sort();

/** As a life that is killed leaves it: no close. */
function written(handle: string, ...chunks: string[]): ImageFiles {
  const images = new ImageFiles(directory);
  for (const [number, text] of chunks.entries()) images.put(handle, number, text);
  return images;
}

describe('an image', () => {
  test('is read back chunk by chunk, by the life that wrote it and by the next', () => {
    const chunks = ['["head",{}]', `["service","${'ä€'.repeat(50_000)}"]`, '["service","z"]'];
    const images = written('own-7-1', ...chunks);
    images.seal('own-7-1', 3);
    const next = new ImageFiles(directory);
    for (const store of [images, next]) {
      expect(chunks.map((_, number) => store.get('own-7-1', number))).toEqual(chunks);
      expect(store.get('own-7-1', 3)).toBe(null);
      store.close();
    }
  });

  test('begins anew with its chunk 0', () => {
    const images = written('in-9', '"a"', '"b"', '"c"');
    images.put('in-9', 0, '"new"');
    expect([images.get('in-9', 0), images.get('in-9', 1)]).toEqual(['"new"', null]);
    images.seal('in-9', 1);
    expect(new ImageFiles(directory).get('in-9', 1)).toBe(null);
  });

  test('that is not there, or was dropped, has no chunks', () => {
    const images = written('own-1', '"a"');
    expect(images.get('own-2', 0)).toBe(null);
    images.keepOnly([]);
    expect(images.get('own-1', 0)).toBe(null);
    expect(namesLeft()).toEqual([]);
  });

  test('is not sealed with chunks missing', () => {
    const images = written('own-1', '"a"');
    expect(() => images.seal('own-1', 2)).toThrow(/own-1 has 1 chunks, not 2/);
    expect(() => images.put('own-1', 3, '"d"')).toThrow(/chunk 3, not 1/);
  });

  test('cannot be put outside its folder', () => {
    expect(() => new ImageFiles(directory).put('../other', 0, '"a"')).toThrow(/is no handle/);
  });
});

describe('after a kill', () => {
  const snapshot = { handle: 'own-7-1', lastPos: 7, chunks: 2, bytes: 6, meta: null };

  test('what was half written is dropped, what a snapshot refers to stays', () => {
    written('own-7-1', '"a"', '"b"').seal('own-7-1', 2);
    written('own-9-1', '"a"');
    written('in-9-1-1', '"a"');
    const next = new ImageFiles(directory);
    next.ensureWhole(snapshot);
    next.keepOnly(['own-7-1']);
    expect(namesLeft()).toEqual(['own-7-1']);
    expect(next.get('own-7-1', 1)).toBe('"b"');
  });

  test('a missing image is refused with what to do', () => {
    expect(() => new ImageFiles(directory).ensureWhole(snapshot)).toThrow(
      /own-7-1 of the snapshot up to 7 is missing: this node cannot start .* wipe it/,
    );
  });

  test('an image cut short is refused, also in the middle of a chunk', () => {
    written('own-7-1', '"a"', '"bcdef"').seal('own-7-1', 2);
    fs.truncateSync(fileOf('own-7-1'), 7);
    expect(() => new ImageFiles(directory).ensureWhole(snapshot)).toThrow(/has 1 of 2 chunks/);
    fs.truncateSync(fileOf('own-7-1'), 0);
    expect(() => new ImageFiles(directory).ensureWhole(snapshot)).toThrow(/has 0 of 2 chunks/);
  });
});

test('a disk that takes no more is an error of the disk, told by the call that hit it', () => {
  const images = new ImageFiles(directory);
  // Always full, by definition of the system.
  if (!fs.existsSync('/dev/full')) return;
  fs.symlinkSync('/dev/full', fileOf('own-1'));
  expect(() => images.put('own-1', 0, '"a"')).toThrow(/ENOSPC/);
});
