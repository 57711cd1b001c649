import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalFollower } from '../../src-main/storage/journal-follower.ts';
import { temporaryDirectory } from './synthetic-run.ts';

let directory = '';
let file = '';

beforeEach(() => {
  directory = temporaryDirectory();
  file = path.join(directory, 'journal-1.ndjson');
});

afterEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

function readAll(follower: JournalFollower): string {
  let text = '';
  for (let piece = follower.read(); piece !== null; piece = follower.read()) text += `${piece}\n`;
  follower.close();
  return text;
}

test('a file that is not there yet is waited for', () => {
  const follower = new JournalFollower(file);
  expect(follower.read()).toBeNull();
  fs.writeFileSync(file, 'a\nb\nc');
  expect(follower.read()).toBe('a\nb');
  expect(follower.read()).toBeNull();
  fs.appendFileSync(file, 'd\n');
  expect(follower.read()).toBe('cd');
  follower.close();
});

test('lines longer than a piece, and letters of several bytes on its edge, come whole', () => {
  const text = `${'ä'.repeat(3_000_000)}\nshort\n${'漢'.repeat(700_001)}\n`;
  fs.writeFileSync(file, text);
  expect(readAll(new JournalFollower(file))).toBe(text);
});

test('goes on where an earlier lab stopped', () => {
  fs.writeFileSync(file, 'first\nsecond\n');
  const follower = new JournalFollower(file, 6);
  expect(follower.read()).toBe('second');
  expect(follower.offset).toBe(13);
  follower.close();
});
