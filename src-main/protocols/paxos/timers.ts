/** When a node has to be woken next. */
import { mayCampaign } from './roles.ts';
import { resendTicks, type Leadership, type PaxosState } from './state.ts';

/** May be 0 or less: at once. */
export function ticksToNextTimer(state: PaxosState): number {
  const { lead, probe, sendings, now } = state;
  let ticks = lead === null ? electionTicks(state) : leaderTicks(state, lead);
  if (probe !== null) ticks = Math.min(ticks, resendTicks(state) - (now - probe.sentAt));
  for (const { sentAt } of sendings.values()) {
    ticks = Math.min(ticks, resendTicks(state) - (now - sentAt));
  }
  return ticks;
}

function leaderTicks(state: PaxosState, lead: Leadership): number {
  const heartbeat = state.timing.heartbeatTicks - lead.ticksSinceHeartbeat;
  if (lead.outstanding.size === 0) return heartbeat;
  return Math.min(heartbeat, resendTicks(state) - lead.ticksStalled);
}

function electionTicks(state: PaxosState): number {
  const { campaign, timing, electionTimeout, electionElapsed, leader, phase } = state;
  const isIdle = leader === null && !mayCampaign(state);
  if (phase === 'stopped' || isIdle) return timing.electionTicksMax;
  const election = electionTimeout - electionElapsed;
  if (campaign === null) return election;
  return Math.min(election, resendTicks(state) - campaign.ticksSinceSend);
}
