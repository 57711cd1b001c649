/**
 * Client histories of the swarm, judged by what clients saw alone: no invariant is looked at. The
 * protocols are linearizable under faults; with a rule switched off they are not, and it shows.
 */
import { expect, test } from 'vitest';
import { AssertionError } from '../../src-main/base/assert.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { FaultMaker } from '../../src-main/runtime/simulator/swarm/faults.ts';
import { drawPlan, SWARM_DEFAULTS } from '../../src-main/runtime/simulator/swarm/plan.ts';
import { SimClients } from '../../src-main/runtime/simulator/timed/clients.ts';
import { Simulation } from '../../src-main/runtime/simulator/timed/simulation.ts';
import { operationsOf } from '../../src-main/verification/histories/recorded-operations.ts';
import {
  checkLinearizability,
  DEFAULT_LIMITS,
  type LinearizabilityVerdict,
} from '../../src-main/verification/linearizability/check-history.ts';
import { modelOf } from '../../src-main/verification/linearizability/models/by-name.ts';
import { checkSessions } from '../../src-main/verification/linearizability/session-guarantees.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';

const SEEDS = 40;
/** The one that takes longest needs 108. */
const MUTANT_SEEDS = 150;
const HEALED_US = 3_000_000;
/** A mutant's messages may multiply without end. */
const EVENTS_MAX = 200_000;
const LIMITS = { ...DEFAULT_LIMITS, steps: 2_000_000 };

/** What the clients of one seed of the swarm asked and got. */
function historyOf(seed: number, protocol: ProtocolName, mutants: readonly string[]) {
  const options = { ...SWARM_DEFAULTS, protocol: protocolDefinition(protocol), mutants };
  const plan = drawPlan(seed, options);
  const simulation = new Simulation(plan.timed);
  const clients = new SimClients(simulation, plan.clients, seed);
  const records: OperationRecord[] = [];
  clients.onOperation = (record) => void records.push(record);
  const faults = new FaultMaker(simulation, plan, () => false);
  simulation.onOwn((event) => void (clients.handle(event) || faults.handle(event)));
  let events = 0;
  const isStorm = () => (events += 1) > EVENTS_MAX;
  try {
    simulation.start();
    clients.start();
    faults.start();
    simulation.run(plan.safetyUs, isStorm);
    faults.healAll();
    simulation.run(plan.safetyUs + HEALED_US, isStorm);
  } catch (error) {
    // A node that stops itself ends the run; what clients saw until then is a history all the same.
    if (!(error instanceof AssertionError)) throw error;
  }
  clients.close();
  return operationsOf(records);
}

function judge(operations: ReturnType<typeof historyOf>): LinearizabilityVerdict {
  return checkLinearizability(modelOf('kv'), operations, LIMITS);
}

test.each(PROTOCOL_NAMES)(
  '%s: histories of the swarm are linearizable, sessions hold',
  (name) => {
    let operations = 0;
    let unknown = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const history = historyOf(seed, name, []);
      const verdict = judge(history);
      expect(verdict.verdict, `seed ${seed}`).toBe('valid');
      for (const one of checkSessions(modelOf('kv'), history)) {
        expect([one.guarantee, one.verdict], `seed ${seed}`).toEqual([one.guarantee, 'valid']);
      }
      operations += verdict.operations;
      unknown += verdict.unknownOutcomes;
    }
    expect(operations).toBeGreaterThan(2_000);
    expect(unknown).toBeGreaterThan(10);
  },
  120_000,
);

test.each([
  ['raft', 'vote-without-log-check'],
  ['raft', 'ack-without-sync'],
  ['paxos', 'blind-takeover'],
  ['paxos', 'trust-any-ballot'],
  ['zab', 'ack-before-persist'],
] as const)(
  '%s with the mutant %s is convicted by what clients saw',
  (name, mutant) => {
    const convicts = (seed: number) => judge(historyOf(seed, name, [mutant])).verdict === 'invalid';
    const seeds = Array.from({ length: MUTANT_SEEDS }, (_, seed) => seed);
    expect(seeds.find(convicts)).toBeDefined();
  },
  120_000,
);
