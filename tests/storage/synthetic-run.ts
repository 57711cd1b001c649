/** Journal files and lab calls of a small made-up run, as nodes and lab would write them. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunBegin, RunEnd } from '../../src-main/lab/ports.ts';
import type { JournalHeader, StepHeader } from '../../src-main/vocabulary/journal.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';
import { DEFAULT_WORKLOAD } from '../../src-main/vocabulary/workload.ts';

export function temporaryDirectory(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'qlab-storage-'));
}

export function beginOf(groupId: number, directory: string): RunBegin {
  const members = ['n1', 'n2', 'n3'].map((nodeId) => ({ nodeId, storageId: `disk-${nodeId}` }));
  return {
    groupId,
    name: 'made up',
    scenario: null,
    scenarioSource: null,
    protocol: 'raft',
    service: 'kv',
    members,
    seed: 7,
    timing: { tickMs: 10, heartbeatTicks: 5, electionTicksMin: 15, electionTicksMax: 30 },
    options: { preVote: true },
    mutants: [],
    workload: DEFAULT_WORKLOAD,
    startedAt: '2026-01-01T00:00:00.000Z',
    labVersion: '0.1.0',
    directory,
  };
}

export const FINISHED: RunEnd = {
  us: 1_000_000,
  status: 'finished',
  note: null,
  failedExpectations: [],
  unknownBecause: null,
};

export function line(header: JournalHeader, input: unknown = null): string {
  return `${JSON.stringify(header)}\t${input === null ? '' : JSON.stringify(input)}\n`;
}

export function step(n: number, us: number, rest: Partial<StepHeader> = {}): StepHeader {
  return { k: 's', n, us, lam: n, input: 'tick', d: '0123456789abcdef', ...rest };
}

export function journalFile(directory: string, node: string, incarnation: number): string {
  const folder = path.join(directory, node);
  fs.mkdirSync(folder, { recursive: true });
  return path.join(folder, `journal-${incarnation}.ndjson`);
}

/** A leader that commits one operation per round, and followers that learn it: clean throughout. */
export function cleanJournal(node: string, rounds: number, incarnation = 1): string {
  const boot = { kind: 'boot', cluster: 'c', nodeId: node, storageId: `disk-${node}` };
  let text = line(step(1, 1_000, { input: 'boot' }), boot);
  let n = 1;
  if (node === 'n1') {
    const role = { kind: 'role', role: 'leader', word: 'leader', leader: 'n1' } as const;
    const era = { number: 1, owner: null };
    const trace = [{ ...role, era, ready: true, why: 'won' }];
    text += line(step(++n, 2_000, { trace }), { kind: 'tick', elapsed: 1 });
  }
  for (let pos = 1; pos <= rounds; pos += 1) {
    const us = 10_000 + pos * 1_000;
    text += roundLines(node, incarnation, ++n, us, pos);
  }
  return text;
}

function roundLines(node: string, incarnation: number, n: number, us: number, pos: number): string {
  const trace = [{ kind: 'commit', from: pos, to: pos } as const];
  const sends = [
    [0, 'n2', 'AppendEntries'],
    [1, 'n3', 'AppendEntries'],
  ] as const;
  const id = `n1:1:${pos + 2}:${node === 'n2' ? 0 : 1}` as const;
  const header =
    node === 'n1'
      ? step(n, us, { input: 'client', trace, sends })
      : step(n, us + 300, { input: 'recv', trace, recv: [id, 'n1', 'AppendEntries'] });
  const hash = pos.toString(16).padStart(16, '0');
  const applied: JournalHeader = {
    k: 'a',
    n,
    us: header.us + 10,
    from: pos,
    to: pos,
    hashes: [[pos, hash]],
    effective: [[1, pos, pos]],
    repeats: 0,
  };
  return line(header, { kind: header.input, node, incarnation, pos }) + line(applied);
}

export function operation(seq: number, change: Partial<OperationRecord> = {}): OperationRecord {
  return {
    client: 0,
    session: 1,
    seq,
    op: 'write',
    key: 'k1',
    invokeUs: 10_000 + seq * 1_000 - 200,
    returnUs: 10_000 + seq * 1_000 + 400,
    outcome: 'ok',
    code: null,
    attempts: 1,
    node: 'n1',
    pos: seq,
    request: { op: 'put', key: 'k1', value: 'x' },
    result: null,
    ...change,
  };
}
