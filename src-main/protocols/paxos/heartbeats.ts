/** Heartbeats of a leader: that it leads, how far, and whom it still hears (protocols.md 2.3). */
import type { NodeId } from '../../vocabulary/ids.ts';
import { isPhase2Mask } from './configs.ts';
import type { Leadership, Machine, Peer } from './state.ts';
import { sendPromised } from './storing.ts';

export function sendHeartbeats(m: Machine, lead: Leadership): void {
  const { now, timing } = m.state;
  lead.ticksSinceHeartbeat = 0;
  lead.heartbeatSeq += 1;
  lead.rounds.push({ seq: lead.heartbeatSeq, at: now });
  while ((lead.rounds[0]?.at ?? now) < now - timing.electionTicksMin) lead.rounds.shift();
  for (const [id, peer] of lead.peers) sendHeartbeat(m, lead, id, peer);
}

export function sendHeartbeat(m: Machine, lead: Leadership, id: NodeId, peer: Peer): void {
  const { ballot, heartbeatSeq: seq, settled } = lead;
  const commitUpTo = m.state.log.chosenPrefix;
  peer.commitSent = commitUpTo;
  sendPromised(m, id, { type: 'Heartbeat', ballot, seq, commitUpTo, settled });
}

/** Whether a phase 2 quorum of the current configuration, this node included, passes `test`. */
export function isQuorumThat(
  m: Machine,
  lead: Leadership,
  test: (peer: Peer) => boolean,
  config = m.state.configs.current,
): boolean {
  const { configs, self } = m.state;
  let mask = configs.bit(self);
  for (const [id, peer] of lead.peers) if (test(peer)) mask |= configs.bit(id);
  return isPhase2Mask(config, mask);
}
