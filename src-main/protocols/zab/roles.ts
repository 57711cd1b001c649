/**
 * The only place where roles change. protocols.md 3.2: state (looking, following, leading) and
 * phase (election, discovery, synchronization, broadcast) change together here.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { Role } from '../../vocabulary/trace.ts';
import { startRound } from './election.ts';
import { closeLink } from './outbox.ts';
import type { ZabNode } from './state.ts';

/** The epoch whose history this node has adopted. */
export function eraOf(node: ZabNode): Era {
  return { number: node.currentEpoch, owner: null };
}

export function roleOf(node: ZabNode): { role: Role; word: string; ready: boolean } {
  if (node.state === 'outsider') return { role: 'outsider', word: 'outsider', ready: false };
  if (node.state === 'looking') return { role: 'looking', word: 'looking', ready: false };
  if (node.state === 'leading') {
    const ready = node.phase === 'broadcast';
    return { role: 'leader', word: ready ? 'leading' : node.phase, ready };
  }
  const following = node.phase === 'broadcast';
  if (following) return { role: 'follower', word: 'following', ready: false };
  return { role: 'syncing', word: node.phase, ready: false };
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

/** Back to the election, from any state; whoever depended on this node is told. */
export function becomeLooking(node: ZabNode, why: string): void {
  assert(node.state !== 'outsider', 'an outsider takes no part in elections');
  if (node.leading !== null) leaveLeading(node, why);
  if (node.state === 'following' && node.leader !== null) closeLink(node, node.leader, why);
  node.state = 'looking';
  node.phase = 'election';
  node.leader = null;
  node.learning = null;
  traceRole(node, why);
  startRound(node);
}

function leaveLeading(node: ZabNode, why: string): void {
  const { leading } = node;
  assert(leading !== null, `${node.settings.nodeId} does not lead`);
  for (let i = leading.waitingHead; i < leading.waiting.length; i += 1) {
    const waiting = leading.waiting[i];
    if (waiting !== undefined) node.effects.refuse(waiting.reqId, 'leadership-lost', why);
  }
  for (const peer of node.settings.peers)
    if (leading.learners.has(peer)) closeLink(node, peer, why);
  node.leading = null;
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
  node.learning = { stage: 'informing', epoch: 0, quietTicks: 0, flushToken: 0, committed: 0 };
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
  traceRole(node, why);
}

export function becomeOutsider(node: ZabNode, why: string): void {
  if (node.leading !== null) leaveLeading(node, why);
  node.state = 'outsider';
  node.phase = 'election';
  node.leader = null;
  node.learning = null;
  traceRole(node, why);
}
