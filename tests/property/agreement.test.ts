/**
 * Every protocol with a core, under the same random schedules: all nodes apply the same, no era has
 * two leaders, nothing is answered twice (TestCluster checks that), and after the faults the
 * cluster works again. A failure names its seed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROTOCOL_NAMES } from '../../src-main/vocabulary/ids.ts';
import { loadProtocol } from '../support/transcript/protocol-loader.ts';
import { runRandomSchedule } from '../support/transcript/random-schedule.ts';

const SEEDS = 40;
const STEPS = 1_500;

const present = PROTOCOL_NAMES.filter((name) =>
  existsSync(join(import.meta.dirname, '../../src-main/protocols', name, 'definition.ts')),
);

describe.each(present)('%s', (name) => {
  test.each([3, 5])('agrees and recovers with %d nodes', async (nodes) => {
    const protocol = await loadProtocol(name);
    let appliedMost = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const reloadEveryStep = seed % 4 === 0;
      const spec = { protocol, nodes, seed, steps: STEPS, reloadEveryStep };
      const { cluster, recovered } = runRandomSchedule(spec);
      expect(recovered, `seed ${seed} recovers`).toBe(true);
      appliedMost = Math.max(appliedMost, cluster.node('n1').applied.length);
    }
    // A schedule under which nothing ever commits would prove nothing.
    expect(appliedMost).toBeGreaterThan(20);
  });
});
