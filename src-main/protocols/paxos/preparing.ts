/** Phase 1a: asking for promises, and for the rest of long reports (protocols.md 2.5). */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { Ballot } from './ballot.ts';
import type { Prepare } from './messages.ts';
import type { Campaign, Machine } from './state.ts';
import { sendPromised } from './storing.ts';

/** Nobody has answered yet. */
export function emptyCampaign(
  ballot: Ballot,
  fromSlot: Position,
  handover: Ballot | null,
): Campaign {
  return {
    ballot,
    fromSlot,
    handover,
    votes: new Map(),
    nextFrom: new Map(),
    reports: new Map(),
    counts: new Map(),
    maxReported: 0,
    ticksSinceSend: 0,
  };
}

/**
 * Asks each of these: one that refused may no longer hear a leader, and one that has promised hears
 * that the candidate is alive. While another's long reports come in piece by piece it would else
 * campaign itself, and two such candidates could take turns for ever.
 */
export function sendPrepares(m: Machine, campaign: Campaign, ids: Iterable<NodeId>): void {
  campaign.ticksSinceSend = 0;
  for (const id of ids) if (id !== m.state.self) sendPrepare(m, campaign, id);
}

export function sendPrepare(m: Machine, campaign: Campaign, peer: NodeId): void {
  const { ballot, handover, votes, maxReported } = campaign;
  const hasAll = votes.get(peer) === true;
  const fromSlot = hasAll ? maxReported + 1 : expectedFrom(campaign, peer);
  const prepare: Prepare = { type: 'Prepare', ballot, fromSlot, handover };
  // Mutant: the ballot could be used again after a crash (protocols.md 1.16-8, 2.13-1).
  if (m.state.mutants.has('prepare-before-sync')) m.fx.send(peer, prepare);
  else sendPromised(m, peer, prepare);
}

/** Where the next reports of this peer have to start. */
export function expectedFrom(campaign: Campaign, peer: NodeId): Position {
  return campaign.nextFrom.get(peer) ?? campaign.fromSlot;
}
