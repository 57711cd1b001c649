/** What a leader does after every step, in the order in which one thing makes the next possible. */
import type { NodeId } from '../../vocabulary/ids.ts';
import { maybeEndChange } from './admin.ts';
import { maybeSettle } from './membership.ts';
import { ownLimit } from './proposing.ts';
import { maybeReadRound } from './reads.ts';
import { assertLeading, continueLeading } from './replication.ts';
import { becomeResigned } from './roles.ts';
import type { Leadership, Machine } from './state.ts';
import { continueTransfer, sendHandover } from './transfer.ts';

export function continueDuties(m: Machine, lead: Leadership): void {
  continueLeading(m, lead);
  assertLeading(m, lead);
  maybeEndChange(m, lead);
  maybeSettle(m, lead);
  maybeReadRound(m, lead);
  continueTransfer(m, lead);
  maybeLeave(m, lead);
}

/**
 * No configuration from here on has this node: whoever is best prepared takes over (2.9). Not
 * before a quorum of it knows that it is in charge: nobody else may be left to teach it.
 */
function maybeLeave(m: Machine, lead: Leadership): void {
  const { log, configs } = m.state;
  if (log.chosenPrefix < ownLimit(m) || lead.settled < configs.current.pos) return;
  const heir = bestPrepared(m, lead);
  if (heir !== null) sendHandover(m, lead, heir);
  becomeResigned(m, 'the configuration has no place for this node', heir);
}

function bestPrepared(m: Machine, lead: Leadership): NodeId | null {
  let best: NodeId | null = null;
  let most = -1;
  for (const id of m.state.configs.newest.ids) {
    const prefix = lead.peers.get(id)?.chosenPrefix ?? -1;
    if (prefix > most) {
      best = id;
      most = prefix;
    }
  }
  return best;
}
