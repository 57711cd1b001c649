/** What a life begins with: the options, and what the disk kept of the lives before. */
import { Prng } from '../../base/prng.ts';
import { assert } from '../../base/assert.ts';
import type { BootInput } from '../kernel/core.ts';
import type { DurableState } from '../kernel/durable.ts';
import { initialConfig } from '../kernel/config.ts';
import { BALLOT_ZERO, type Ballot, type PaxosEntry } from './ballot.ts';
import { ConfigHistory, type StoredConfig } from './configs.ts';
import { SlotLog } from './log.ts';
import type { MutantName } from './mutants.ts';
import { readMutants, readOptions, type Options } from './options.ts';
import { quorumProblem } from './quorums.ts';
import type { PaxosState, Snapshot } from './state.ts';

export function initialState(boot: BootInput): PaxosState {
  const options = readOptions(boot.options);
  const mutants = readMutants(boot.mutants);
  const snapshot = boot.durable.snapshot as unknown as Snapshot | null;
  const log = openLog(boot, snapshot);
  const promised = readPromise(boot, log, mutants);
  const base = snapshot?.lastPos ?? 0;
  return {
    self: boot.nodeId,
    storageId: boot.storageId,
    incarnation: boot.incarnation,
    timing: boot.timing,
    options,
    mutants,
    prng: new Prng(boot.seed),
    now: 0,
    configs: openConfigs(boot, options, mutants, snapshot),
    outgoing: snapshot?.meta.outgoing ?? null,
    belongs: isKnownDisk(boot),
    membersShown: null,
    configShown: '',
    promised,
    promisedToken: 0,
    log,
    writes: [],
    durableToken: 0,
    durablePos: log.last,
    hintWritten: base,
    hintToken: 0,
    hintDurable: base,
    applied: base,
    serviceTime: snapshot?.meta.time ?? 0,
    leaderCommit: 0,
    learnAskedAt: null,
    snapshot,
    taking: null,
    snapshotAnswers: [],
    arrival: null,
    arrivalAt: 0,
    arrivals: 0,
    sendings: new Map(),
    reads: [],
    probe: null,
    probes: 0,
    phase: 'outsider',
    leader: null,
    leaderHeardAt: 0,
    electionElapsed: 0,
    electionTimeout: boot.timing.electionTicksMax,
    roundSeen: promised.round,
    campaign: null,
    lead: null,
    shown: null,
  };
}

/**
 * Whether a configuration named this node with this very disk: that of the beginning, or, as the
 * record says, a later one. A wiped disk has forgotten its promises, so its node must not act for
 * the id it had (protocols.md 0.5, museum R28).
 */
function isKnownDisk({ members, nodeId, storageId, durable }: BootInput): boolean {
  const isFounder = members.some((one) => one.nodeId === nodeId && one.storageId === storageId);
  return isFounder || durable.hard['belongs'] === true;
}

function openConfigs(
  boot: BootInput,
  options: Options,
  mutants: ReadonlySet<MutantName>,
  snapshot: Snapshot | null,
): ConfigHistory {
  const { q1, q2 } = options;
  const problem = quorumProblem(boot.members.length, options);
  assert(problem === null, problem ?? '');
  const { voters, learners } = initialConfig(boot.members);
  const first: StoredConfig = { pos: 0, version: 0, voters, learners, q1, q2 };
  // Mutant: a command governs the very next slot, which may be proposed already (2.13-7, P12).
  const delay = mutants.has('config-at-once') ? 1 : options.window;
  return new ConfigHistory({
    delay,
    narrow: mutants.has('narrow-phase-1'),
    list: snapshot?.meta.configs ?? [first],
    bits: [],
  });
}

/**
 * The slots on disk above what the snapshot made superfluous. A crash may have kept the snapshot
 * and lost the compaction behind it, but never the other way round (museum R13).
 */
function openLog(boot: BootInput, snapshot: Snapshot | null): SlotLog {
  const durable = boot.durable as DurableState<PaxosEntry>;
  const base = snapshot?.lastPos ?? 0;
  const floor = (durable.hard['floor'] ?? 1) as number;
  assert(
    floor <= base + 1,
    `${boot.nodeId}: slots below ${floor} were dropped, but the snapshot ends at ${base}`,
  );
  const held = new Set(durable.log.map((entry) => entry.pos));
  let first = base + 1;
  // What an own snapshot covers was chosen as it stands; of an installed one nobody knows.
  const isOwn = snapshot !== null && !snapshot.meta.installed;
  while (isOwn && first > floor && held.has(first - 1)) first -= 1;
  const log = new SlotLog({ first, slots: [], prefix: base, ahead: [] });
  for (const entry of durable.log) if (entry.pos >= first) log.put(entry);
  return log;
}

/**
 * The promise of the record, or the highest accepted ballot when a disk that reorders writes kept
 * a vote and lost the promise written with it.
 */
function readPromise(boot: BootInput, log: SlotLog, mutants: ReadonlySet<MutantName>): Ballot {
  let promised = BALLOT_ZERO;
  if (mutants.has('forget-promise')) return promised;
  const written = boot.durable.hard['promised'] as unknown as Ballot | undefined;
  if (written !== undefined) promised = { round: written.round, node: written.node };
  for (let pos = log.first; pos <= log.last; pos += 1) {
    const ballot = log.at(pos)?.ballot;
    if (ballot === undefined || ballot.round < promised.round) continue;
    if (ballot.round > promised.round || ballot.node > promised.node) promised = ballot;
  }
  return promised;
}
