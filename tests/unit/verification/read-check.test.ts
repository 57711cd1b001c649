/** Who asks after an answer sees at least what that answer saw. */
import { expect, test } from 'vitest';
import { Findings } from '../../../src-main/verification/findings.ts';
import { ReadCheck } from '../../../src-main/verification/read-check.ts';
import type { OperationRecord } from '../../../src-main/vocabulary/workload.ts';
import { operation } from './facts.ts';

/** The checks that found something, over operations in the order of their answers. */
function convicted(...operations: OperationRecord[]): string[] {
  const findings = new Findings();
  const check = new ReadCheck(findings);
  for (const one of operations) check.handleOk(one, one.pos ?? 0);
  return findings.found.map((finding) => finding.check);
}

function read(
  level: OperationRecord['level'] & string,
  invokeUs: number,
  pos: number,
  client = 1,
): OperationRecord {
  return operation(0, invokeUs + 100, { op: 'read', level, invokeUs, pos, client });
}

test('a linearizable read from before an acknowledged write is stale', () => {
  const write = operation(1, 1_000, { pos: 7 });
  expect(convicted(write, read('index', 2_000, 6))).toEqual(['stale-read']);
  expect(convicted(write, read('lease', 2_000, 6))).toEqual(['stale-read']);
  expect(convicted(write, read('quorum', 2_000, 6))).toEqual(['stale-read']);
  expect(convicted(write, read('index', 2_000, 7))).toEqual([]);
});

test('a read that was asked before the write was acknowledged may miss it', () => {
  expect(convicted(operation(1, 1_000, { pos: 7 }), read('index', 900, 6))).toEqual([]);
});

test('two linearizable reads one after the other do not go back', () => {
  expect(convicted(read('index', 1_000, 5, 1), read('index', 2_000, 4, 2))).toEqual(['stale-read']);
});

test('a local read may be older than what others saw, never than what its client saw', () => {
  const write = operation(1, 1_000, { pos: 7, client: 2 });
  expect(convicted(write, read('local', 2_000, 3, 1))).toEqual([]);
  expect(convicted(write, read('local', 2_000, 3, 2))).toEqual(['session-monotone']);
  expect(convicted(read('local', 1_000, 5), read('sync', 2_000, 4))).toEqual(['session-monotone']);
});

test('what a stale node said binds no other client', () => {
  expect(convicted(read('local', 1_000, 9, 1), read('index', 2_000, 8, 2))).toEqual([]);
});

test('a thousand seconds of history do not hide a stale read at its end', () => {
  const writes = Array.from({ length: 10_000 }, (_, i) => {
    return operation(i + 1, i * 100_000 + 100, { pos: i + 1, invokeUs: i * 100_000 });
  });
  const late = read('index', 1_000_000_000, 9_999, 3);
  expect(convicted(...writes, late)).toEqual(['stale-read']);
});
