/**
 * The sanity values of protocols.md 8.2, measured on whole simulated runs. The conditions: one
 * request at a time (low rate, so that nothing is batched), no faults, heartbeats not counted. This
 * lab tells followers of a commit at once; where the table counts such notices as piggybacked, they
 * are looked at on their own.
 */
import { describe, expect, test } from 'vitest';
import type { CostReport, RunReport } from '../../src-main/contract/report.ts';
import { parseScenario } from '../../src-main/lab/scenario-file.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { simulatedReport } from '../support/simulated-report.ts';

function quiet(nodes: number, extra = ''): string {
  return `version: 1
name: quiet
title: Quiet
cluster: { nodes: ${nodes} }
seed: 11
workload: { clients: 1, ratePerSecond: 20, keys: 3, mix: { write: 1 }${extra} }
durationMs: 12s
steps: []
`;
}

function reportOf(text: string, protocol: ProtocolName): RunReport {
  return simulatedReport(parseScenario(text, 'test.yaml'), protocol);
}

function perOperation(report: RunReport, of: (cost: CostReport) => number): number {
  const { steady } = report;
  if (steady === null) throw new Error('no steady time');
  return of(steady) / steady.operations;
}

describe.each([
  [3, 'raft', 4],
  [3, 'paxos', 4],
  [3, 'zab', 6],
  [5, 'raft', 8],
  [5, 'paxos', 8],
  [5, 'zab', 12],
] as const)('%d nodes of %s', (nodes, protocol, messages) => {
  const report = reportOf(quiet(nodes), protocol);

  test(`need ${messages} messages for an operation`, () => {
    const notices = protocol === 'zab' ? 1 : 0;
    const spent = perOperation(report, ({ messages: by }) => {
      return by.replicate + by.answer + notices * by.commit;
    });
    // A heartbeat that overtakes an acknowledgement makes Raft send its entry once more.
    expect(spent).toBeGreaterThan(messages * 0.99);
    expect(spent).toBeLessThan(messages * 1.02);
  });

  test(`tell ${nodes - 1} others of a commit, at most`, () => {
    const notices = perOperation(report, ({ messages: by }) => by.commit);
    expect(notices).toBeGreaterThan((nodes - 1) * 0.8);
    expect(notices).toBeLessThan((nodes - 1) * 1.02);
  });

  test(`sync ${nodes} times, one round trip apart`, () => {
    expect(perOperation(report, ({ syncs }) => syncs)).toBeCloseTo(nodes, 1);
    expect(report.roundTripsPerCommit).toBeCloseTo(1, 1);
    expect(report.batch.entriesPerMessage).toBeCloseTo(1, 1);
  });

  test('pass every commit on to all others, and lead without a break', () => {
    expect(report.visibility.count).toBeGreaterThan(report.outcomes.ok * (nodes - 1) * 0.98);
    expect(report.tenures).toHaveLength(1);
    expect(report.outcomes).toMatchObject({ failed: 0, unknown: 0 });
  });
});

describe('a read outside the log', () => {
  test('costs Raft a round of 2(n-1) heartbeats, and two more where a follower asks for it', () => {
    const report = reportOf(quiet(3, ', readLevel: index').replace('write: 1', 'read: 1'), 'raft');
    expect(report.messagesPerRead).toBeGreaterThanOrEqual(4);
    expect(report.messagesPerRead).toBeLessThanOrEqual(6);
    expect(report.reads).toMatchObject([{ level: 'index' }]);
  });

  test('costs nothing where any node answers from what it has', () => {
    const report = reportOf(quiet(3, ', readLevel: local').replace('write: 1', 'read: 1'), 'zab');
    expect(report.messagesPerRead).toBe(0);
  });
});

test('a killed leader is measured alike on every protocol', () => {
  const steps = 'steps:\n  - { at: 3s, do: kill, node: leader }\n';
  const text = quiet(5).replace('steps: []\n', steps).replace('20, keys', '100, keys');
  for (const protocol of ['raft', 'paxos', 'zab'] as const) {
    const [told] = reportOf(text, protocol).faults;
    expect(told).toMatchObject({ onLeader: true, effect: 'outage', endMs: expect.any(Number) });
    const marks = [told?.detectedMs, told?.electedMs, told?.readyMs, told?.firstCommitMs];
    for (const [i, mark] of marks.entries()) {
      expect(mark, `${protocol} E${i + 1}`).not.toBeNull();
      expect(mark ?? 0).toBeGreaterThanOrEqual(marks[i - 1] ?? 0);
    }
    expect(told?.outageMs).toBeGreaterThanOrEqual(told?.readyMs ?? Infinity);
  }
});
