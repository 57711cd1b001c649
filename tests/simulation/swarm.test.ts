/** A fixed slice of the swarm, every seed that ever failed, and what a finding is worth. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { minimise, replay } from '../../src-main/runtime/simulator/swarm/minimise.ts';
import {
  drawPlan,
  SWARM_DEFAULTS,
  type SwarmOptions,
} from '../../src-main/runtime/simulator/swarm/plan.ts';
import { scheduleText } from '../../src-main/runtime/simulator/swarm/schedule-text.ts';
import { runSeed, TraceHash } from '../../src-main/runtime/simulator/swarm/swarm-run.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { SimClients } from '../../src-main/runtime/simulator/timed/clients.ts';
import { Simulation } from '../../src-main/runtime/simulator/timed/simulation.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { readProjectFile } from './mutant-scripts.ts';

const SLICE_SEEDS = 80;
const HASH_PROGRAM = fileURLToPath(new URL('./hash-of-seed.ts', import.meta.url));

function options(name: ProtocolName, mutants: readonly string[] = []): SwarmOptions {
  return { ...SWARM_DEFAULTS, protocol: protocolDefinition(name), mutants };
}

interface PastSeed {
  readonly protocol: ProtocolName;
  readonly seed: number;
  readonly plain: boolean;
  readonly why: string;
}

function pastSeeds(): PastSeed[] {
  return readProjectFile('tests/simulation/seeds.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [protocol = 'raft', seed = '0', drawn = '', ...why] = line.split(' ');
      const plain = drawn === 'plain';
      const head = { protocol: protocol as ProtocolName, seed: Number(seed), plain };
      return { ...head, why: why.join(' ') };
    });
}

describe.each(PROTOCOL_NAMES)('%s', (name) => {
  test(`${SLICE_SEEDS} seeds of the swarm break no invariant and converge when healed`, () => {
    for (let seed = 0; seed < SLICE_SEEDS; seed += 1) {
      const { violation } = runSeed(seed, options(name));
      expect(violation, `seed ${seed}`).toBeNull();
    }
  }, 120_000);

  test('the slice is worth its time: elections, faults, acknowledged operations', () => {
    const runs = [1, 2, 3, 4, 5, 6].map((seed) => runSeed(seed, options(name)));
    const sum = (of: (run: (typeof runs)[number]) => number) =>
      runs.reduce((total, run) => total + of(run), 0);
    expect(sum((run) => run.faults)).toBeGreaterThan(30);
    expect(sum((run) => run.elections)).toBeGreaterThan(6);
    expect(sum((run) => run.acknowledged)).toBeGreaterThan(300);
  }, 30_000);

  test('the same seed in two processes makes the same steps, byte for byte', () => {
    const hashes = [1, 2].map(() =>
      execFileSync(process.execPath, [HASH_PROGRAM, name, '3'], { encoding: 'utf8' }),
    );
    const here = runSeed(3, options(name), { hash: true });
    expect(hashes).toEqual([`${here.hash} ${here.steps}\n`, `${here.hash} ${here.steps}\n`]);
  }, 60_000);

  test('a simulation saved as JSON and restored goes on as if nothing had been', () => {
    const plan = drawPlan(12, { ...options(name), nodes: 5 });
    const whole = new Simulation(plan.timed);
    const clients = new SimClients(whole, plan.clients, plan.seed);
    whole.onOwn((event) => void clients.handle(event));
    whole.start();
    clients.start();
    whole.run(2_000_000, () => false);
    const saved = JSON.parse(JSON.stringify({ simulation: whole.save(), clients: clients.save() }));

    const other = new Simulation(plan.timed);
    const otherClients = new SimClients(other, plan.clients, plan.seed);
    other.onOwn((event) => void otherClients.handle(event));
    other.restore(saved.simulation);
    otherClients.restore(saved.clients);
    const hashes = [whole, other].map((simulation) => {
      const hash = new TraceHash();
      simulation.world.observe(hash);
      simulation.run(4_000_000, () => false);
      return hash.hex;
    });
    expect(hashes[1]).toBe(hashes[0]);
  }, 30_000);
});

test.each(pastSeeds())(
  '$protocol seed $seed: $why',
  ({ protocol, seed, plain }) => {
    expect(runSeed(seed, { ...options(protocol), plain }).violation).toBeNull();
  },
  30_000,
);

describe('mutants that the swarm finds', () => {
  test.each([
    ['raft', 'vote-without-sync', 5],
    ['raft', 'ack-without-sync', 5],
    ['raft', 'count-self-before-sync', 10],
    ['raft', 'commit-old-term', 10],
    ['raft', 'vote-without-log-check', 10],
    ['raft', 'forget-vote-on-step-down', 60],
    ['zab', 'ack-before-persist', 5],
    ['zab', 'self-ack-before-persist', 10],
    ['zab', 'epoch-before-history', 10],
    ['paxos', 'ack-before-sync', 5],
    ['paxos', 'prepare-before-sync', 5],
    ['paxos', 'reported-means-chosen', 20],
    ['paxos', 'trust-any-ballot', 10],
    ['paxos', 'blind-takeover', 5],
  ] as const)(
    '%s without %s, within %i seeds',
    (name, mutant, seeds) => {
      const found = Array.from({ length: seeds }, (_, seed) => seed).find(
        (seed) => runSeed(seed, options(name, [mutant])).violation !== null,
      );
      expect(found).toBeDefined();
    },
    60_000,
  );
});

describe('a failing seed', () => {
  const mutant = 'commit-old-term';
  const run = runSeed(4, options('raft', [mutant]), { record: true });
  const schedule = { spec: run.plan.timed.world, actions: run.actions };

  test('is played again from what was done alone', () => {
    expect(replay(schedule, 'R5').violation?.id).toBe('R5');
  });

  test('becomes a short script that fails with the mutant and passes without it', () => {
    const small = minimise(schedule, { invariant: 'R5', isOver: () => false });
    expect(small?.actions.length).toBeLessThan(20);
    if (small === null) return;
    const text = scheduleText(small, { title: ['found by the swarm'], withMutants: false });
    const protocol = protocolDefinition('raft');
    const on = runScript(text, { protocol, mutants: [mutant] });
    const off = runScript(text, { protocol, mutants: [] });
    expect([on.violations[0]?.id, on.failures.length > 0]).toEqual(['R5', true]);
    expect([off.violations, off.failures]).toEqual([[], []]);
  }, 30_000);
});
