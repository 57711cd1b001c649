/**
 * The only place where roles change. protocols.md 3.2: state (looking, following, leading) and
 * phase (election, discovery, synchronization, broadcast) change together here.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { Role } from '../../vocabulary/trace.ts';
import { startRound } from './election.ts';
import { isNamed, isVoting, refreshMembers } from './membership.ts';
import { closeLink } from './outbox.ts';
import type { LeadingState, Transfer, ZabNode } from './state.ts';

/** The epoch whose history this node has adopted. */
export function eraOf(node: ZabNode): Era {
  return { number: node.currentEpoch, owner: null };
}

export function roleOf(node: ZabNode): { role: Role; word: string; ready: boolean } {
  if (node.state === 'outsider') return { role: 'outsider', word: 'outsider', ready: false };
  if (node.state === 'leading') {
    if (node.phase !== 'broadcast') return { role: 'leader', word: node.phase, ready: false };
    const ready = node.leading?.designated === null;
    return { role: 'leader', word: ready ? 'leading' : 'making-way', ready };
  }
  const word = wordOf(node);
  // It follows and stores all the same, but nobody has made it a member yet (protocols.md 0.5).
  if (!isNamed(node)) return { role: 'outsider', word, ready: false };
  if (node.state === 'looking') return { role: 'looking', word, ready: false };
  return { role: node.phase === 'broadcast' ? 'follower' : 'syncing', word, ready: false };
}

function wordOf(node: ZabNode): string {
  if (node.state === 'looking') return isNamed(node) ? 'looking' : 'outsider';
  if (node.phase !== 'broadcast') return node.phase;
  return isVoting(node) ? 'following' : 'observing';
}

/** Tells role, era, leader and readiness, when one of them is not what was told last. */
export function traceRole(node: ZabNode, why: string): void {
  const { role, word, ready } = roleOf(node);
  const told = `${role} ${word} ${node.currentEpoch} ${node.leader ?? '-'} ${ready}`;
  if (told === node.toldRole) return;
  node.toldRole = told;
  const { leader } = node;
  node.effects.trace({ kind: 'role', role, word, era: eraOf(node), leader, ready, why });
}

/**
 * Back to the election, from any state; whoever depended on this node is told.
 * @param hint whom to support first: the leader before designated it.
 */
export function becomeLooking(node: ZabNode, why: string, hint: NodeId | null = null): void {
  assert(node.state !== 'outsider', 'an outsider takes no part in elections');
  leave(node, why);
  node.state = 'looking';
  traceRole(node, why);
  startRound(node, hint);
}

function leave(node: ZabNode, why: string): void {
  const { leading } = node;
  if (leading !== null) leaveLeading(node, leading, why);
  if (node.state === 'following' && node.leader !== null) closeLink(node, node.leader, why);
  for (const { reqId } of node.reads) node.effects.refuse(reqId, 'leadership-lost', why);
  node.reads = [];
  node.phase = 'election';
  node.leader = null;
  node.learning = null;
}

function leaveLeading(node: ZabNode, leading: LeadingState, why: string): void {
  for (let i = leading.waitingHead; i < leading.waiting.length; i += 1) {
    const waiting = leading.waiting[i];
    if (waiting !== undefined) node.effects.refuse(waiting.reqId, 'leadership-lost', why);
  }
  if (leading.transfer !== null) abortTransfer(node, leading.transfer, why);
  for (const peer of node.peers) if (leading.learners.has(peer)) closeLink(node, peer, why);
  node.leading = null;
  refreshMembers(node);
}

/** The leadership did not go where it was to. */
export function abortTransfer(node: ZabNode, { to, reqId }: Transfer, why: string): void {
  node.effects.trace({ kind: 'transfer', what: 'abort', to });
  node.effects.refuse(reqId, 'busy', `the transfer to ${to} failed: ${why}`);
}

/** The election named this node. */
export function becomeLeader(node: ZabNode, why: string): void {
  assert(node.state === 'looking', `from looking to leading, not from ${node.state}`);
  node.state = 'leading';
  node.phase = 'discovery';
  node.leader = node.settings.nodeId;
  node.leading = {
    epoch: 0,
    phaseTicks: 0,
    pingTicks: 0,
    promiseToken: 0,
    adoptToken: 0,
    promised: new Set(),
    initialPos: node.log.lastPos,
    learners: new Map(),
    waiting: [],
    waitingHead: 0,
    clockBaseMs: node.log.lastTime,
    clockTicks: 0,
    tally: '',
    transfer: null,
    designated: null,
  };
  traceRole(node, why);
}

/** The election named somebody else. */
export function becomeLearner(node: ZabNode, leader: NodeId, why: string): void {
  assert(node.state === 'looking', `from looking to following, not from ${node.state}`);
  assert(leader !== node.settings.nodeId, `${leader} follows itself`);
  node.state = 'following';
  node.phase = 'discovery';
  node.leader = leader;
  node.learning = {
    stage: 'informing',
    epoch: 0,
    quietTicks: 0,
    flushToken: 0,
    committed: 0,
    arrival: null,
  };
  traceRole(node, why);
}

/** Discovery is over: history is being adopted (a leader: by a quorum). */
export function becomeSynchronizing(node: ZabNode, why: string): void {
  assert(node.phase === 'discovery', `from discovery to synchronization, not from ${node.phase}`);
  node.phase = 'synchronization';
  if (node.leading !== null) node.leading.phaseTicks = 0;
  traceRole(node, why);
}

/** Synchronisation is over: this node serves, or follows one that does. */
export function becomeBroadcasting(node: ZabNode, why: string): void {
  const { phase, leader, currentEpoch } = node;
  assert(phase === 'synchronization', `from synchronization to broadcast, not from ${phase}`);
  node.phase = 'broadcast';
  // After establishing, all members report the same vote, whatever history each was elected with.
  const zxid = { epoch: currentEpoch, counter: 0 };
  node.election.vote = { leader: leader ?? '', zxid, epoch: currentEpoch };
  settleHandOver(node);
  dropRumour(node);
  traceRole(node, why);
}

/** What this ensemble does not hold is lost, and what it holds is known by now. */
function dropRumour(node: ZabNode): void {
  if (node.rumoured === null) return;
  node.rumoured = null;
  refreshMembers(node);
}

/** This node had made way for another, and now somebody leads. */
function settleHandOver(node: ZabNode): void {
  const { handedOver, leader } = node;
  if (handedOver === null) return;
  node.handedOver = null;
  if (leader === handedOver.to) node.effects.done(handedOver.reqId, { to: handedOver.to });
  else abortTransfer(node, handedOver, `${leader ?? 'nobody'} leads`);
}

/** For good: the storage failed. */
export function becomeOutsider(node: ZabNode, why: string): void {
  leave(node, why);
  node.state = 'outsider';
  traceRole(node, why);
}
