/** Sending over sessions, closing them, and the trace of what is dropped. */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Token } from '../kernel/core.ts';
import { refreshMembers } from './membership.ts';
import type { ZabMessage } from './messages.ts';
import type { ZabNode } from './state.ts';

/** Sends when a session is up; what is sent without one would be lost anyway. */
export function send(node: ZabNode, to: NodeId, msg: ZabMessage, after: Token = 0): void {
  if (node.links.has(to)) node.effects.send(to, msg, after);
}

/**
 * Ends the session with a peer. It counts as down from now on: nothing more is sent or taken over
 * it, and the host's own `link-down` for it finds nothing to do. The linkEpoch keeps this from
 * killing a session that was opened since.
 */
export function closeLink(node: ZabNode, peer: NodeId, why: string): void {
  const linkEpoch = node.links.get(peer);
  if (linkEpoch === undefined) return;
  node.effects.closeLink(peer, linkEpoch, why);
  forgetLink(node, peer);
}

/** What a peer said over a session that is gone counts no more. */
export function forgetLink(node: ZabNode, peer: NodeId): void {
  node.links.delete(peer);
  node.election.received.delete(peer);
  node.election.outOfElection.delete(peer);
  node.election.knocks.delete(peer);
  node.leading?.learners.delete(peer);
  node.leading?.promised.delete(peer);
  refreshMembers(node);
}

export function ignore(node: ZabNode, from: NodeId, type: string, why: string): void {
  node.effects.trace({ kind: 'ignored', from, type, why });
}
