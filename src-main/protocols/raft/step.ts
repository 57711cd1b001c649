/**
 * The Raft core: dispatch of inputs, and the term rules that stand before every message
 * (protocols.md 1.3, 1.4). What each input means stands in election.ts, replication.ts (leader),
 * follower.ts and client.ts.
 */
import { assert, assertUnreachable, ensure } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { BootInput, Core, CoreDescription, Effect, Input } from '../kernel/core.ts';
import { handleAdmin, maybeLeaveJoint, maybeRetire } from './admin.ts';
import { bootState } from './boot.ts';
import { handleClient } from './client.ts';
import { maybeDismiss } from './config-stack.ts';
import { describe } from './describe.ts';
import { completeBarriers, hardGate } from './durability.ts';
import {
  adoptTermOfRequest,
  campaign,
  handlePreVote,
  handlePreVoteResp,
  handleRequestVote,
  handleRequestVoteResp,
  handleTimeoutNow,
  hasActiveQuorum,
  isAskedVoter,
  isSticky,
  maybeCountOwnVote,
  quorumAckedAt,
} from './election.ts';
import { handleAppendEntries, handleCommitNotice, handleHeartbeat } from './follower.ts';
import type { RaftEntry } from './log.ts';
import { isRaftMessage, type RaftMessage } from './messages.ts';
import {
  handleRead,
  handleReadIndex,
  handleReadIndexResp,
  maybeGiveUpAsked,
  maybeServeReads,
  maybeStartRound,
} from './reads.ts';
import {
  broadcastHeartbeats,
  handleAppendEntriesOk,
  handleAppendEntriesReject,
  handleHeartbeatResp,
  handleInstallSnapshotResp,
  handlePeerDown,
  handlePeerUp,
  maybeCommitAndNotify,
} from './replication.ts';
import { becomeFollower, becomeStopped } from './roles.ts';
import { restoreState, saveState } from './saving.ts';
import { handleInstallSnapshot } from './snapshot-receiving.ts';
import { handleSnapshotReady, maybeTakeSnapshot } from './snapshots.ts';
import type { RaftState } from './state.ts';
import { traceIgnored } from './tracing.ts';
import { maybeAbortTransfer, maybeSendTimeoutNow } from './transfer.ts';

export class RaftCore implements Core<RaftMessage, RaftEntry> {
  #state: RaftState | null = null;

  static restore(saved: Json): RaftCore {
    const core = new RaftCore();
    if (saved !== null) core.#state = restoreState(saved);
    return core;
  }

  step(input: Input<RaftMessage>): Effect<RaftMessage, RaftEntry>[] {
    if (input.kind === 'boot') {
      assert(this.#state === null, `${input.nodeId}: booted twice`);
      this.#state = bootState(input);
    } else {
      handleInput(this.#booted(), input);
      followUp(this.#booted());
    }
    return this.#booted().out.take();
  }

  sleepTicks(): number {
    return Math.max(1, ticksToNextTimer(this.#booted()));
  }

  save(): Json {
    return this.#state === null ? null : saveState(this.#state);
  }

  describe(): CoreDescription {
    return describe(this.#booted());
  }

  #booted(): RaftState {
    return ensure(this.#state, 'no boot yet');
  }
}

function handleInput(s: RaftState, input: Exclude<Input<RaftMessage>, BootInput>): void {
  switch (input.kind) {
    case 'tick':
      return handleTick(s, input.elapsed);
    case 'recv':
      return handleRecv(s, input.from, input.msg);
    case 'link-up':
      return handlePeerUp(s, input.peer);
    case 'link-down':
      return handlePeerDown(s, input.peer);
    case 'persisted':
      return handlePersisted(s, input.token);
    case 'persist-failed':
      // After a failed sync nothing that was written can be trusted (protocols.md 0.4).
      return becomeStopped(s, `storage failed: ${input.error}`);
    case 'client':
      return handleClient(s, input.requests);
    case 'read':
      return handleRead(s, input.requests);
    case 'admin':
      return handleAdmin(s, input.reqId, input.op);
    case 'snapshot-ready':
      return handleSnapshotReady(s, input);
    case 'snapshot-loaded':
      return;
    default:
      assertUnreachable(input, 'raft input');
  }
}

/** What this input made possible, whatever it was. */
function followUp(s: RaftState): void {
  if (s.role === 'leader') {
    maybeLeaveJoint(s);
    maybeStartRound(s);
    maybeServeReads(s);
    maybeSendTimeoutNow(s);
    maybeRetire(s);
  }
  if (s.word !== 'stopped') maybeTakeSnapshot(s);
}

/** At most one action per timer, however much time passed (protocols.md 6.2). */
function handleTick(s: RaftState, elapsed: number): void {
  assert(Number.isInteger(elapsed) && elapsed >= 1, `${s.nodeId}: tick of ${elapsed}`);
  s.clock += elapsed;
  if (s.word === 'stopped') return;
  maybeAbortTransfer(s);
  if (s.role === 'leader') return handleLeaderTick(s, elapsed);
  maybeGiveUpAsked(s);
  s.electionElapsed += elapsed;
  if (s.electionElapsed >= s.electionTimeout) campaign(s);
}

/**
 * A leader that no quorum answers gives up, and with it all its traffic: else it could keep one
 * well connected follower from electing another (1.11, museum R38).
 */
function handleLeaderTick(s: RaftState, elapsed: number): void {
  if (s.options.checkQuorum && !hasActiveQuorum(s)) {
    return becomeFollower(s, s.currentTerm, null, 'no quorum answered for an election timeout');
  }
  maybeDismiss(s);
  s.heartbeatElapsed += elapsed;
  if (s.heartbeatElapsed >= s.timing.heartbeatTicks) broadcastHeartbeats(s);
}

function ticksToNextTimer(s: RaftState): number {
  const ticks = s.timing.electionTicksMin;
  const deadlines = [s.transfer?.deadline, s.asked[0] && s.asked[0].at + ticks];
  const toDeadline = Math.min(...deadlines.map((at) => (at ?? Infinity) - s.clock));
  return Math.min(toDeadline, s.role === 'leader' ? toLeaderTimer(s) : toElectionTimer(s));
}

function toElectionTimer(s: RaftState): number {
  if (s.word === 'stopped') return s.timing.electionTicksMax;
  return s.electionTimeout - s.electionElapsed;
}

function toLeaderTimer(s: RaftState): number {
  const toHeartbeat = s.timing.heartbeatTicks - s.heartbeatElapsed;
  if (!s.options.checkQuorum) return toHeartbeat;
  return Math.min(toHeartbeat, quorumAckedAt(s) + s.timing.electionTicksMin - s.clock);
}

function handlePersisted(s: RaftState, token: number): void {
  completeBarriers(s, token);
  maybeCountOwnVote(s);
  if (s.role === 'leader') maybeCommitAndNotify(s);
}

function handleRecv(s: RaftState, from: NodeId, msg: unknown): void {
  if (s.word === 'stopped') return traceIgnored(s, from, msg, 'the disk of this node failed');
  if (!isRaftMessage(msg)) return traceIgnored(s, from, msg, 'malformed');
  const isVoteRequest = msg.type === 'PreVote' || msg.type === 'RequestVote';
  if (isVoteRequest && !isAskedVoter(s, msg)) {
    return traceIgnored(s, from, msg, `the vote of disk ${msg.disk} is wanted`);
  }
  if (msg.term > s.currentTerm && !maybeAdoptTerm(s, from, msg)) return handleSticky(s, from, msg);
  handleMessage(s, from, msg);
}

/** Term rule 1 of 1.3. @returns false if this voter is sticky and the request must be denied. */
function maybeAdoptTerm(s: RaftState, from: NodeId, msg: RaftMessage): boolean {
  switch (msg.type) {
    case 'PreVote':
    case 'ReadIndex':
    case 'ReadIndexResp':
      // Probes, which carry no promise: a term they mention deposes nobody.
      return true;
    case 'PreVoteResp':
      // The term of a grant is hypothetical.
      if (!msg.granted) becomeFollower(s, msg.term, null, 'heard of a higher term');
      return true;
    case 'RequestVote':
      if (!msg.transfer && isSticky(s)) return false;
      adoptTermOfRequest(s, from, msg);
      return true;
    case 'RequestVoteResp':
    case 'AppendEntriesResp':
    case 'HeartbeatResp':
    case 'InstallSnapshotResp':
    case 'TimeoutNow':
      becomeFollower(s, msg.term, null, 'heard of a higher term');
      return true;
    case 'AppendEntries':
    case 'Heartbeat':
    case 'CommitNotice':
    case 'InstallSnapshot':
      becomeFollower(s, msg.term, from, 'heard the leader of a higher term');
      return true;
  }
}

/** Denied without touching term or timers: the leader is alive (1.5, museum R33). */
function handleSticky(s: RaftState, from: NodeId, msg: RaftMessage): void {
  assert(msg.type === 'RequestVote', `${msg.type} cannot be denied as sticky`);
  handleRequestVote(s, from, msg);
}

function handleMessage(s: RaftState, from: NodeId, msg: RaftMessage): void {
  switch (msg.type) {
    case 'PreVote':
      return handlePreVote(s, from, msg);
    case 'PreVoteResp':
      return handlePreVoteResp(s, from, msg);
    case 'RequestVote':
      return handleRequestVote(s, from, msg);
    case 'RequestVoteResp':
      return handleRequestVoteResp(s, from, msg);
    case 'AppendEntries':
    case 'Heartbeat':
    case 'CommitNotice':
    case 'InstallSnapshot':
      return handleFromLeader(s, from, msg);
    case 'AppendEntriesResp':
    case 'HeartbeatResp':
    case 'InstallSnapshotResp':
      return handleAnswer(s, from, msg);
    case 'TimeoutNow':
      return handleTimeoutNow(s, from, msg);
    case 'ReadIndex':
      return handleReadIndex(s, from, msg);
    case 'ReadIndexResp':
      return handleReadIndexResp(s, from, msg);
  }
}

type FromLeader = Extract<
  RaftMessage,
  { type: 'AppendEntries' | 'Heartbeat' | 'CommitNotice' | 'InstallSnapshot' }
>;
type Answer = Extract<
  RaftMessage,
  { type: 'AppendEntriesResp' | 'HeartbeatResp' | 'InstallSnapshotResp' }
>;

function handleFromLeader(s: RaftState, from: NodeId, msg: FromLeader): void {
  if (msg.term < s.currentTerm) return handleOldLeader(s, from, msg);
  if (msg.type === 'AppendEntries') handleAppendEntries(s, from, msg);
  else if (msg.type === 'Heartbeat') handleHeartbeat(s, from, msg);
  else if (msg.type === 'InstallSnapshot') handleInstallSnapshot(s, from, msg);
  else handleCommitNotice(s, from, msg);
}

/** Term rule 2: the answer carries our term, which is what unseats a leader of an older one. */
function handleOldLeader(s: RaftState, from: NodeId, msg: FromLeader): void {
  traceIgnored(s, from, msg, `term ${msg.term} < ${s.currentTerm}`);
  const { currentTerm: term } = s;
  if (msg.type === 'CommitNotice') return;
  if (msg.type === 'Heartbeat') {
    const { round, sentAt } = msg;
    return s.out.send(from, { type: 'HeartbeatResp', term, round, sentAt }, hardGate(s));
  }
  const rejectedPrev = msg.type === 'AppendEntries' ? msg.prevPos : msg.lastPos;
  const refusal = { ok: false, rejectedPrev, hintPos: 0, hintTerm: 0 } as const;
  s.out.send(from, { type: 'AppendEntriesResp', term, ...refusal }, hardGate(s));
}

function handleAnswer(s: RaftState, from: NodeId, msg: Answer): void {
  const peer = s.peers.find((p) => p.id === from);
  if (s.role !== 'leader' || msg.term < s.currentTerm || peer === undefined) {
    return traceIgnored(s, from, msg, `answer of term ${msg.term} to no leader of it`);
  }
  if (msg.type === 'HeartbeatResp') handleHeartbeatResp(s, peer, msg);
  else if (msg.type === 'InstallSnapshotResp') handleInstallSnapshotResp(s, peer, msg);
  else if (msg.ok) handleAppendEntriesOk(s, peer, msg);
  else handleAppendEntriesReject(s, peer, msg);
}
