/** What boot fixes for one life: identity, timers in ticks, limits, mutants. Plain data. */
import { assert } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import { compareIds, type NodeId } from '../../vocabulary/ids.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { BootInput } from '../kernel/core.ts';
import { MUTANTS, type MutantName } from './mutants.ts';

export interface Options {
  /** How long a winning vote waits for a better one; more than a one-way delay. */
  readonly finalizeWaitTicks: number;
  /** Transactions the leader holds uncommitted before it answers `busy`. */
  readonly maxUncommitted: number;
  readonly maxEntriesPerMessage: number;
  /** Proposal messages under way to one learner. */
  readonly maxInflight: number;
  /**
   * A server that promised a later epoch than the one that is led can follow nobody until the next
   * election (protocols.md 3.5-2). true: the leader calls that election; false: ZooKeeper's way,
   * the server stays stranded.
   */
  readonly rescueStranded: boolean;
}

export const DEFAULT_OPTIONS: Options = {
  finalizeWaitTicks: 2,
  maxUncommitted: 8192,
  maxEntriesPerMessage: 1024,
  maxInflight: 16,
  rescueStranded: true,
};

export interface Settings {
  readonly nodeId: NodeId;
  /** The other members, sorted: the only order in which peers are ever gone through. */
  readonly peers: readonly NodeId[];
  readonly tickMs: number;
  readonly pingTicks: number;
  readonly syncLimitTicks: number;
  readonly initLimitTicks: number;
  readonly notifyTicksMin: number;
  readonly notifyTicksMax: number;
  readonly options: Options;
  readonly mutants: readonly MutantName[];
}

export function settingsFromBoot(boot: BootInput): Settings {
  return {
    nodeId: boot.nodeId,
    peers: boot.members
      .map((member) => member.nodeId)
      .filter((id) => id !== boot.nodeId)
      .sort(compareIds),
    ...timersFrom(boot.timing),
    options: optionsFrom(boot.options),
    mutants: boot.mutants.map(mutantNamed),
  };
}

/** protocols.md 3.8 in ticks: one zab-tick is one heartbeat. */
function timersFrom(timing: Timing) {
  const { tickMs, heartbeatTicks, electionTicksMin, electionTicksMax } = timing;
  const middle = (electionTicksMin + electionTicksMax) / 2;
  const syncLimitTicks = Math.max(3, Math.floor(middle / heartbeatTicks)) * heartbeatTicks;
  return {
    tickMs,
    pingTicks: Math.max(1, Math.floor(heartbeatTicks / 2)),
    syncLimitTicks,
    initLimitTicks: 2 * syncLimitTicks + 2 * heartbeatTicks,
    notifyTicksMin: 2 * heartbeatTicks,
    notifyTicksMax: Math.max(2 * heartbeatTicks, electionTicksMax),
  };
}

function optionsFrom(given: { readonly [name: string]: Json }): Options {
  for (const [name, value] of Object.entries(given)) {
    assert(Object.hasOwn(DEFAULT_OPTIONS, name), `unknown option ${name}`);
    const known = DEFAULT_OPTIONS[name as keyof Options];
    assert(typeof value === typeof known, `option ${name} is ${JSON.stringify(value)}`);
  }
  const options = { ...DEFAULT_OPTIONS, ...given } as Options;
  assert(options.finalizeWaitTicks >= 0, `finalizeWaitTicks ${options.finalizeWaitTicks}`);
  assert(options.maxUncommitted >= 1, `maxUncommitted ${options.maxUncommitted}`);
  assert(options.maxEntriesPerMessage >= 1, `maxEntriesPerMessage ${options.maxEntriesPerMessage}`);
  assert(options.maxInflight >= 1, `maxInflight ${options.maxInflight}`);
  return options;
}

function mutantNamed(name: string): MutantName {
  const mutant = MUTANTS.find((known) => known.name === name);
  assert(mutant !== undefined, `unknown mutant ${name}`);
  return mutant.name;
}
