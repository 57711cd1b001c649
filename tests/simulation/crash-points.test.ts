/**
 * A node dies at each named point of what it does with an input, as leader, as follower and as a
 * joiner that gets a snapshot: nothing acknowledged is lost, and it comes back.
 */
import { describe, expect, test } from 'vitest';
import { ensure } from '../../src-main/base/assert.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import type { AdminOp } from '../../src-main/protocols/kernel/core.ts';
import { Checker } from '../../src-main/runtime/simulator/invariants/checker.ts';
import {
  passTime,
  placeLeader,
  settle,
} from '../../src-main/runtime/simulator/script/cluster-control.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { replay } from '../../src-main/runtime/simulator/swarm/minimise.ts';
import { SWARM_DEFAULTS } from '../../src-main/runtime/simulator/swarm/plan.ts';
import { runSeed } from '../../src-main/runtime/simulator/swarm/swarm-run.ts';
import type { ClientAsk } from '../../src-main/runtime/simulator/world/actions.ts';
import { World } from '../../src-main/runtime/simulator/world/world.ts';
import { CRASH_POINT_NAMES, type CrashPoint } from '../../src-main/vocabulary/crash-points.ts';
import { PROTOCOL_NAMES, type NodeId, type ProtocolName } from '../../src-main/vocabulary/ids.ts';

const TARGETS = { leader: 'n3', follower: 'n1', joiner: 'n4' } as const;

/** A cluster of three whose client writes, which snapshots, and which takes a fourth node in. */
class Stage {
  readonly world: World;
  readonly checker: Checker;
  readonly deaths: string[] = [];
  readonly #acknowledged = new Map<string, number>();

  constructor(protocol: ProtocolName) {
    this.world = new World({
      protocol: protocolDefinition(protocol),
      nodes: 3,
      spares: 1,
      seed: 1,
      timing: { tickMs: 10, heartbeatTicks: 1, electionTicksMin: 10, electionTicksMax: 20 },
      options: protocol === 'paxos' ? { window: 4 } : {},
      mutants: [],
      service: 'kv',
      eagerSessions: true,
    });
    this.checker = new Checker(this.world);
    this.world.observe(this.checker);
    this.world.observe({
      stopped: (node, how) => void this.deaths.push(`${node.id} ${how}`),
      answered: ({ kind, payload }, { ok }) => {
        if (kind !== 'command' || !ok) return;
        const { key, value } = payload as { readonly key: string; readonly value: number };
        this.#acknowledged.set(key, value);
      },
    });
    this.world.start();
    placeLeader(this.world, 'n3', this.world.ids, true);
    this.world.ask('c1', 'n3', [{ kind: 'open' }]);
    this.pass(10);
    this.write('x', 1);
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  pass(ticks: number): void {
    passTime(this.world, ticks, this.world.ids);
  }

  /** Whoever leads, once somebody does. */
  #leader(): NodeId {
    for (let i = 0; i < 40 && this.world.leader() === null; i += 1) this.pass(10);
    return ensure(this.world.leader(), 'nobody leads');
  }

  write(key: string, value: number): void {
    const { nextSeq: seq } = this.world.client('c1');
    const payload = { op: 'put', key, value };
    this.world.ask('c1', this.#leader(), [{ kind: 'command', seq, acked: 0, payload }]);
    this.pass(10);
  }

  #snapshotAll(): void {
    for (const id of this.world.ids) this.world.admin(id, { op: 'snapshot', retain: 0 });
    this.pass(10);
  }

  #change(op: AdminOp): void {
    this.world.admin(this.#leader(), op);
    this.pass(60);
  }

  /** Everything that passes points, twice where the first time is special. */
  live(): void {
    this.write('y', 2);
    this.#snapshotAll();
    this.write('z', 3);
    this.#snapshotAll();
    this.world.boot('n4', 'kept');
    const member = { nodeId: 'n4', storageId: this.world.node('n4').disk.storageId };
    this.#change({ op: 'add', member, as: 'learner' });
    this.#change({ op: 'promote', nodeId: 'n4' });
    this.write('w', 4);
    this.#snapshotAll();
  }

  /** Acknowledged writes that this node does not have. */
  missing(id: NodeId): string[] {
    const { machine } = ensure(this.world.node(id).life, `${id} is down`);
    return [...this.#acknowledged].flatMap(([key, value]) => {
      const found = machine.read({ op: 'get', key }) as { readonly value?: unknown };
      return found.value === value ? [] : [`${id} has ${key}=${String(found.value)}`];
    });
  }
}

/** @returns how the node died, null when it never came to the point. */
function killAt(
  protocol: ProtocolName,
  target: NodeId,
  point: CrashPoint,
  nth: number,
): string | null {
  const stage = new Stage(protocol);
  const { world, checker } = stage;
  world.crashAt(target, point, nth);
  stage.live();
  const [death = null] = stage.deaths;
  if (death !== null) world.boot(target, 'kept');
  expect(settle(world), `${target} at ${point}: the cluster comes to rest`).not.toBeNull();
  stage.write('v', 5);
  stage.pass(20);
  expect(checker.violations, `${target} at ${point}`).toEqual([]);
  expect(stage.acknowledged).toBeGreaterThanOrEqual(2);
  expect(world.ids.slice(0, 3).flatMap((id) => stage.missing(id))).toEqual([]);
  return death;
}

const HASHED = { hash: true };

type Target = keyof typeof TARGETS;

/** Who never comes to a point in these schedules, and why. */
function reaches(protocol: ProtocolName, target: Target, point: CrashPoint): boolean {
  // Only who was asked answers.
  if (point === 'before-reply' || point === 'after-reply') return target === 'leader';
  // A leader sends to its followers before its own disk has it, and counts itself afterwards.
  if (point === 'after-send') return target !== 'leader';
  if (point === 'install-chunk' || point === 'install-loaded') return target === 'joiner';
  // Nobody changes the term; the joiner hears of it for the first time.
  if (protocol === 'raft' && point === 'after-persist-hard') return target === 'joiner';
  return true;
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test.each(CRASH_POINT_NAMES)('survives a death at %s', (point) => {
    for (const [target, node] of Object.entries(TARGETS)) {
      const isReached = reaches(protocol, target as Target, point);
      const died = isReached ? `${node} killed at ${point}` : null;
      expect(killAt(protocol, node, point, 1), `${target} at ${point}`).toBe(died);
      const later = [null, `${node} killed at ${point}, passage 2`];
      expect(later).toContain(killAt(protocol, node, point, 2));
    }
  });

  test('what was counted goes on when a cluster is saved and restored', () => {
    const stage = new Stage(protocol);
    stage.world.crashAt('n1', 'after-persist', 5);
    stage.write('y', 2);
    stage.write('z', 3);
    const saved = structuredClone(stage.world.save());
    const other = new World(stage.world.spec);
    const deaths: string[] = [];
    other.observe({ stopped: (node, how) => void deaths.push(`${node.id} ${how}`) });
    other.restore(saved);
    const ask = { kind: 'command', seq: 9, acked: 0, payload: { op: 'put', key: 'w', value: 4 } };
    for (const world of [stage.world, other]) {
      for (const seq of [9, 10, 11, 12]) {
        world.ask('c1', 'n3', [{ ...ask, seq } as ClientAsk]);
        passTime(world, 2, world.ids);
      }
    }
    expect(stage.deaths).toEqual(['n1 killed at after-persist, passage 5']);
    expect(deaths).toEqual(stage.deaths);
    expect(other.save()).toEqual(stage.world.save());
  });

  test('a barrier that was not durable yet is lost as a whole, one that was is there', () => {
    const before = protocol === 'raft' ? 2 : 1;
    const lines = (point: CrashPoint, length: number): string[] => [
      'cluster nodes=3',
      'lead n3',
      'open c1 n3',
      'run 5',
      `crash-at n1 ${point}`,
      'submit c1 n3 put x 1',
      'run 5',
      'expect down n1',
      'boot n1',
      `expect length n1 ${length}`,
      'settle',
      'expect value all x 1',
      'expect holds',
    ];
    const options = { protocol: protocolDefinition(protocol), mutants: [] };
    for (const [point, length] of [
      ['in-persist', before],
      ['after-persist', before + 1],
    ] as const) {
      expect(runScript(lines(point, length).join('\n'), options).failures, point).toEqual([]);
    }
  });

  test('a swarm that also dies at points violates nothing, and is the same every time', () => {
    const options = { ...SWARM_DEFAULTS, protocol: protocolDefinition(protocol), safetyMs: 4_000 };
    const seeds = [1, 2, 3, 4];
    console.log(`${protocol}: seeds ${seeds.join()} with crash points`);
    const runs = seeds.map((seed) => runSeed(seed, { ...options, crashPoints: true }, HASHED));
    expect(runs.flatMap(({ violation }) => violation ?? [])).toEqual([]);
    const hashes = runs.map(({ hash }) => hash);
    expect(hashes).not.toEqual(seeds.map((seed) => runSeed(seed, options, HASHED).hash));
    expect(runSeed(1, { ...options, crashPoints: true }, HASHED).hash).toBe(hashes[0]);
  });

  test('a schedule with crash points finds everything again when it is played', () => {
    const options = { ...SWARM_DEFAULTS, protocol: protocolDefinition(protocol), safetyMs: 3_000 };
    const { plan, actions } = runSeed(5, { ...options, crashPoints: true }, { record: true });
    expect(actions.some((action) => action.do === 'crash-at' && action.point !== null)).toBe(true);
    const { done } = replay({ spec: plan.timed.world, actions }, 'none');
    expect(done).toHaveLength(actions.length);
  });
});
