/**
 * Randomised whole clusters. Every run is named by its seed; PAXOS_SEEDS=first:count runs others.
 */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { FAIR, PaxosCluster } from './cluster.ts';

const TICK = 10;

/** Options vary with the seed so that windows, chunks and hints are met at their edges. */
function optionsOf(seed: number): { readonly [name: string]: Json } {
  const variants: { readonly [name: string]: Json }[] = [
    {},
    { window: 4, chosenHint: true },
    { window: 16, maxInflight: 1, maxEntriesPerMessage: 3 },
    { prePrepare: false, window: 8 },
    { chosenHint: false, maxInflight: 2, maxUncommitted: 12 },
  ];
  return variants[seed % variants.length] ?? {};
}

function stir(cluster: PaxosCluster): void {
  const { prng } = cluster;
  const pick = cluster.hosts[prng.nextInt(0, cluster.hosts.length - 1)];
  if (pick === undefined) return;
  const dice = prng.nextInt(0, 19);
  if (dice < 4) {
    if (pick.core !== null) cluster.crash(pick);
  } else if (dice < 9) {
    for (const host of cluster.hosts) {
      if (host.core === null && prng.nextInt(0, 1) === 0) cluster.start(host);
    }
  } else if (dice < 12) {
    const leader = cluster.leader();
    if (leader !== null && prng.nextInt(0, 2) === 0) cluster.crash(leader);
  } else if (dice < 15) {
    for (const to of cluster.ids) {
      if (prng.nextInt(0, 2) > 0) cluster.cut.add(`${pick.id}>${to}`);
      if (prng.nextInt(0, 2) > 0) cluster.cut.add(`${to}>${pick.id}`);
    }
  } else if (dice < 17) cluster.cut.clear();
  else {
    cluster.weather = {
      loss: prng.nextInt(0, 3) / 10,
      duplication: prng.nextInt(0, 3) / 10,
      delayMax: prng.nextInt(1, 60),
      syncMax: prng.nextInt(1, 40),
    };
  }
}

function load(cluster: PaxosCluster): void {
  const { prng } = cluster;
  for (const host of cluster.alive()) {
    if (host.core?.describe().role === 'leader') cluster.request(host, prng.nextInt(1, 6));
  }
}

function heal(cluster: PaxosCluster): void {
  cluster.cut.clear();
  cluster.weather = { ...FAIR };
  for (const host of cluster.hosts) if (host.core === null) cluster.start(host);
}

/** X12: a leader comes up, takes a command, and all nodes apply it. */
function expectProgress(cluster: PaxosCluster): void {
  expect(
    cluster.runUntil(() => cluster.leader() !== null, 300 * TICK),
    'a leader',
  ).toBe(true);
  const acked = cluster.runUntil(() => {
    const leader = cluster.leader();
    if (leader === null) return false;
    const [reqId] = cluster.request(leader);
    cluster.run(30 * TICK);
    return reqId !== undefined && cluster.acked.has(reqId);
  }, 30 * TICK);
  expect(acked, 'a command is chosen').toBe(true);
  const last = cluster.committed.size;
  const caughtUp = () => cluster.hosts.every((host) => host.applied >= last);
  expect(cluster.runUntil(caughtUp, 100 * TICK), 'all catch up').toBe(true);
}

function runSeed(seed: number, mutants: readonly string[] = []): PaxosCluster {
  const size = seed % 2 === 0 ? 3 : 5;
  const cluster = new PaxosCluster(size, seed, optionsOf(Math.floor(seed / 2)), mutants);
  cluster.restoreOdds = seed % 7 === 0 ? 0.05 : 0;
  const stirEvery = cluster.prng.nextInt(3, 30);
  for (let round = 0; round < 60; round += 1) {
    cluster.run(stirEvery * cluster.prng.nextInt(1, 10));
    load(cluster);
    if (cluster.prng.nextInt(0, 2) > 0) stir(cluster);
  }
  heal(cluster);
  expectProgress(cluster);
  return cluster;
}

const [first = 1, count = 200] = (process.env['PAXOS_SEEDS'] ?? '')
  .split(':')
  .map(Number)
  .filter(Boolean);

describe('randomised clusters', () => {
  test(`seeds ${first} to ${first + count - 1} stay safe and progress after healing`, () => {
    for (let seed = first; seed < first + count; seed += 1) {
      try {
        runSeed(seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  }, 600_000);

  // The checks are worth what they find: each of these rules is missed within a few seeds.
  test.each([
    'forget-promise',
    'ack-before-sync',
    'reported-means-chosen',
    'trust-any-ballot',
    'blind-takeover',
  ])('a cluster with the mutant %s is caught', (mutant) => {
    expect(() => {
      for (let seed = 1; seed <= 20; seed += 1) runSeed(seed, [mutant]);
    }).toThrow();
  });

  test('what the schedules reach: crashes, changes of leader, and a log worth checking', () => {
    const clusters = [1, 2, 3, 4, 5, 6].map((seed) => runSeed(seed));
    const lives = clusters.flatMap(({ hosts }) => hosts.map((host) => host.incarnation));
    expect(Math.max(...lives)).toBeGreaterThan(2);
    for (const cluster of clusters) expect(cluster.committed.size).toBeGreaterThan(10);
  });
});
