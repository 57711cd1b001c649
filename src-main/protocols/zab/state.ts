/**
 * State of one node. Everything that survives `save()` is here; the files beside it are functions
 * over `ZabNode`. Maps are keyed by node id and only ever gone through in the order of
 * `settings.peers`.
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { Token } from '../kernel/core.ts';
import { EffectList } from '../kernel/effects.ts';
import type { VoterSets } from '../quorum/majority.ts';
import { Durability, type SavedDurability } from './durability.ts';
import { ZabLog, type SavedLog, type ZabEntry } from './log.ts';
import type { AckEpoch, ServerState, Vote, ZabMessage } from './messages.ts';
import type { MutantName } from './mutants.ts';
import type { Settings } from './settings.ts';

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
 * How far a learner is with its leader, in this order: FollowerInfo sent; epoch accepted; history
 * coming; NewLeader here but the history not yet durable; NewLeader acknowledged; up to date.
 */
export type LearningStage =
  'informing' | 'promised' | 'syncing' | 'adopting' | 'adopted' | 'following';

export interface LearningState {
  stage: LearningStage;
  /** Epoch of the leader, 0 before LeaderInfo. */
  epoch: number;
  quietTicks: number;
  /** stage `adopting`: the barrier that covers the history. */
  flushToken: Token;
  /** The newest commit heard of before UpToDate. */
  committed: Position;
}

/** How far the leader is with a learner: connected; AckEpoch here; history going out; NewLeader
 *  acknowledged, so that its acks count; told that it is up to date. */
export type LearnerStage = 'informed' | 'answered' | 'syncing' | 'adopted' | 'up-to-date';

export interface Learner {
  readonly peer: NodeId;
  readonly linkEpoch: number;
  readonly acceptedEpoch: number;
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
  /** Last position of every Proposal message under way. */
  readonly inflight: Position[];
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
}

export interface ZabNode {
  readonly settings: Settings;
  readonly voters: VoterSets;
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

export interface SavedNode {
  readonly settings: Settings;
  readonly voters: VoterSets;
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
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly state: ZabNode['state'];
  readonly phase: Phase;
  readonly leader: NodeId | null;
  readonly committed: Position;
  readonly strandedCount: number;
  readonly toldRole: string;
  readonly stopped: boolean;
}

export function saveNode(node: ZabNode): SavedNode {
  const { effects, log, durability, links, election, learning, leading, ...plain } = node;
  return {
    ...plain,
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
  return { ...leading, learners, promised: [...leading.promised], waiting, waitingHead: 0 };
}

function copyLearner(learner: Learner): Learner {
  return { ...learner, inflight: [...learner.inflight] };
}

export function restoreNode(saved: SavedNode): ZabNode {
  const { lastToken, links, election, learning, leading, log, durability, ...plain } = saved;
  return {
    ...plain,
    log: new ZabLog(log.entries, log.first, log.floor),
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
  return { ...saved, waiting: [...saved.waiting], learners, promised };
}
