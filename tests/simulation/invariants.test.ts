/** The checkers find what is broken and nothing else: configurations, disks, reads. */
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import type { ClusterConfig } from '../../src-main/protocols/kernel/config.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import {
  ConfigHistory,
  isOneStep,
} from '../../src-main/runtime/simulator/invariants/config-history.ts';
import { DurabilityChecks } from '../../src-main/runtime/simulator/invariants/durability-checks.ts';
import { quorumRules } from '../../src-main/runtime/simulator/invariants/quorum-rules.ts';
import { ReadChecks } from '../../src-main/runtime/simulator/invariants/read-checks.ts';
import { World } from '../../src-main/runtime/simulator/world/world.ts';
import type { WorldSpec } from '../../src-main/runtime/simulator/world/world-spec.ts';
import type { Json } from '../../src-main/vocabulary/json.ts';
import type { Member, ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { ReadLevel } from '../../src-main/vocabulary/read-level.ts';

function member(id: string): Member {
  return { nodeId: id, storageId: `disk-${id}` };
}

function config(voters: string, old: string | null = null, learners = ''): ClusterConfig {
  const list = (ids: string): Member[] => ids.split(' ').filter(Boolean).map(member);
  return {
    voters: list(voters),
    votersOld: old === null ? null : list(old),
    learners: list(learners),
  };
}

function entry(pos: number, of: ClusterConfig | null = null): Entry {
  const type = of === null ? 'noop' : 'config';
  return { pos, type, time: 0, client: null, payload: of as unknown as Json };
}

function spec(name: ProtocolName, nodes: number, options: WorldSpec['options'] = {}): WorldSpec {
  const timing = { tickMs: 10, heartbeatTicks: 1, electionTicksMin: 10, electionTicksMax: 20 };
  const protocol = protocolDefinition(name);
  const base = { protocol, nodes, spares: 2, seed: 1, timing, options, mutants: [] };
  return { ...base, service: 'kv', eagerSessions: true };
}

/** Lists what is reported. */
function reports(): { readonly ids: string[]; report: (id: string) => void } {
  const ids: string[] = [];
  return { ids, report: (id) => ids.push(id) };
}

describe('configurations', () => {
  test('the one in force is the last one committed, at or before a position', () => {
    const history = new ConfigHistory([member('n1'), member('n2')]);
    history.add(entry(5, config('n1 n2 n3')));
    history.add(entry(9, config('n1 n3')));
    expect(history.at(4).voters).toHaveLength(2);
    expect(history.at(8).voters).toHaveLength(3);
    expect(history.latest.pos).toBe(9);
    expect(history.add(entry(10))).toBeNull();
  });

  test('one that is committed late stands at its position', () => {
    const history = new ConfigHistory([member('n1')]);
    history.add(entry(9, config('n1 n3')));
    history.add(entry(5, config('n1 n2')));
    expect(history.latest.pos).toBe(9);
  });

  test.each([
    [config('n1 n2 n3'), config('n1 n2 n3 n4'), true],
    [config('n1 n2 n3'), config('n1 n2'), true],
    [config('n1 n2 n3'), config('n1 n2 n3', null, 'n4'), true],
    [config('n1 n2 n3'), config('n1 n4 n5'), false],
    [config('n1 n2 n3'), config('n4 n5', 'n1 n2 n3'), true],
    [config('n4 n5', 'n1 n2 n3'), config('n4 n5'), true],
    [config('n4 n5', 'n1 n2 n3'), config('n4'), false],
    [config('n1 n2'), config('n4 n5', 'n1 n3'), false],
  ])('R7: step %#', (before, after, isSound) => {
    expect(isOneStep(before, after)).toBe(isSound);
  });

  test('the same node with another disk is a step out and a step in', () => {
    const replaced = { ...config('n1 n2 n3') };
    const voters = [member('n1'), member('n2'), { nodeId: 'n3', storageId: 'disk-n3b' }];
    expect(isOneStep(replaced, { ...replaced, voters })).toBe(false);
  });
});

describe('X3', () => {
  function checked(name: ProtocolName, nodes: number, options: WorldSpec['options'] = {}) {
    const world = new World(spec(name, nodes, options));
    const history = new ConfigHistory(world.members);
    const { ids, report } = reports();
    const checks = new DurabilityChecks(world, history, quorumRules(world.spec), report);
    const put = (id: string, ...positions: number[]): void => {
      const { disk } = world.node(id);
      disk.write(disk.syncs + 1, [{ op: 'put', entries: positions.map((pos) => entry(pos)) }]);
      disk.complete(1);
    };
    return { world, history, checks, ids, put };
  }

  test('what stands on one of three disks can be lost, on two it cannot', () => {
    const { checks, ids, put } = checked('raft', 3);
    put('n1', 1);
    checks.assertKept(entry(1), 'then');
    expect(ids).toEqual(['X3']);
    put('n2', 1);
    checks.assertKept(entry(1), 'then');
    expect(ids).toEqual(['X3']);
  });

  test('a snapshot on disk holds what it covers, also when the log is gone', () => {
    const { world, checks, ids, put } = checked('raft', 3);
    put('n1', 1, 2);
    const { disk } = world.node('n2');
    const snapshot = { handle: 's', lastPos: 2, chunks: 1, bytes: 1, meta: null };
    disk.write(1, [
      { op: 'snapshot', snapshot },
      { op: 'compact', upTo: 2 },
    ]);
    disk.complete(1);
    expect(checks.assertKept(entry(1), 'then')).toBe(true);
    expect(ids).toEqual([]);
  });

  test('after a change only the disks of the new configuration count', () => {
    const { history, checks, ids, put } = checked('raft', 3);
    for (const id of ['n1', 'n2', 'n3']) put(id, 1);
    expect(checks.assertKept(entry(1), 'then')).toBe(true);
    history.add(entry(2, config('n4 n5')));
    expect(checks.assertKept(entry(1), 'then')).toBe(false);
    put('n5', 1);
    expect(checks.assertKept(entry(1), 'then')).toBe(true);
    expect(ids).toEqual(['X3']);
  });

  test('in a joint configuration one half is enough: a decision needs both', () => {
    const { history, checks, put } = checked('raft', 3);
    history.add(entry(2, config('n4 n5', 'n1 n2 n3')));
    put('n1', 1);
    put('n3', 1);
    expect(checks.assertKept(entry(1), 'then')).toBe(true);
  });

  test('a disk that was wiped cannot vote; one that claims to be the old one can', () => {
    const { world, checks, put } = checked('raft', 3);
    put('n1', 1);
    put('n2', 1);
    world.node('n2').disk.wipe('another');
    expect(checks.assertKept(entry(1), 'n2 is lost')).toBe(true);
    world.node('n2').disk.wipe('disk-n2');
    expect(checks.assertKept(entry(1), 'n2 forgot')).toBe(false);
  });

  test('flexible quorums: one disk is enough when every election asks all', () => {
    const { checks, put } = checked('paxos', 3, { q1: 3, q2: 1 });
    put('n1', 1);
    expect(checks.assertKept(entry(1), 'then')).toBe(true);
  });

  test('Paxos: until it takes effect the configuration before still governs its slots', () => {
    const { history, checks, put } = checked('paxos', 3, { window: 10 });
    history.add(entry(2, config('n4 n5')));
    put('n1', 5);
    put('n2', 5);
    expect(checks.assertKept(entry(5), 'then')).toBe(true);
    put('n1', 15);
    put('n2', 15);
    expect(checks.assertKept(entry(15), 'then')).toBe(false);
  });
});

describe('reads', () => {
  function reading(name: ProtocolName, max: number, options: WorldSpec['options'] = {}) {
    const entries = [undefined, ...Array.from({ length: max }, (_, i) => entry(i + 1))];
    const eras = entries.map(() => 1);
    const configs = new ConfigHistory([member('n1')]);
    const { ids, report } = reports();
    const checks = new ReadChecks(spec(name, 3, options), { entries, eras, max, configs }, report);
    let reqId = 0;
    const read = (level: Exclude<ReadLevel, 'log'>, minPos: number, pos: number): void => {
      reqId += 1;
      const head = { reqId, node: 'n1', client: 'c1', session: 0, seq: 0, payload: null };
      const request = { ...head, kind: 'read', level, minPos } as const;
      checks.asked(request);
      checks.answered(request, { ok: true, result: null, pos });
    };
    return { ids, read };
  }

  test.each([
    ['raft', 'index', 'R8'],
    ['raft', 'lease', 'R8'],
    ['paxos', 'quorum', 'P9'],
  ] as const)('%s: a read by %s from before it was asked is found', (name, level, id) => {
    const { ids, read } = reading(name, 7);
    read(level, 0, 7);
    expect(ids).toEqual([]);
    read(level, 0, 6);
    expect(ids).toEqual([id]);
  });

  test('a local read may be old, but not older than what its client saw', () => {
    const { ids, read } = reading('raft', 7);
    read('local', 3, 3);
    expect(ids).toEqual([]);
    read('local', 3, 2);
    expect(ids).toEqual(['X9']);
  });

  test('sync may be stale, strict sync may not', () => {
    const plain = reading('zab', 7);
    plain.read('sync', 0, 5);
    expect(plain.ids).toEqual([]);
    const strict = reading('zab', 7, { strictSync: true });
    strict.read('sync', 0, 5);
    expect(strict.ids).toEqual(['X9']);
  });
});
