/** The inspector's view of a Multi-Paxos node: what changes most often stands first. */
import type { Json } from '../../vocabulary/json.ts';
import { compareIds } from '../../vocabulary/ids.ts';
import { idsOf } from '../kernel/config.ts';
import type { CoreDescription } from '../kernel/core.ts';
import { ballotLabel, eraOf } from './ballot.ts';
import { roleOf } from './roles.ts';
import type { PaxosState } from './state.ts';

export function describeState(state: PaxosState): CoreDescription {
  const { log, phase, promised } = state;
  return {
    role: roleOf(phase),
    word: phase,
    era: eraOf(promised),
    leader: state.leader,
    ready: phase === 'leader',
    lastPos: log.last,
    durablePos: state.durablePos,
    committed: log.chosenPrefix,
    applied: state.applied,
    voters: state.configs.current.ids,
    learners: idsOf(state.configs.newest.learners),
    snapshotPos: state.snapshot?.lastPos ?? 0,
    own: [...leaderFields(state), ...campaignFields(state), ...acceptorFields(state)],
  };
}

type Field = CoreDescription['own'][number];

function leaderFields(state: PaxosState): Field[] {
  const { lead } = state;
  if (lead === null) return [];
  const peers: Json = [...lead.peers].map(([id, peer]) => ({
    peer: id,
    next: peer.next,
    unanswered: peer.seqSent - peer.seqAnswered,
    chosenPrefix: peer.chosenPrefix,
    silentTicks: state.now - peer.heardAt,
  }));
  return [
    { name: 'nextSlot', value: lead.nextSlot },
    { name: 'outstanding', value: lead.outstanding.size },
    { name: 'queued', value: lead.queue.length },
    { name: 'peers', value: peers },
    { name: 'ballot', value: ballotLabel(lead.ballot) },
    { name: 'recoverUpTo', value: lead.recoverUpTo },
  ];
}

function campaignFields(state: PaxosState): Field[] {
  const { campaign } = state;
  if (campaign === null) return [];
  const granted = [...campaign.votes].filter(([, ok]) => ok).map(([voter]) => voter);
  return [
    {
      name: state.phase === 'preparing' ? 'promises' : 'prePromises',
      value: granted.sort(compareIds),
    },
    { name: 'reported', value: campaign.reports.size },
    { name: 'ballot', value: ballotLabel(campaign.ballot) },
    { name: 'fromSlot', value: campaign.fromSlot },
  ];
}

function acceptorFields(state: PaxosState): Field[] {
  return [
    { name: 'chosenPrefix', value: state.log.chosenPrefix },
    { name: 'lastAccepted', value: state.log.last },
    { name: 'commitUpTo', value: state.leaderCommit },
    { name: 'promised', value: ballotLabel(state.promised) },
    { name: 'electionElapsed', value: state.electionElapsed },
    { name: 'electionTimeout', value: state.electionTimeout },
    { name: 'unsyncedWrites', value: state.writes.length },
    { name: 'floor', value: state.log.first },
    { name: 'roundSeen', value: state.roundSeen },
    ...configFields(state),
  ];
}

/** Configurations by slot, and whether those before the current one may be stopped. */
function configFields({ configs, outgoing }: PaxosState): Field[] {
  const known: Json = configs.list.map(({ pos, from, version, ids }) => {
    return { slot: pos, from, version, voters: ids };
  });
  return [
    { name: 'configurations', value: known },
    { name: 'retireSafe', value: outgoing === null },
  ];
}
