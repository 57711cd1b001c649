/** What can be set of a Raft node, by name, and what it is when nobody says so. */
import { assert } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { BootInput } from '../kernel/core.ts';
import { MUTANTS, type MutantName } from './mutants.ts';

export interface RaftOptions {
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** AppendEntries on the way to one peer. */
  readonly maxInflight: number;
  /** Bytes of entries on the way to one peer, about; one message may always be. */
  readonly maxInflightBytes: number;
  readonly maxEntriesPerMessage: number;
  /** Entries, and about the bytes of them, a leader holds uncommitted before it answers `busy`. */
  readonly maxUncommitted: number;
  readonly maxUncommittedBytes: number;
  /** Entries applied between two snapshots a node takes by itself; 0: it never does. */
  readonly snapshotEvery: number;
  /** Entries that stay in the log behind a snapshot, for followers that are a little behind. */
  readonly retainEntries: number;
  /** Chunks of one image on the way. */
  readonly maxChunksInflight: number;
  /** Peers that are sent an image at the same time. */
  readonly maxSnapshotStreams: number;
  /** Also changes of one voter go through a joint configuration (1.9.4). */
  readonly alwaysJoint: boolean;
  /** Reads of level `lease`; all voters of a cluster must say the same (1.12). */
  readonly leaseReads: boolean;
}

export const DEFAULT_OPTIONS: RaftOptions = {
  preVote: true,
  checkQuorum: true,
  maxInflight: 16,
  maxInflightBytes: 4 * 1024 * 1024,
  maxEntriesPerMessage: 1024,
  maxUncommitted: 8192,
  maxUncommittedBytes: 64 * 1024 * 1024,
  snapshotEvery: 10_000,
  retainEntries: 1_000,
  maxChunksInflight: 4,
  maxSnapshotStreams: 2,
  alwaysJoint: false,
  leaseReads: false,
};

const MAY_BE_ZERO: ReadonlySet<string> = new Set(['snapshotEvery', 'retainEntries']);

export function readOptions(given: BootInput['options']): RaftOptions {
  const options: Record<string, Json> = { ...DEFAULT_OPTIONS };
  for (const name of Object.keys(given)) {
    const value = given[name];
    assert(name in options, `unknown option ${name}`);
    assert(typeof value === typeof options[name], `option ${name}: ${JSON.stringify(value)}`);
    const least = MAY_BE_ZERO.has(name) ? 0 : 1;
    assert(typeof value !== 'number' || value >= least, `option ${name}: ${value} < ${least}`);
    options[name] = value as Json;
  }
  return options as unknown as RaftOptions;
}

export function readMutants(names: readonly string[]): ReadonlySet<MutantName> {
  const known: ReadonlySet<string> = new Set(MUTANTS.map((mutant) => mutant.name));
  for (const name of names) assert(known.has(name), `unknown mutant ${name}`);
  return new Set(names as readonly MutantName[]);
}
