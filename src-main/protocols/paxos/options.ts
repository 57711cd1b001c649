/** The options of the Multi-Paxos core, and which rules are switched off. */
import { assert } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import { MUTANTS, type MutantName } from './mutants.ts';
import type { QuorumSizes } from './quorums.ts';

export interface Options extends QuorumSizes {
  /** Ask a quorum before a ballot is used: a cut-off node then cannot disturb a leader. */
  readonly prePrepare: boolean;
  /** alpha: proposals stand in slots up to chosenPrefix + window only, and a configuration governs
   *  from so many slots behind its command on. The same at all nodes, for ever. */
  readonly window: number;
  /** Requests taken but not chosen; more are refused as busy. */
  readonly maxUncommitted: number;
  /** Accept messages to one peer without an answer; the next ones wait and get larger. */
  readonly maxInflight: number;
  /** Entries in one Accept, Promise or LearnResp. */
  readonly maxEntriesPerMessage: number;
  /** Keep the chosen prefix in the hard record now and then, so that a restart need not learn
   *  again what was known long ago. Only slots that are durable are ever named by it. */
  readonly chosenHint: boolean;
  /** Slots applied since the last snapshot that make the next one due; 0: only when asked. */
  readonly snapshotEvery: number;
  /** Slots a snapshot covers that are kept all the same, for peers that are a little behind. */
  readonly retainEntries: number;
  /** Chunks of a snapshot on their way to one peer. */
  readonly maxChunksInflight: number;
  /** Reads of the level `lease`; acceptors then grant leases, also for a while after a boot. */
  readonly leaseReads: boolean;
  /** `single-decree`: the teaching mode of the folder single/. */
  readonly mode: string;
  /** In single-decree mode: `n1:proposer,n2:acceptor,n3:learner`. */
  readonly roles: string;
  /** In single-decree mode: `random`, or `none` for a duel. */
  readonly backoff: string;
}

export const DEFAULT_OPTIONS: Options = {
  prePrepare: true,
  window: 1024,
  maxUncommitted: 8192,
  maxInflight: 16,
  maxEntriesPerMessage: 1024,
  chosenHint: true,
  snapshotEvery: 10_000,
  retainEntries: 1_000,
  maxChunksInflight: 4,
  leaseReads: false,
  q1: 0,
  q2: 0,
  mode: 'multi',
  roles: '',
  backoff: 'random',
};

/** Numbers that may be 0. */
const MAY_BE_ZERO: ReadonlySet<string> = new Set(['snapshotEvery', 'retainEntries', 'q1', 'q2']);

export function readOptions(given: { readonly [name: string]: Json }): Options {
  const options: { [name: string]: Json } = { ...DEFAULT_OPTIONS };
  for (const [name, value] of Object.entries(given)) {
    assert(Object.hasOwn(options, name), `paxos has no option ${name}`);
    assert(typeof value === typeof options[name], `option ${name} is ${JSON.stringify(value)}`);
    const least = MAY_BE_ZERO.has(name) ? 0 : 1;
    const sound = typeof value !== 'number' || (Number.isInteger(value) && value >= least);
    assert(sound, `option ${name} is ${String(value)}`);
    options[name] = value;
  }
  return options as unknown as Options;
}

export function readMutants(names: readonly string[]): ReadonlySet<MutantName> {
  const known = new Set<string>(MUTANTS.map((mutant) => mutant.name));
  for (const name of names) assert(known.has(name), `paxos has no mutant ${name}`);
  return new Set(names as readonly MutantName[]);
}
