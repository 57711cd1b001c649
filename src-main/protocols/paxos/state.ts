/**
 * Everything a Multi-Paxos node knows, in one place, and its way to plain JSON and back.
 *
 * `promised` (what the acceptor promised) and `lead.ballot` (what the leader leads) are separate:
 * they differ as soon as the node promises somebody else (protocols.md 2.13-9).
 */
import { Prng, type PrngState } from '../../base/prng.ts';
import { assert } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { Role } from '../../vocabulary/trace.ts';
import type { BootInput, ClientRequest, Token } from '../kernel/core.ts';
import type { EffectList } from '../kernel/effects.ts';
import type { VoterSets } from '../quorum/majority.ts';
import { BALLOT_ZERO, type Ballot, type PaxosEntry } from './ballot.ts';
import { SlotLog, type SavedLog } from './log.ts';
import { isOwnStorage, peersOf, voterSets } from './membership.ts';
import type { PaxosMessage } from './messages.ts';
import { MUTANTS, type MutantName } from './mutants.ts';

export type Phase =
  'acceptor' | 'resigned' | 'pre-preparing' | 'preparing' | 'recovering' | 'leader' | 'outsider';

export interface Options {
  /** Ask a quorum before a ballot is used: a cut-off node then cannot disturb a leader. */
  readonly prePrepare: boolean;
  /** alpha: proposals stand in slots up to chosenPrefix + window only. */
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
}

export const DEFAULT_OPTIONS: Options = {
  prePrepare: true,
  window: 1024,
  maxUncommitted: 8192,
  maxInflight: 16,
  maxEntriesPerMessage: 1024,
  chosenHint: true,
};

/** Slots written in one barrier. `ballot` is set when they are this leader's own proposals. */
export interface Write {
  readonly token: Token;
  readonly from: Position;
  readonly to: Position;
  readonly ballot: Ballot | null;
}

/** A try to become leader, in both of its phases. */
export interface Campaign {
  readonly ballot: Ballot;
  /** Slots below were known chosen when Prepare was first sent. */
  readonly fromSlot: Position;
  votes: Map<NodeId, boolean>;
  /** Where the next chunk of reports of a peer has to start. */
  nextFrom: Map<NodeId, Position>;
  /** Per slot the value reported with the highest ballot. */
  reports: Map<Position, PaxosEntry>;
  maxReported: Position;
  ticksSinceSend: number;
}

/** How far one peer is, as its leader knows. */
export interface Peer {
  seqSent: number;
  seqAnswered: number;
  /** First slot not yet sent to it; moves back when answers stay out. */
  next: Position;
  /** Ticks of the own clock. */
  progressAt: number;
  heardAt: number;
  heartbeatAcked: number;
  chosenPrefix: Position;
  /** Highest commitUpTo sent to it. */
  commitSent: Position;
}

export interface Leadership {
  readonly ballot: Ballot;
  /** Everything up to here was reported in phase 1 and has to be chosen before `ready`. */
  readonly recoverUpTo: Position;
  readonly recovered: Map<Position, PaxosEntry>;
  /** First slot without a proposal of this ballot. */
  nextSlot: Position;
  /** Proposed and not known chosen: mask of the voters that accepted, see membership.ts. */
  outstanding: Map<Position, number>;
  /** Who asked here for the command of a slot. */
  pending: Map<Position, number>;
  /** Taken, but without a slot yet; certainly without effect when leadership ends. */
  queue: ClientRequest[];
  peers: Map<NodeId, Peer>;
  ticksSinceHeartbeat: number;
  heartbeatSeq: number;
  /** Ticks without the prefix moving while something is outstanding. */
  ticksStalled: number;
  readonly startedAt: number;
  /** Service time at `startedAt`. */
  readonly startTime: number;
  /** Stamp of the newest proposal. */
  lastTime: number;
}

/** What the last `role` event said. */
export interface RoleView {
  readonly role: Role;
  readonly phase: Phase;
  readonly ballot: Ballot;
  readonly leader: NodeId | null;
  readonly ready: boolean;
}

export interface PaxosState {
  readonly self: NodeId;
  readonly sets: VoterSets;
  readonly peers: readonly NodeId[];
  readonly timing: Timing;
  readonly options: Options;
  readonly mutants: ReadonlySet<MutantName>;
  readonly prng: Prng;
  /** Ticks since boot. */
  now: number;

  promised: Ballot;
  /** Barrier that makes `promised` durable. */
  promisedToken: Token;
  readonly log: SlotLog;
  writes: Write[];
  durableToken: Token;
  durablePos: Position;
  hintWritten: Position;

  applied: Position;
  /** Highest stamp applied: the clock of the state machine (protocols.md 4.1). Slots of different
   *  leaders need not be in the order of their stamps. */
  serviceTime: number;
  /** commitUpTo of the ballot `promised`. */
  leaderCommit: Position;
  learnAskedAt: number | null;

  phase: Phase;
  leader: NodeId | null;
  leaderHeardAt: number;
  electionElapsed: number;
  electionTimeout: number;
  /** Highest round met in any ballot. */
  roundSeen: number;
  campaign: Campaign | null;
  lead: Leadership | null;
  shown: RoleView | null;
}

/** What the functions of this room work on: the state, and where its effects go. */
export interface Machine {
  readonly state: PaxosState;
  readonly fx: EffectList<PaxosMessage, PaxosEntry>;
  /** Slots learned chosen in this step, for the trace; empty between steps. */
  readonly learned: { from: Position; to: Position }[];
}

/** When a message that stays without an answer is sent again. */
export function resendTicks(state: PaxosState): number {
  return 2 * state.timing.heartbeatTicks;
}

export function initialState(boot: BootInput): PaxosState {
  const options = readOptions(boot.options);
  const mutants = readMutants(boot.mutants);
  const sets = voterSets(boot.members);
  const own = isOwnStorage(boot.members, boot.nodeId, boot.storageId);
  const log = SlotLog.fromDurable(boot.durable.log as readonly PaxosEntry[]);
  const promised = readPromise(boot, log, mutants);
  return {
    self: boot.nodeId,
    sets,
    peers: peersOf(sets, boot.nodeId),
    timing: boot.timing,
    options,
    mutants,
    prng: new Prng(boot.seed),
    now: 0,
    promised,
    promisedToken: 0,
    log,
    writes: [],
    durableToken: 0,
    durablePos: log.last,
    hintWritten: 0,
    applied: log.first - 1,
    serviceTime: 0,
    leaderCommit: 0,
    learnAskedAt: null,
    phase: own ? 'acceptor' : 'outsider',
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

function readOptions(given: { readonly [name: string]: Json }): Options {
  const options: { [name: string]: Json } = { ...DEFAULT_OPTIONS };
  for (const [name, value] of Object.entries(given)) {
    assert(Object.hasOwn(options, name), `paxos has no option ${name}`);
    assert(typeof value === typeof options[name], `option ${name} is ${JSON.stringify(value)}`);
    const sound = typeof value !== 'number' || (Number.isInteger(value) && value >= 1);
    assert(sound, `option ${name} is ${String(value)}`);
    options[name] = value;
  }
  return options as unknown as Options;
}

function readMutants(names: readonly string[]): ReadonlySet<MutantName> {
  const known = new Set<string>(MUTANTS.map((mutant) => mutant.name));
  for (const name of names) assert(known.has(name), `paxos has no mutant ${name}`);
  return new Set(names as readonly MutantName[]);
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

/** Fields of `PaxosState` that are plain JSON already. */
type SavedState = Omit<PaxosState, 'prng' | 'log' | 'mutants' | 'campaign' | 'lead'> & {
  readonly prng: PrngState;
  readonly log: SavedLog;
  readonly mutants: readonly MutantName[];
  readonly campaign: Json;
  readonly lead: Json;
};

/** Maps become lists of pairs; their insertion order, which is all their order, is kept. */
export function saveState(state: PaxosState): Json {
  const { campaign, lead } = state;
  const saved: SavedState = {
    ...state,
    prng: state.prng.save(),
    log: state.log.save(),
    mutants: [...state.mutants],
    campaign: campaign === null ? null : mapsToPairs(campaign, CAMPAIGN_MAPS),
    lead: lead === null ? null : mapsToPairs(lead, LEAD_MAPS),
  };
  return JSON.parse(JSON.stringify(saved)) as Json;
}

export function restoreState(json: Json): PaxosState {
  const saved = JSON.parse(JSON.stringify(json)) as SavedState;
  const { campaign, lead } = saved;
  return {
    ...saved,
    prng: Prng.restore(saved.prng),
    log: new SlotLog(saved.log),
    mutants: new Set(saved.mutants),
    campaign: campaign === null ? null : (pairsToMaps(campaign, CAMPAIGN_MAPS) as Campaign),
    lead: lead === null ? null : (pairsToMaps(lead, LEAD_MAPS) as Leadership),
  };
}

const CAMPAIGN_MAPS = ['votes', 'nextFrom', 'reports'] as const;
const LEAD_MAPS = ['recovered', 'outstanding', 'pending', 'peers'] as const;

function mapsToPairs(record: object, names: readonly string[]): Json {
  const plain: { [name: string]: unknown } = { ...record };
  for (const name of names) plain[name] = [...(plain[name] as Map<unknown, unknown>)];
  return plain as Json;
}

function pairsToMaps(json: Json, names: readonly string[]): unknown {
  const record: { [name: string]: unknown } = { ...(json as object) };
  for (const name of names) record[name] = new Map(record[name] as [unknown, unknown][]);
  return record;
}
