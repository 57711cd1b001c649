/**
 * X12 of protocols.md 7.1: once everything is healed, operations succeed again within a bound, and
 * then all members of the configuration in force reach the same position; who is in it no more may
 * be switched off.
 */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { OperationRecord } from '../../../vocabulary/workload.ts';
import type { Checker } from '../invariants/checker.ts';
import type { Violation } from '../invariants/violation.ts';
import type { SimClients } from '../timed/clients.ts';
import type { Simulation } from '../timed/simulation.ts';
import type { SwarmPlan } from './plan.ts';

export interface Healed {
  readonly plan: SwarmPlan;
  readonly simulation: Simulation;
  readonly checker: Checker;
  readonly clients: SimClients;
  /** Whether a violation ends the run. */
  readonly isOver: () => boolean;
}

/** How long the healed cluster may take, in election timeouts: 10 times 2 ET (X12), and some. */
const CONVERGE_TIMEOUTS = 40;
const SLICE_US = 50_000;

/** @returns what does not happen in time, null when everything does. */
export function converge(healed: Healed): Violation | null {
  const { plan, clients } = healed;
  const { timing } = plan.timed.world;
  const boundUs = CONVERGE_TIMEOUTS * timing.electionTicksMax * timing.tickMs * 1_000;
  if (!operationSucceeds(healed, boundUs)) return stuck(healed, 'no operation succeeds', boundUs);
  if (stopOutsiders(healed) && !operationSucceeds(healed, boundUs)) {
    return stuck(healed, 'without the removed nodes no operation succeeds', boundUs);
  }
  clients.quiet();
  const isLevel = () => clients.outstanding === 0 && areLevel(healed);
  if (!runUntil(healed, isLevel, boundUs)) {
    return stuck(healed, 'the members do not reach the same position', boundUs);
  }
  return null;
}

function operationSucceeds(healed: Healed, boundUs: number): boolean {
  const sinceUs = healed.simulation.nowUs;
  let succeeded = false;
  healed.clients.onOperation = (record: OperationRecord) => {
    succeeded ||= record.outcome === 'ok' && record.invokeUs >= sinceUs;
  };
  return runUntil(healed, () => succeeded, boundUs);
}

/** Also true when a violation ends the run. */
function runUntil(healed: Healed, done: () => boolean, boundUs: number): boolean {
  const { simulation, isOver } = healed;
  const endUs = simulation.nowUs + boundUs;
  while (simulation.nowUs < endUs) {
    if (isOver() || done()) return true;
    simulation.run(simulation.nowUs + SLICE_US, isOver);
  }
  return isOver() || done();
}

/** Members of the newest configuration that have the disks it names. */
function members({ simulation, checker }: Healed): NodeId[] {
  const { voters, votersOld, learners } = checker.common.configs.latest.config;
  const all = [...voters, ...(votersOld ?? []), ...learners];
  const there = all.filter(({ nodeId, storageId }) => {
    return simulation.world.node(nodeId).disk.storageId === storageId;
  });
  return [...new Set(there.map(({ nodeId }) => nodeId))];
}

/** Those that nobody owes anything any more. @returns whether there were some. */
function stopOutsiders(healed: Healed): boolean {
  const { simulation, checker } = healed;
  const { world } = simulation;
  const leader = world.leader();
  if (leader === null || world.hasOpenCommand || !checker.isConfigSettled()) return false;
  const inside = members(healed);
  const outside = world.ids.filter((id) => {
    return world.node(id).life !== null && !inside.includes(id) && !world.knows(leader, id);
  });
  for (const id of outside) world.stop(id);
  return outside.length > 0;
}

function areLevel(healed: Healed): boolean {
  const { simulation, checker } = healed;
  const { common } = checker;
  if (common.configs.latest.config.votersOld !== null) return false;
  return members(healed).every((id) => {
    const { life } = simulation.world.node(id);
    if (life === null) simulation.boot(id, 'kept');
    return life?.driver.applied === common.max;
  });
}

function stuck({ simulation, checker }: Healed, what: string, boundUs: number): Violation {
  const { world } = simulation;
  const nodes = world.ids.map((id) => {
    const view = world.describe(id);
    if (view === null) return `${id} down`;
    return `${id} ${view.word} era ${view.era.number} committed ${view.committed}/${view.lastPos}`;
  });
  const { pos, config } = checker.common.configs.latest;
  const voters = config.voters.map((member) => member.nodeId).join(' ');
  const text = `${what} within ${boundUs / 1_000} ms after everything was healed`;
  const found = `${text}: ${nodes.join('; ')}; voters ${voters} since ${pos}`;
  return { id: 'X12', node: null, what: found };
}
