/**
 * State of one node. Everything that survives `save()` is here; the files beside it are functions
 * over `ZabNode`. Maps are keyed by node id and only ever gone through in the order of
 * `peers`.
 */
import type { Member, NodeId, Position } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Arrival } from '../kernel/arrival.ts';
import type { Token } from '../kernel/core.ts';
import type { SnapshotRef } from '../kernel/durable.ts';
import { EffectList } from '../kernel/effects.ts';
import type { VoterSets } from '../quorum/majority.ts';
import type { ConfigAt } from './configs.ts';
import { Durability, type SavedDurability } from './durability.ts';
import { ZabLog, type SavedLog, type ZabEntry } from './log.ts';
import type { AckEpoch, ServerState, Vote, ZabMessage } from './messages.ts';
import type { MutantName } from './mutants.ts';
import type { Settings } from './settings.ts';
import type { Zxid } from './zxid.ts';

export type Phase = 'election' | 'discovery' | 'synchronization' | 'broadcast';

/** What a server outside of the election said about itself. */
export interface OutOfElection {
  readonly state: ServerState;
  readonly round: number;
  readonly vote: Vote;
}

/** A FollowerInfo that came before this node knew whether it leads. */
export interface Knock {
  readonly peer: NodeId;
  readonly acceptedEpoch: number;
  readonly configVersion: Zxid;
  readonly observes: boolean;
}

export interface ElectionState {
  /** The "logical clock"; not durable. */
  round: number;
  /** What this node supports; outside of the election what it tells others. */
  vote: Vote;
  readonly received: Map<NodeId, Vote>;
  readonly outOfElection: Map<NodeId, OutOfElection>;
  readonly knocks: Map<NodeId, Knock>;
  quietTicks: number;
  timeoutTicks: number;
  /** Ticks left to wait for a better vote; null while no quorum agrees with `vote`. */
  finalizeTicks: number | null;
  tally: string;
}

/**
 * How far a learner is with its leader, in this order: FollowerInfo sent; epoch accepted; chunks of
 * a snapshot coming (Snap only); history coming; NewLeader here but the history not yet durable;
 * NewLeader acknowledged; up to date.
 */
export type LearningStage =
  'informing' | 'promised' | 'receiving' | 'syncing' | 'adopting' | 'adopted' | 'following';

export interface LearningState {
  stage: LearningStage;
  /** Epoch of the leader, 0 before LeaderInfo. */
  epoch: number;
  quietTicks: number;
  /** stage `adopting`: the barrier that covers the history. */
  flushToken: Token;
  /** The newest commit heard of before UpToDate. */
  committed: Position;
  /** stage `receiving`: the chunks so far. */
  arrival: Arrival | null;
}

/** An image on its way to a learner, some chunks at a time. */
export interface Sending {
  readonly snapshot: SnapshotRef;
  sent: number;
  acked: number;
}

/** How far the leader is with a learner: connected; AckEpoch here; history going out; NewLeader
 *  acknowledged, so that its acks count; told that it is up to date. */
export type LearnerStage = 'informed' | 'answered' | 'syncing' | 'adopted' | 'up-to-date';

export interface Learner {
  readonly peer: NodeId;
  readonly linkEpoch: number;
  readonly acceptedEpoch: number;
  /** Gets what is committed only, and acknowledges nothing (protocols.md 3.9). */
  observes: boolean;
  stage: LearnerStage;
  /** Its AckEpoch, kept until its synchronisation starts. */
  answer: AckEpoch | null;
  quietTicks: number;
  /** NewLeader is placed in the stream right after this position. */
  targetPos: Position;
  newLeaderSent: boolean;
  sentPos: Position;
  ackedPos: Position;
  /** The newest commit it was told. */
  toldCommit: Position;
  /** Last position of every message with entries under way. */
  readonly inflight: Position[];
  snap: Sending | null;
  /** Its Syncs, and the commit each waits for. */
  readonly syncs: PendingSync[];
}

export interface PendingSync {
  readonly id: number;
  readonly pos: Position;
}

/** The leadership is to go to `to`, once it has everything. */
export interface Transfer {
  readonly to: NodeId;
  readonly reqId: number;
  ticksLeft: number;
}

export interface Waiting {
  readonly pos: Position;
  readonly epoch: number;
  readonly reqId: number;
}

export interface LeadingState {
  /** The epoch proposed, 0 until a quorum has connected. */
  epoch: number;
  phaseTicks: number;
  pingTicks: number;
  /** Barrier of the own acceptedEpoch, and so of the whole history before it. */
  promiseToken: Token;
  /** Barrier of the own currentEpoch. */
  adoptToken: Token;
  /** Voters whose promise for this epoch counts. */
  readonly promised: Set<NodeId>;
  /** End of the initial history of the epoch. */
  initialPos: Position;
  readonly learners: Map<NodeId, Learner>;
  /** Requests of clients asked here, by position; those before `waitingHead` are answered. */
  waiting: Waiting[];
  waitingHead: number;
  /** Service clock: time of the last entry when this node began to lead, and ticks since. */
  clockBaseMs: number;
  clockTicks: number;
  tally: string;
  transfer: Transfer | null;
  /** Whom this leader makes way for: from then on it proposes and commits nothing. */
  designated: NodeId | null;
}

/** A snapshot being made: what will stand beside its image. */
export interface Taking {
  readonly handle: string;
  readonly lastPos: Position;
  readonly meta: Json;
  /** Entries to keep behind it; null: as the options say. */
  readonly retain: number | null;
  readonly reqIds: readonly number[];
}

/** A snapshot of the leader that is installed once this barrier is done. */
export interface Installing {
  readonly token: Token;
  readonly pos: Position;
  readonly peer: NodeId;
}

export interface WaitingRead {
  readonly reqId: number;
  readonly minPos: Position;
  readonly payload: Json;
  /** At a learner: the Sync whose answer it waits for; 0 at a leader. */
  readonly sync: number;
  /** At a leader: what has to be committed first. */
  readonly pos: Position;
}

export interface ZabNode {
  readonly settings: Settings;
  /** Of the configurations in force: with one pending both, and every quorum is one of both. */
  voters: VoterSets;
  /** The other nodes this one has to do with, sorted. */
  peers: readonly NodeId[];
  /** As of the snapshot, then those of the log; the last may be pending (membership.ts). */
  configs: readonly ConfigAt[];
  /** The newest configuration that others said is committed; not durable. */
  heard: ConfigAt | null;
  /** A pending configuration that others hold; whom it names may be voted for, but it makes no
   *  quorum here. */
  rumoured: ConfigAt | null;
  /** The last `members` effect and `config` event, so that none is told twice. */
  toldMembers: readonly Member[];
  toldConfig: string;
  snapshot: SnapshotRef | null;
  taking: Taking | null;
  installing: Installing | null;
  /** Images received in this life, for their names. */
  imagesReceived: number;
  reads: readonly WaitingRead[];
  /** Number of the last Sync sent. */
  lastSync: number;
  /** A configuration without this node has come into force. */
  isRemoved: boolean;
  /** This node made way for another and waits for its epoch. */
  handedOver: Transfer | null;
  readonly log: ZabLog;
  readonly durability: Durability;
  readonly effects: EffectList<ZabMessage, ZabEntry>;
  /** The open sessions. */
  readonly links: Map<NodeId, number>;
  acceptedEpoch: number;
  currentEpoch: number;
  state: ServerState | 'outsider';
  phase: Phase;
  leader: NodeId | null;
  committed: Position;
  readonly election: ElectionState;
  learning: LearningState | null;
  leading: LeadingState | null;
  /** Requests turned away since boot because a server that promised more cannot follow. */
  strandedCount: number;
  /** The last role event, so that none is told twice. */
  toldRole: string;
  /** Storage failed: the node is dead until its next life. */
  stopped: boolean;
}

/** Whether this node is up to date with a leader, or is one that serves. */
export function isServing(node: ZabNode): boolean {
  return node.phase === 'broadcast';
}

export function hasMutant(node: ZabNode, name: MutantName): boolean {
  return node.settings.mutants.includes(name);
}

/** Whether the learner's history is on its way to it, and everything after. */
export function isStreaming(learner: Learner): boolean {
  return learner.stage !== 'informed' && learner.stage !== 'answered';
}

/** Barrier before which nothing that shows this node's state may leave; 0 when all is durable. */
export function gateOf(node: ZabNode): Token {
  const last = node.effects.lastToken;
  return last > node.durability.token ? last : 0;
}

type SavedLeading = Omit<LeadingState, 'learners' | 'promised'> & {
  readonly learners: Learner[];
  readonly promised: NodeId[];
};

type Plain = Omit<
  ZabNode,
  'effects' | 'log' | 'durability' | 'links' | 'election' | 'learning' | 'leading'
>;

export interface SavedNode extends Plain {
  readonly log: SavedLog;
  readonly durability: SavedDurability;
  readonly lastToken: Token;
  readonly links: [NodeId, number][];
  readonly election: Omit<ElectionState, 'received' | 'outOfElection' | 'knocks'> & {
    readonly received: [NodeId, Vote][];
    readonly outOfElection: [NodeId, OutOfElection][];
    readonly knocks: [NodeId, Knock][];
  };
  readonly learning: LearningState | null;
  readonly leading: SavedLeading | null;
}

export function saveNode(node: ZabNode): SavedNode {
  const { effects, log, durability, links, election, learning, leading, ...plain } = node;
  const { handedOver } = plain;
  return {
    ...plain,
    handedOver: handedOver === null ? null : { ...handedOver },
    log: log.save(),
    durability: durability.save(),
    lastToken: effects.lastToken,
    links: [...links],
    election: {
      ...election,
      received: [...election.received],
      outOfElection: [...election.outOfElection],
      knocks: [...election.knocks],
    },
    learning: learning === null ? null : { ...learning },
    leading: leading === null ? null : saveLeading(leading),
  };
}

function saveLeading(leading: LeadingState): SavedLeading {
  const learners = [...leading.learners.values()].map(copyLearner);
  const waiting = leading.waiting.slice(leading.waitingHead);
  const transfer = leading.transfer === null ? null : { ...leading.transfer };
  const promised = [...leading.promised];
  return { ...leading, learners, promised, waiting, waitingHead: 0, transfer };
}

function copyLearner(learner: Learner): Learner {
  const snap = learner.snap === null ? null : { ...learner.snap };
  return { ...learner, inflight: [...learner.inflight], syncs: [...learner.syncs], snap };
}

export function restoreNode(saved: SavedNode): ZabNode {
  const { lastToken, links, election, learning, leading, log, durability, ...plain } = saved;
  const { handedOver } = plain;
  return {
    ...plain,
    handedOver: handedOver === null ? null : { ...handedOver },
    log: new ZabLog(log.entries, log.floor),
    durability: new Durability(durability),
    effects: new EffectList(lastToken),
    links: new Map(links),
    election: {
      ...election,
      received: new Map(election.received),
      outOfElection: new Map(election.outOfElection),
      knocks: new Map(election.knocks),
    },
    learning: learning === null ? null : { ...learning },
    leading: leading === null ? null : restoreLeading(leading),
  };
}

function restoreLeading(saved: SavedLeading): LeadingState {
  const learners = new Map(saved.learners.map((learner) => [learner.peer, copyLearner(learner)]));
  const promised = new Set(saved.promised);
  const transfer = saved.transfer === null ? null : { ...saved.transfer };
  return { ...saved, waiting: [...saved.waiting], learners, promised, transfer };
}
