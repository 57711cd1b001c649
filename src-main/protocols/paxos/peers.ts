/** What a leader keeps of each node it talks to, and who these are. */
import type { Position } from '../../vocabulary/ids.ts';
import type { Leadership, Machine, PaxosState, Peer } from './state.ts';

export function freshPeer(next: Position, now: number): Peer {
  return {
    seqSent: 0,
    seqAnswered: 0,
    next,
    progressAt: now,
    heardAt: now,
    heartbeatAcked: 0,
    chosenPrefix: 0,
    kept: 0,
    commitSent: 0,
    roundTarget: next - 1,
    roundAt: now,
    caughtUp: false,
  };
}

/** Everybody a leader sends to: all members of the configurations that matter. */
export function freshPeers(state: PaxosState): Leadership['peers'] {
  const peers: Leadership['peers'] = new Map();
  for (const { nodeId } of state.membersShown ?? []) {
    if (nodeId !== state.self) {
      peers.set(nodeId, freshPeer(state.log.chosenPrefix + 1, state.now));
    }
  }
  return peers;
}

/** Takes in who joined and lets go who left; everybody else stays as far as he is. */
export function updatePeers(m: Machine, lead: Leadership): void {
  const { state } = m;
  const wanted = freshPeers(state);
  const before = lead.peers;
  lead.peers = new Map([...wanted].map(([id, fresh]) => [id, before.get(id) ?? fresh]));
}

/** Notes how far a peer is, and ends its round of catching up when it got there. */
export function notePeer(m: Machine, peer: Peer, chosenPrefix: Position): void {
  const { now, log, timing } = m.state;
  peer.heardAt = now;
  if (chosenPrefix > peer.chosenPrefix) peer.chosenPrefix = chosenPrefix;
  if (peer.chosenPrefix < peer.roundTarget) return;
  peer.caughtUp = now - peer.roundAt <= timing.electionTicksMin;
  peer.roundTarget = log.chosenPrefix;
  peer.roundAt = now;
}
