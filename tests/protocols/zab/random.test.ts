/**
 * Whole clusters under random schedules. More seeds: ZAB_SEEDS=5000 npx vitest run <this file>;
 * ZAB_FROM sets the first one.
 */
import { describe, expect, test } from 'vitest';
import { RandomCluster, type RandomClusterSpec } from './random-cluster.ts';

const SEEDS = Number(process.env['ZAB_SEEDS'] ?? 60);
const FROM = Number(process.env['ZAB_FROM'] ?? 1);
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
});
