/**
 * Client histories of the swarm, judged by what clients saw alone: no invariant is looked at. The
 * protocols are linearizable under faults; with a rule switched off they are not, and it shows.
 */
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import {
  checkLinearizability,
  DEFAULT_LIMITS,
} from '../../src-main/verification/linearizability/check-history.ts';
import { checkSequential } from '../../src-main/verification/linearizability/check-sequential.ts';
import { modelOf } from '../../src-main/verification/linearizability/models/by-name.ts';
import { checkSessions } from '../../src-main/verification/linearizability/session-guarantees.ts';
import { PROTOCOL_NAMES } from '../../src-main/vocabulary/ids.ts';
import { CONVICTIONS } from './convictions.ts';
import { convictions, judgeConviction } from './mutant-histories.ts';
import { historyOfSeed } from './seen-by-clients.ts';

const SEEDS = 40;
const LIMITS = { ...DEFAULT_LIMITS, steps: 2_000_000 };
const KV = modelOf('kv');

test.each(PROTOCOL_NAMES)(
  '%s: histories of the swarm are linearizable, stale reads fit in, sessions hold',
  (name) => {
    let operations = 0;
    let unknown = 0;
    let stale = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const history = historyOfSeed(seed, name, []);
      const verdict = checkLinearizability(KV, history, LIMITS);
      expect(verdict.verdict, `seed ${seed}`).toBe('valid');
      const sequential = checkSequential(KV, history, 'by-level', LIMITS);
      expect(sequential.verdict, `seed ${seed}`).toBe('valid');
      for (const one of checkSessions(KV, history)) {
        expect([one.guarantee, one.verdict], `seed ${seed}`).toEqual([one.guarantee, 'valid']);
      }
      operations += verdict.operations;
      unknown += verdict.unknownOutcomes;
      stale += verdict.leftOut.operations;
    }
    expect(operations).toBeGreaterThan(2_000);
    expect(unknown).toBeGreaterThan(10);
    expect(stale).toBeGreaterThan(100);
  },
  120_000,
);

describe('mutants', () => {
  const all = convictions();
  const convicted = all.flatMap(({ conviction, ...mutant }) =>
    conviction === undefined || conviction.by === 'nothing' ? [] : [{ ...mutant, conviction }],
  );

  test('of each it is known whether clients can tell, and there are no others', () => {
    expect(all.filter(({ conviction }) => conviction === undefined)).toEqual([]);
    for (const protocol of PROTOCOL_NAMES) {
      const names = protocolDefinition(protocol).mutants.map(({ name }) => name);
      expect(Object.keys(CONVICTIONS[protocol] ?? {}).sort()).toEqual([...names].sort());
    }
  });

  test.each(convicted)(
    '$protocol with $mutant is convicted by what clients saw, and without it is not',
    ({ conviction, ...mutant }) => {
      expect(judgeConviction(mutant, conviction)).toEqual({ on: true, off: false });
    },
    60_000,
  );
});
