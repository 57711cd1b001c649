/** Starts that meet other starts, a stop or the end of the lab. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseScenario } from '../../src-main/lab/scenario-file.ts';
import type { ClusterStart } from '../../src-main/lab/ports.ts';
import { DEFAULT_WORKLOAD } from '../../src-main/vocabulary/workload.ts';
import { openProcessLab, until, type ProcessLab } from '../support/process-lab.ts';
import { SHORT_SCENARIO } from './qlab.ts';

let host: ProcessLab;
beforeEach(async () => {
  host = await openProcessLab();
});
afterEach(() => host.close());

const BY_HAND = expect.stringContaining('ended by hand') as string;
const ONE: ClusterStart = { protocol: 'raft', nodes: 1, workload: DEFAULT_WORKLOAD };

test('two starts at the same time cannot both have the last places', async () => {
  const { lab } = host;
  const starts = [lab.startClusters([ONE, ONE, ONE, ONE]), lab.startClusters([ONE, ONE, ONE])];
  const [first, second] = await Promise.allSettled(starts);
  expect(first?.status).toBe('fulfilled');
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'not-possible-now' } });
  expect(lab.clusters()).toHaveLength(4);
});

test('places of a start that failed are free again', async () => {
  const { lab } = host;
  await expect(lab.startClusters(Array<ClusterStart>(5).fill(ONE))).rejects.toMatchObject({
    code: 'not-possible-now',
  });
  expect(await lab.startClusters([ONE])).toHaveLength(1);
});

test('a start that meets the end of the lab is refused in words', async () => {
  const starting = host.lab.startClusters([ONE]);
  const [start] = await Promise.allSettled([starting, host.lab.close()]);
  expect(start).toMatchObject({ status: 'rejected', reason: { code: 'not-possible-now' } });
  await expect(host.lab.startClusters([ONE])).rejects.toMatchObject({ code: 'not-possible-now' });
});

test('a cluster that is stopped while it starts ends as incomplete', async () => {
  const starting = host.lab.startClusters([ONE]);
  const refused = expect(starting).rejects.toMatchObject({ code: 'not-possible-now' });
  await until('its run has begun', () => (host.lab.clusters()[0]?.runId ?? null) !== null);
  expect(host.lab.clusters()[0]?.status).toBe('starting');
  const [run] = await host.lab.stopClusters();
  await refused;
  expect(host.run(run ?? 0)).toMatchObject({ status: 'incomplete', note: BY_HAND });
});

test('a scenario that is stopped while it starts ends as incomplete', async () => {
  const spec = parseScenario(SHORT_SCENARIO, 'short.yaml');
  const options = { protocols: ['raft'] as const, seed: 1, sequential: false };
  const refused = expect(host.lab.runScenario(spec, options)).rejects.toMatchObject({
    code: 'not-possible-now',
  });
  await until('its run has begun', () => (host.lab.clusters()[0]?.runId ?? null) !== null);
  const [run] = await host.lab.stopClusters();
  await refused;
  expect(host.run(run ?? 0)).toMatchObject({ status: 'incomplete', note: BY_HAND });
});

test('a new window is told the newest event it gets, not the present', async () => {
  const cluster = await host.start('raft');
  await until('there are events', () => host.lab.catchUp(cluster.plan.id).events.length > 0);
  const { events, upToUs } = host.lab.catchUp(cluster.plan.id);
  expect(upToUs).toBe(Math.max(...events.map(({ us }) => us)));
});
