/**
 * The whole state of one Raft node (protocols.md 1.1), and how it is saved and restored as plain
 * JSON. The functions of the other files work on it; nothing else holds state.
 */
import { assert } from '../../base/assert.ts';
import { Prng, type PrngState } from '../../base/prng.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { Role } from '../../vocabulary/trace.ts';
import type { BootInput, Token } from '../kernel/core.ts';
import { EffectList } from '../kernel/effects.ts';
import { LOG_START, RaftLog, type LogBase, type RaftEntry } from './log.ts';
import { bootMembership, peersOf, type Membership } from './membership.ts';
import type { AppendEntries, RaftMessage } from './messages.ts';
import { MUTANTS, type MutantName } from './mutants.ts';

export interface RaftOptions {
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** AppendEntries on the way to one peer. */
  readonly maxInflight: number;
  readonly maxEntriesPerMessage: number;
  /** Entries a leader holds uncommitted before it answers `busy`. */
  readonly maxUncommitted: number;
}

export const DEFAULT_OPTIONS: RaftOptions = {
  preVote: true,
  checkQuorum: true,
  maxInflight: 16,
  maxEntriesPerMessage: 1024,
  maxUncommitted: 8192,
};

/** Raft's own word for a role. */
export type Word = 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'outsider';

/** What the leader knows of one peer. */
export interface Peer {
  readonly id: NodeId;
  /** `probe`: one message at a time until a common position is found. */
  progress: 'probe' | 'replicate';
  match: Position;
  next: Position;
  /** Last positions of the messages on the way, ascending; `replicate` only. */
  inflight: Position[];
  /** `probe`: the one message is on the way. */
  paused: boolean;
  /** `clock` of the last answer in this term. */
  ackedAt: number;
  /** Highest commit position this peer was told of. */
  commitSent: Position;
}

/** What is on disk once `token` is: the record, and the log up to a position. */
export interface Barrier {
  readonly token: Token;
  readonly term: number;
  readonly vote: NodeId | null;
  upTo: Position;
}

export interface Pending {
  readonly pos: Position;
  readonly term: number;
  readonly reqId: number;
}

export interface RaftState {
  readonly nodeId: NodeId;
  readonly timing: Timing;
  readonly options: RaftOptions;
  readonly mutants: ReadonlySet<MutantName>;
  readonly membership: Membership;
  readonly prng: Prng;
  readonly out: EffectList<RaftMessage, RaftEntry>;
  readonly log: RaftLog;

  currentTerm: number;
  votedFor: NodeId | null;
  role: Role;
  word: Word;
  leaderId: NodeId | null;
  commitPos: Position;
  appliedPos: Position;

  /** Ticks of this life. */
  clock: number;
  electionElapsed: number;
  electionTimeout: number;

  /** What is on disk now, and what will be when each barrier completes, oldest first. */
  durable: Barrier;
  barriers: Barrier[];
  /** Token of the last change of (term, vote). */
  hardToken: Token;

  votes: Map<NodeId, boolean>;

  readonly peers: readonly Peer[];
  heartbeatElapsed: number;
  termStartPos: Position;
  leadSince: number;
  leadTimeBase: number;
  pending: Pending[];

  /** The `role` event sent last, to send none twice. */
  roleTraced: string;
  /** The last AppendEntries made, shared between peers that need the same; not part of a save. */
  lastAppend: AppendEntries | null;
}

/** State of a node at the start of a life, from its disk. */
export function initialState(boot: BootInput): RaftState {
  const record = readHard(boot);
  const membership = bootMembership(boot.members);
  const log = new RaftLog(LOG_START, boot.durable.log as readonly RaftEntry[]);
  // A disk that keeps no order between barriers may keep entries of a term and lose the record of
  // it. A vote of that term was not durable either, so nobody has heard of it.
  const term = Math.max(record.term, log.lastTerm);
  const vote = term === record.term ? record.vote : null;
  return {
    nodeId: boot.nodeId,
    timing: boot.timing,
    options: readOptions(boot.options),
    mutants: readMutants(boot.mutants),
    membership,
    prng: new Prng(boot.seed),
    out: new EffectList(),
    log,
    currentTerm: term,
    votedFor: vote,
    role: 'follower',
    word: 'follower',
    leaderId: null,
    commitPos: log.base.pos,
    appliedPos: log.base.pos,
    clock: 0,
    electionElapsed: 0,
    electionTimeout: 0,
    durable: { token: 0, term: record.term, vote: record.vote, upTo: log.lastPos },
    barriers: [],
    hardToken: 0,
    votes: new Map(),
    peers: peersOf(membership, boot.nodeId).map(newPeer),
    heartbeatElapsed: 0,
    termStartPos: 0,
    leadSince: 0,
    leadTimeBase: 0,
    pending: [],
    roleTraced: '',
    lastAppend: null,
  };
}

function newPeer(id: NodeId): Peer {
  return {
    id,
    progress: 'probe',
    match: 0,
    next: 1,
    inflight: [],
    paused: false,
    ackedAt: 0,
    commitSent: 0,
  };
}

function readHard(boot: BootInput): { term: number; vote: NodeId | null } {
  const term = boot.durable.hard['term'] ?? 0;
  const vote = boot.durable.hard['vote'] ?? null;
  const valid = Number.isSafeInteger(term) && (vote === null || typeof vote === 'string');
  assert(valid, `${boot.nodeId}: unreadable record ${JSON.stringify(boot.durable.hard)}`);
  return { term: term as number, vote: vote as NodeId | null };
}

function readOptions(given: BootInput['options']): RaftOptions {
  const options: Record<string, Json> = { ...DEFAULT_OPTIONS };
  for (const name of Object.keys(given)) {
    const value = given[name];
    assert(name in options, `unknown option ${name}`);
    assert(typeof value === typeof options[name], `option ${name}: ${JSON.stringify(value)}`);
    assert(typeof value !== 'number' || value >= 1, `option ${name}: ${String(value)} < 1`);
    options[name] = value as Json;
  }
  return options as unknown as RaftOptions;
}

function readMutants(names: readonly string[]): ReadonlySet<MutantName> {
  const known: ReadonlySet<string> = new Set(MUTANTS.map((mutant) => mutant.name));
  for (const name of names) assert(known.has(name), `unknown mutant ${name}`);
  return new Set(names as readonly MutantName[]);
}

/** Fields whose values are plain JSON already. */
type PlainPart = Omit<
  RaftState,
  'mutants' | 'prng' | 'out' | 'log' | 'votes' | 'lastAppend' | 'peers' | 'barriers' | 'pending'
>;

interface SavedState {
  readonly plain: PlainPart;
  readonly mutants: readonly MutantName[];
  readonly prng: PrngState;
  readonly lastToken: Token;
  readonly base: LogBase;
  readonly entries: readonly RaftEntry[];
  readonly votes: readonly (readonly [NodeId, boolean])[];
  readonly peers: readonly Peer[];
  readonly barriers: readonly Barrier[];
  readonly pending: readonly Pending[];
}

/** The whole state between two steps; shares nothing that a later step changes. */
export function saveState(s: RaftState): Json {
  const { mutants, prng, out, log, votes, lastAppend: _, peers, barriers, pending, ...plain } = s;
  const saved: SavedState = {
    plain: { ...plain, durable: { ...plain.durable } },
    mutants: [...mutants],
    prng: prng.save(),
    lastToken: out.lastToken,
    base: log.base,
    entries: log.range(log.base.pos + 1, log.lastPos),
    votes: [...votes],
    peers: peers.map((peer) => ({ ...peer, inflight: [...peer.inflight] })),
    barriers: barriers.map((barrier) => ({ ...barrier })),
    pending: [...pending],
  };
  return saved as unknown as Json;
}

/** The inverse of `saveState`; keeps nothing of `json` that it changes later. */
export function restoreState(json: Json): RaftState {
  const saved = json as unknown as SavedState;
  return {
    ...saved.plain,
    durable: { ...saved.plain.durable },
    mutants: new Set(saved.mutants),
    prng: Prng.restore(saved.prng),
    out: new EffectList(saved.lastToken),
    log: new RaftLog(saved.base, saved.entries),
    votes: new Map(saved.votes),
    peers: saved.peers.map((peer) => ({ ...peer, inflight: [...peer.inflight] })),
    barriers: saved.barriers.map((barrier) => ({ ...barrier })),
    pending: [...saved.pending],
    lastAppend: null,
  };
}
