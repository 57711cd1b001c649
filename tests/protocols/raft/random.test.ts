/**
 * Whole clusters under random schedules. More seeds: RAFT_SEEDS=5000 npx vitest run <this file>;
 * RAFT_FROM sets the first one.
 */
import { MUTANTS } from '../../../src-main/protocols/raft/mutants.ts';
import { describe, expect, test } from 'vitest';
import { RandomCluster, type RandomClusterSpec } from './random-cluster.ts';

const SEEDS = Number(process.env['RAFT_SEEDS'] ?? 120);
const FROM = Number(process.env['RAFT_FROM'] ?? 1);
const MUTANT_SEEDS = 1000;
/** Where to begin for what only one schedule in hundreds shows. */
const RARE_MUTANT_SEEDS: { readonly [name: string]: number } = {
  'commit-old-term': 391,
  'commit-unmatched-suffix': 375,
};
/** Those of changing members, snapshots and reads have schedules of their own. */
const LOG_MUTANTS = MUTANTS.slice(0, 9);
/** Small messages: the rules about half-compared logs matter only with them. */
const MUTANT_OPTIONS = { maxEntriesPerMessage: 1, preVote: false, checkQuorum: false };
const ACTIONS_PER_NODE = 1000;

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

function isCaught(mutant: string, seed: number): boolean {
  try {
    runCluster({ nodes: 5 - 2 * (seed % 2), seed, options: MUTANT_OPTIONS, mutants: [mutant] });
    return false;
  } catch {
    return true;
  }
}

describe('random schedules with crashes, cuts, loss, duplicates and reordering', () => {
  const variants: (RandomClusterSpec & { name: string })[] = [
    { name: 'three nodes', seed: 0, nodes: 3 },
    { name: 'five nodes', seed: 0, nodes: 5 },
    {
      name: 'three nodes, paper only',
      seed: 0,
      nodes: 3,
      options: { preVote: false, checkQuorum: false },
    },
    {
      name: 'five nodes, tiny windows',
      seed: 0,
      nodes: 5,
      options: { maxInflight: 2, maxEntriesPerMessage: 2 },
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
      // The schedules are worth something only if they get somewhere and hurt.
      expect(leaders).toBeGreaterThan(SEEDS * 2);
      expect(committed).toBeGreaterThan(SEEDS * 20);
      expect(truncations).toBeGreaterThan(0);
    });
  }

  for (const { name } of LOG_MUTANTS) {
    test(`mutant ${name} is caught`, { timeout: 3_600_000 }, () => {
      const from = RARE_MUTANT_SEEDS[name] ?? 1;
      let seed = from;
      while (seed < from + MUTANT_SEEDS && !isCaught(name, seed)) seed += 1;
      expect(seed, `${name} caught by seed ${seed}`).toBeLessThan(from + MUTANT_SEEDS);
    });
  }

  test('a core replaced by its saved state after every step does exactly the same', () => {
    for (let seed = FROM; seed < FROM + 5; seed += 1) {
      const plain = runCluster({ nodes: 3, seed, reloads: false }, 500);
      const reloaded = runCluster({ nodes: 3, seed, reloads: true }, 500);
      expect(reloaded.transcript).toEqual(plain.transcript);
    }
  });
});
