/** The inspector's view of a Raft node, what changes most often first. */
import type { Json } from '../../vocabulary/json.ts';
import type { CoreDescription } from '../kernel/core.ts';
import { idsOf } from '../kernel/config.ts';
import type { Peer } from './peers.ts';
import { snapshotPos } from './snapshots.ts';
import type { RaftState } from './state.ts';
import { eraOf, isReady } from './tracing.ts';

export function describe(s: RaftState): CoreDescription {
  return {
    role: s.role,
    word: s.word,
    era: eraOf(s.currentTerm),
    leader: s.leaderId,
    ready: isReady(s),
    lastPos: s.log.lastPos,
    durablePos: s.durable.upTo,
    committed: s.commitPos,
    applied: s.appliedPos,
    voters: idsOf(s.membership.active.config.voters),
    learners: idsOf(s.membership.active.config.learners),
    snapshotPos: snapshotPos(s),
    own: ownFields(s),
  };
}

function ownFields(s: RaftState): CoreDescription['own'] {
  const fields: { name: string; value: Json }[] = [
    { name: 'commitIndex', value: s.commitPos },
    { name: 'lastLogIndex', value: s.log.lastPos },
    { name: 'lastLogTerm', value: s.log.lastTerm },
    ...(s.role === 'leader' ? leaderFields(s) : electionFields(s)),
    { name: 'currentTerm', value: s.currentTerm },
    { name: 'votedFor', value: s.votedFor },
    { name: 'leaderId', value: s.leaderId },
    { name: 'firstLogIndex', value: s.log.base.pos + 1 },
    { name: 'configIndex', value: s.membership.active.pos },
    ...jointFields(s),
    { name: 'mutants', value: [...s.mutants] },
  ];
  return fields;
}

function jointFields(s: RaftState): { name: string; value: Json }[] {
  const { votersOld } = s.membership.active.config;
  return votersOld === null ? [] : [{ name: 'votersOld', value: idsOf(votersOld) }];
}

function leaderFields(s: RaftState): { name: string; value: Json }[] {
  return [
    { name: 'pendingRequests', value: s.pending.length },
    { name: 'waitingReads', value: s.reads.length },
    { name: 'transferTarget', value: s.transfer?.to ?? null },
    ...s.peers.map((peer) => ({ name: `peer ${peer.id}`, value: peerFields(s, peer) })),
    { name: 'heartbeatElapsed', value: s.heartbeatElapsed },
    { name: 'termStartIndex', value: s.termStartPos },
  ];
}

function peerFields(s: RaftState, peer: Peer): Json {
  const { progress, sending } = peer;
  if (progress === 'snapshot') {
    const chunk = sending === null ? null : `${sending.acked} of ${sending.chunks}`;
    return {
      state: progress,
      matchIndex: peer.match,
      chunk,
      ticksSinceAck: s.clock - peer.ackedAt,
    };
  }
  return {
    state: progress,
    matchIndex: peer.match,
    nextIndex: peer.next,
    inflight: peer.progress === 'probe' ? Number(peer.paused) : peer.inflight.length,
    ticksSinceAck: s.clock - peer.ackedAt,
  };
}

function electionFields(s: RaftState): { name: string; value: Json }[] {
  const timer = [
    { name: 'electionElapsed', value: s.electionElapsed },
    { name: 'electionTimeout', value: s.electionTimeout },
  ];
  if (s.role !== 'candidate') return timer;
  const votes = s.membership.sets.voters.map((id) => ({ id, granted: s.votes.get(id) ?? null }));
  return [{ name: 'votes', value: votes }, ...timer];
}
