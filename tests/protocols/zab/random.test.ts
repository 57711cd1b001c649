/**
 * Whole clusters under random schedules. More seeds: ZAB_SEEDS=5000 npx vitest run <this file>;
 * ZAB_FROM sets the first one.
 */
import { describe, expect, test } from 'vitest';
import { MUTANTS } from '../../../src-main/protocols/zab/mutants.ts';
import { runRandomSchedule } from '../../support/transcript/random-schedule.ts';
import { zabDefinition } from '../../../src-main/protocols/zab/definition.ts';
import { RandomCluster, type RandomClusterSpec } from './random-cluster.ts';

const SEEDS = Number(process.env['ZAB_SEEDS'] ?? 40);
const FROM = Number(process.env['ZAB_FROM'] ?? 1);
/** Broken rules that random schedules show; the others have tests of their own. */
const SEEN_BY_CHANCE = [
  'ack-before-persist',
  'self-ack-before-persist',
  'epoch-before-history',
  'vote-by-zxid-only',
  'vote-with-accepted-epoch',
  'reuse-epoch',
  'serve-before-sync',
  'truncate-in-memory',
  'apply-at-boot',
];
const MUTANT_SEEDS = 200;
const ACTIONS_PER_NODE = 2000;

function runCluster(
  spec: RandomClusterSpec,
  actions = spec.nodes * ACTIONS_PER_NODE,
): RandomCluster {
  const cluster = new RandomCluster(spec);
  try {
    for (let i = 0; i < actions; i += 1) cluster.act();
    cluster.healAndSettle();
    cluster.checks.atEnd();
  } catch (error) {
    throw new Error(`${JSON.stringify(spec)}: ${String(error)}`, { cause: error });
  }
  return cluster;
}

describe('random schedules with crashes, cuts and lost sessions', () => {
  const variants: (RandomClusterSpec & { name: string })[] = [
    { name: 'three nodes', seed: 0, nodes: 3 },
    { name: 'five nodes', seed: 0, nodes: 5 },
    { name: 'three nodes, gated sends outlive their session', seed: 0, nodes: 3, leaky: true },
    {
      name: 'five nodes, tiny windows',
      seed: 0,
      nodes: 5,
      options: { maxInflight: 2, maxEntriesPerMessage: 2, finalizeWaitTicks: 0 },
    },
  ];
  for (const { name, ...spec } of variants) {
    test(`${name}: safe at every step, and live after healing`, { timeout: 3_600_000 }, () => {
      let leaders = 0;
      let truncations = 0;
      let committed = 0;
      for (let seed = FROM; seed < FROM + SEEDS; seed += 1) {
        const { checks } = runCluster({ ...spec, seed });
        leaders += checks.leadersSeen;
        truncations += checks.truncations;
        committed += checks.committed.length;
      }
      if (process.env['ZAB_SEEDS']) console.log(name, { leaders, truncations, committed });
      // The schedules are worth something only if they get somewhere and hurt.
      expect(leaders).toBeGreaterThan(SEEDS * 2);
      expect(committed).toBeGreaterThan(SEEDS * 20);
      expect(truncations).toBeGreaterThan(0);
    });
  }

  test('a saved and restored core goes on bit for bit', () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const plain = runCluster({ nodes: 3, seed, reloads: false });
      const reloaded = runCluster({ nodes: 3, seed, reloads: true });
      expect(reloaded.transcript).toEqual(plain.transcript);
    }
  });

  test('the host of the transcripts finds nothing either', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const nodes = 3 + 2 * (seed % 2);
      const spec = { protocol: zabDefinition, nodes, seed, steps: 1500 };
      expect(runRandomSchedule(spec).recovered, `seed ${seed}`).toBe(true);
    }
  });
});

function isCaught(mutant: string, seed: number): boolean {
  try {
    runCluster({ nodes: 5 - 2 * (seed % 2), seed, mutants: [mutant] });
    return false;
  } catch {
    return true;
  }
}

describe('a broken rule is found by the checks', () => {
  test.each(SEEN_BY_CHANCE)('%s', { timeout: 120_000 }, (mutant) => {
    expect(MUTANTS.map(({ name }) => name)).toContain(mutant);
    let seed = 1;
    while (seed <= MUTANT_SEEDS && !isCaught(mutant, seed)) seed += 1;
    expect(seed).toBeLessThanOrEqual(MUTANT_SEEDS);
  });
});
