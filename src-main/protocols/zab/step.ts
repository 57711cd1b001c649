/**
 * The ZAB core: takes one input, lets the file of its phase change the state, and hands back the
 * effects. What a peer sends passes three gates here: a shape of ours, a session that is still
 * open, and a sender whose part the handler's role expects.
 */
import { assert, assertUnreachable, ensure } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { BootInput, Core, CoreDescription, Effect, Input, Token } from '../kernel/core.ts';
import { handleAdmin } from './admin.ts';
import { bootNode } from './boot.ts';
import { handleClient } from './client.ts';
import { describeNode } from './describe.ts';
import {
  handleAckEpoch,
  handleLeaderInfo,
  handleLearnerInfo,
  leadOrFollow,
  maybeFinishDiscovery,
} from './discovery.ts';
import { handleNotification, maybeDecide, sendNotification } from './election.ts';
import type { ZabEntry } from './log.ts';
import { refreshPeers } from './membership.ts';
import { narrowMessage } from './message-guards.ts';
import type { Notification, ZabMessage } from './messages.ts';
import { forgetLink, ignore, send } from './outbox.ts';
import { handleReads, handleSync, handleSynced } from './reads.ts';
import {
  handleAck,
  handleCommit,
  handleInform,
  handlePong,
  handleProposal,
  maybeCommit,
} from './replication.ts';
import { becomeLooking, becomeOutsider } from './roles.ts';
import { handleSnap, handleSnapAck, handleSnapRequest, restartSnaps } from './snap.ts';
import { handleSnapshotReady } from './snapshots.ts';
import {
  restoreNode,
  saveNode,
  type Learner,
  type LeadingState,
  type LearningState,
  type SavedNode,
  type ZabNode,
} from './state.ts';
import {
  handleHistoryStart,
  handleNewLeader,
  handleNewLeaderAck,
  handleUpToDate,
  maybeAdopt,
  maybeEstablish,
} from './synchronization.ts';
import { ensureFollowers, handleTick, sleepTicks } from './timers.ts';
import { handleHandOver } from './transfer.ts';
import { ZXID_ZERO } from './zxid.ts';

type ZabInput = Input<ZabMessage>;
type LearnerMessage = Extract<
  ZabMessage,
  { type: 'AckEpoch' | 'SnapAck' | 'SnapRequest' | 'NewLeaderAck' | 'Ack' | 'Sync' | 'Pong' }
>;
type LeaderMessage = Exclude<
  ZabMessage,
  LearnerMessage | { type: 'Notification' | 'FollowerInfo' | 'ObserverInfo' }
>;

export class ZabCore implements Core<ZabMessage, ZabEntry> {
  #node: ZabNode | null = null;

  static restore(saved: Json): ZabCore {
    const core = new ZabCore();
    if (saved !== null) core.#node = restoreNode(saved as unknown as SavedNode);
    return core;
  }

  step(input: ZabInput): Effect<ZabMessage, ZabEntry>[] {
    if (input.kind === 'boot') return this.#boot(input);
    const node = this.#booted();
    if (!node.stopped) {
      handleInput(node, input);
      if (node.state === 'looking') maybeElect(node);
    } else if (input.kind === 'admin') {
      node.effects.refuse(input.reqId, 'stopping', 'no storage');
    } else if (input.kind === 'client' || input.kind === 'read') {
      for (const { reqId } of input.requests) node.effects.refuse(reqId, 'stopping', 'no storage');
    }
    return node.effects.take();
  }

  sleepTicks(): number {
    return sleepTicks(this.#booted());
  }

  save(): Json {
    return this.#node === null ? null : (saveNode(this.#node) as unknown as Json);
  }

  describe(): CoreDescription {
    return describeNode(this.#booted());
  }

  #boot(boot: BootInput): Effect<ZabMessage, ZabEntry>[] {
    assert(this.#node === null, `${boot.nodeId} boots twice in one life`);
    this.#node = bootNode(boot);
    if (this.#node.state === 'looking') maybeElect(this.#node);
    return this.#node.effects.take();
  }

  #booted(): ZabNode {
    return ensure(this.#node, 'input before boot');
  }
}

function handleInput(node: ZabNode, input: Exclude<ZabInput, BootInput>): void {
  switch (input.kind) {
    case 'tick':
      return handleTick(node, input.elapsed);
    case 'recv':
      return handleRecv(node, input.from, input.linkEpoch, input.msg);
    case 'link-up':
      return handleLinkUp(node, input.peer, input.linkEpoch);
    case 'link-down':
      return handleLinkDown(node, input.peer, input.linkEpoch);
    case 'persisted':
      return handlePersisted(node, input.token);
    case 'persist-failed':
      return handlePersistFailed(node, input.error);
    case 'client':
      return handleClient(node, input.requests);
    case 'read':
      return handleReads(node, input.requests);
    case 'admin':
      return handleAdmin(node, input.reqId, input.op);
    case 'snapshot-ready':
      handleSnapshotReady(node, input);
      return restartSnaps(node);
    case 'snapshot-loaded':
      return undefined;
    default:
      return assertUnreachable(input, 'input');
  }
}

/** A winning vote becomes a role; a single voter wins at once. */
function maybeElect(node: ZabNode): void {
  const vote = maybeDecide(node);
  if (vote !== null) leadOrFollow(node, vote);
}

function handleLinkUp(node: ZabNode, peer: NodeId, linkEpoch: number): void {
  const open = node.links.get(peer);
  if (open !== undefined) handleLinkDown(node, peer, open);
  node.links.set(peer, linkEpoch);
  refreshPeers(node);
  if (node.state === 'looking') sendNotification(node, peer);
}

function handleLinkDown(node: ZabNode, peer: NodeId, linkEpoch: number): void {
  // A session that was closed from here, or replaced, is down already.
  if (node.links.get(peer) !== linkEpoch) return;
  forgetLink(node, peer);
  if (node.learning !== null && node.leader === peer) {
    becomeLooking(node, `the session with ${peer} is gone`);
  } else {
    ensureFollowers(node);
  }
}

function handlePersisted(node: ZabNode, token: Token): void {
  const { durability, effects } = node;
  assert(token <= effects.lastToken, `barrier ${token} of ${effects.lastToken}`);
  if (durability.complete(token)) effects.trace({ kind: 'durable', upTo: durability.pos });
  traceInstalled(node, token);
  if (node.leading !== null) {
    maybeFinishDiscovery(node);
    maybeEstablish(node);
    maybeCommit(node);
  } else {
    maybeAdopt(node);
  }
}

function traceInstalled(node: ZabNode, durable: Token): void {
  const { installing } = node;
  if (installing === null || installing.token > durable) return;
  const { pos, peer } = installing;
  node.installing = null;
  node.effects.trace({ kind: 'snapshot', what: 'installed', pos, peer });
}

/** Never retried: after a failed sync nobody knows what is on the disk (protocols.md 0.4). */
function handlePersistFailed(node: ZabNode, error: string): void {
  becomeOutsider(node, `storage failed: ${error}`);
  node.stopped = true;
}

function handleRecv(node: ZabNode, from: NodeId, linkEpoch: number, received: unknown): void {
  const msg = narrowMessage(received);
  if (msg === null) return ignore(node, from, typeOf(received), 'malformed');
  if (node.links.get(from) !== linkEpoch) {
    return ignore(node, from, msg.type, `session ${linkEpoch} is not open`);
  }
  handleMessage(node, from, msg);
}

function typeOf(received: unknown): string {
  const type = (received as { readonly type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' ? type : typeof received;
}

function handleMessage(node: ZabNode, from: NodeId, msg: ZabMessage): void {
  switch (msg.type) {
    case 'Notification':
      return handleVote(node, from, msg);
    case 'FollowerInfo':
    case 'ObserverInfo':
      return handleLearnerInfo(node, from, msg);
    case 'AckEpoch':
    case 'SnapAck':
    case 'SnapRequest':
    case 'NewLeaderAck':
    case 'Ack':
    case 'Sync':
    case 'Pong':
      return handleLearnerMessage(node, from, msg);
    default:
      return handleLeaderMessage(node, from, msg);
  }
}

function handleVote(node: ZabNode, from: NodeId, msg: Notification): void {
  const { election, learning } = node;
  if (learning !== null && from === node.leader && msg.state === 'looking') {
    const isLater = msg.round > election.round;
    const isOther = msg.round === election.round && msg.vote.leader !== from;
    if (isLater || isOther) becomeLooking(node, `${from} is looking for a leader itself`);
    else sendNotification(node, from);
    return;
  }
  const vote = handleNotification(node, from, msg);
  if (vote !== null) leadOrFollow(node, vote);
}

function handleLearnerMessage(node: ZabNode, from: NodeId, msg: LearnerMessage): void {
  const { leading } = node;
  const learner = leading?.learners.get(from);
  if (leading === null || learner === undefined) {
    return ignore(node, from, msg.type, `${from} is no learner of this node`);
  }
  learner.quietTicks = 0;
  dispatchToLeader(node, leading, learner, msg);
}

function dispatchToLeader(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: LearnerMessage,
): void {
  switch (msg.type) {
    case 'AckEpoch':
      return handleAckEpoch(node, leading, learner, msg);
    case 'NewLeaderAck':
      return handleNewLeaderAck(node, leading, learner, msg);
    case 'Ack':
      return handleAck(node, leading, learner, msg);
    case 'SnapAck':
      return handleSnapAck(node, leading, learner, msg);
    case 'SnapRequest':
      return handleSnapRequest(node, leading, learner, msg);
    case 'Sync':
      return handleSync(node, leading, learner, msg);
    case 'Pong':
      return handlePong(node, leading, learner, msg);
    default:
      return assertUnreachable(msg, 'message of a learner');
  }
}

function handleLeaderMessage(node: ZabNode, from: NodeId, msg: LeaderMessage): void {
  const { learning } = node;
  if (learning === null || node.leader !== from) {
    return ignore(node, from, msg.type, `${from} does not lead this node`);
  }
  learning.quietTicks = 0;
  dispatchToLearner(node, learning, from, msg);
}

function dispatchToLearner(
  node: ZabNode,
  learning: LearningState,
  from: NodeId,
  msg: LeaderMessage,
): void {
  switch (msg.type) {
    case 'LeaderInfo':
      return handleLeaderInfo(node, learning, msg);
    case 'Diff':
    case 'Trunc':
      return handleHistoryStart(node, learning, msg);
    case 'Snap':
      return handleSnap(node, learning, msg);
    case 'Proposal':
      return handleProposal(node, learning, msg);
    case 'NewLeader':
      return handleNewLeader(node, learning, msg);
    case 'UpToDate':
      return handleUpToDate(node, learning, msg);
    case 'Commit':
    case 'CommitAndActivate':
      return handleCommit(node, learning, msg);
    case 'Inform':
    case 'InformAndActivate':
      return handleInform(node, learning, msg);
    case 'HandOver':
      return handleHandOver(node, learning, msg);
    case 'Synced':
      return handleSynced(node, learning, msg);
    case 'Ping':
      return sendPong(node, from, msg.epoch);
    default:
      return assertUnreachable(msg, 'message of a leader');
  }
}

function sendPong(node: ZabNode, to: NodeId, epoch: number): void {
  const { log, durability } = node;
  // Behind a snapshot that is just being written nothing is durable.
  const isKnown = durability.pos >= log.floor.pos;
  send(node, to, { type: 'Pong', epoch, zxid: isKnown ? log.zxidAt(durability.pos) : ZXID_ZERO });
}
