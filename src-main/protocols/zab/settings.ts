/** What boot fixes for one life: identity, timers in ticks, limits, mutants. Plain data. */
import { assert } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Incarnation, NodeId, StorageId } from '../../vocabulary/ids.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { BootInput } from '../kernel/core.ts';
import { MUTANTS, type MutantName } from './mutants.ts';
import { COUNTER_MAX } from './zxid.ts';

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
  /** Entries applied since the last snapshot that make for a new one; 0: never by itself. */
  readonly snapshotEvery: number;
  /** Entries that stay in the log behind a snapshot, so that a short absence needs no Snap. */
  readonly retainEntries: number;
  /** Chunks of a snapshot under way to one learner. */
  readonly maxChunksInflight: number;
  /** `sync` as a transaction of its own: such a read is linearizable (protocols.md 3.11). */
  readonly strictSync: boolean;
  /** The last counter of an epoch; smaller to show what happens then (protocols.md 3.1). */
  readonly counterMax: number;
}

export const DEFAULT_OPTIONS: Options = {
  finalizeWaitTicks: 2,
  maxUncommitted: 8192,
  maxEntriesPerMessage: 1024,
  maxInflight: 16,
  rescueStranded: true,
  snapshotEvery: 10_000,
  retainEntries: 1_000,
  maxChunksInflight: 4,
  strictSync: false,
  counterMax: COUNTER_MAX,
};

const OPTION_MIN: { readonly [name in keyof Options]?: number } = {
  finalizeWaitTicks: 0,
  maxUncommitted: 1,
  maxEntriesPerMessage: 1,
  maxInflight: 1,
  snapshotEvery: 0,
  retainEntries: 0,
  maxChunksInflight: 1,
  counterMax: 1,
};

export interface Settings {
  readonly nodeId: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
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
    storageId: boot.storageId,
    incarnation: boot.incarnation,
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
  for (const [name, least] of Object.entries(OPTION_MIN)) {
    const value = options[name as keyof Options] as number;
    assert(Number.isInteger(value) && value >= least, `option ${name} is ${value}`);
  }
  assert(options.counterMax <= COUNTER_MAX, `option counterMax is ${options.counterMax}`);
  return options;
}

function mutantNamed(name: string): MutantName {
  const mutant = MUTANTS.find((known) => known.name === name);
  assert(mutant !== undefined, `unknown mutant ${name}`);
  return mutant.name;
}
