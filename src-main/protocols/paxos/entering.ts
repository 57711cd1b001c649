/**
 * Phase 1 with members that a leader's first one did not reach: before it proposes anything in a
 * configuration, a phase 1 quorum of it has to promise its ballot (protocols.md 2.9). Members
 * shared with the configurations before have done so already.
 */
import { isPhase1 } from './configs.ts';
import { emptyCampaign, sendPrepares } from './preparing.ts';
import { resendTicks, type Campaign, type Leadership, type Machine } from './state.ts';

/** Begins with the first configuration that has not promised, ends what is not needed any more. */
export function maybeEnter(m: Machine, lead: Leadership): void {
  const { list } = m.state.configs;
  if (list.length === 1 && lead.entering === null && list[0]?.pos === 0) return;
  const config = list.find((one) => !isPhase1(one, lead.promised));
  if (config === undefined) {
    lead.entering = null;
    return;
  }
  if (lead.entering !== null && lead.entering.fromSlot >= config.from) return;
  const campaign = emptyCampaign(lead.ballot, config.from, null);
  campaign.votes = new Map(lead.promised);
  lead.entering = campaign;
  sendPrepares(m, campaign, config.ids);
}

export function tickEntering(m: Machine, campaign: Campaign, elapsed: number): void {
  campaign.ticksSinceSend += elapsed;
  if (campaign.ticksSinceSend < resendTicks(m.state)) return;
  sendPrepares(m, campaign, m.state.configs.at(campaign.fromSlot).ids);
}

/** One more promised: what it reported has to be recovered like everything else (2.5-6). */
export function takeEntryPromise(m: Machine, lead: Leadership, campaign: Campaign): void {
  lead.promised = campaign.votes;
  for (const [pos, entry] of campaign.reports) {
    if (pos >= lead.nextSlot) lead.recovered.set(pos, entry);
  }
  if (campaign.maxReported >= lead.nextSlot) {
    lead.recoverUpTo = Math.max(lead.recoverUpTo, campaign.maxReported);
  }
  maybeEnter(m, lead);
}
