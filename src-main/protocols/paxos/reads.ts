/**
 * Reads that are no log entries (protocols.md 2.10): at the leader after a round of heartbeats, or
 * under its lease; at any node from a read quorum; or from whatever this node has.
 */
import type { Position } from '../../vocabulary/ids.ts';
import type { ReadRequest } from '../kernel/core.ts';
import { isQuorumThat, sendHeartbeats } from './heartbeats.ts';
import { askQuorum } from './quorum-reads.ts';
import type { Leadership, Machine, Peer, WaitingRead } from './state.ts';

/** Reads that wait at one node; more are refused as busy. */
const READS_MAX = 8_192;

/** Drift of two clocks against each other that a lease allows for, in hundredths. */
const DRIFT_PERCENT = 5;

export function takeReads(m: Machine, requests: readonly ReadRequest[]): void {
  const { state, fx } = m;
  for (const { reqId, level, minPos, payload } of requests) {
    const read: WaitingRead = { reqId, minPos, payload };
    if (level === 'local') fx.read(reqId, minPos, payload);
    else if (level === 'quorum') takeQuorumRead(m, read);
    else if (level !== 'index' && level !== 'lease') {
      fx.refuse(reqId, 'bad-request', `paxos has no ${level} reads`);
    } else if (level === 'lease' && !state.options.leaseReads) {
      fx.refuse(reqId, 'bad-request', 'the option leaseReads is off');
    } else takeLeaderRead(m, read, level);
  }
}

function takeQuorumRead(m: Machine, read: WaitingRead): void {
  const { reads, probe } = m.state;
  if (reads.length + (probe?.reads.length ?? 0) >= READS_MAX) refuseBusy(m, read);
  else askQuorum(m, read);
}

function refuseBusy(m: Machine, { reqId }: WaitingRead): void {
  m.fx.refuse(reqId, 'busy', `${READS_MAX} reads wait here`);
}

function takeLeaderRead(m: Machine, read: WaitingRead, level: 'index' | 'lease'): void {
  const { state, fx } = m;
  const { lead, leader, log } = state;
  if (lead === null) {
    if (leader === null) fx.refuse(read.reqId, 'no-leader', 'no leader is known');
    else fx.refuse(read.reqId, 'not-leader', `${leader} leads`, leader);
  } else if (level === 'lease' && isRecovered(m) && hasLease(m, lead)) {
    answer(m, read, log.chosenPrefix);
  } else if (lead.reads.length + (lead.readRound?.reads.length ?? 0) >= READS_MAX) {
    refuseBusy(m, read);
  } else lead.reads.push(read);
}

function answer(m: Machine, { reqId, minPos, payload }: WaitingRead, pos: Position): void {
  m.fx.read(reqId, Math.max(pos, minPos), payload);
}

/** What was chosen before this ballot is known only when all of it is recovered (2.5-7). */
function isRecovered(m: Machine): boolean {
  // Mutant: reads miss what the leader before had acknowledged (museum R40).
  return m.state.phase === 'leader' || m.state.mutants.has('read-before-recovered');
}

/**
 * One round for all reads that wait: each heartbeat sent after they were asked and answered by a
 * quorum says that nobody led a higher ballot when they were asked.
 */
export function maybeReadRound(m: Machine, lead: Leadership): void {
  if (lead.reads.length === 0 || lead.readRound !== null || !isRecovered(m)) return;
  const { reads } = lead;
  lead.reads = [];
  sendHeartbeats(m, lead);
  lead.readRound = { seq: lead.heartbeatSeq, pos: m.state.log.chosenPrefix, reads };
  maybeConfirmReads(m, lead);
}

export function maybeConfirmReads(m: Machine, lead: Leadership): void {
  const { readRound } = lead;
  if (readRound === null) return;
  if (!isQuorumThat(m, lead, (peer) => peer.heartbeatAcked >= readRound.seq)) return;
  lead.readRound = null;
  for (const read of readRound.reads) answer(m, read, readRound.pos);
  maybeReadRound(m, lead);
}

/**
 * The newest round a quorum answered was sent less than L ticks ago: until then no acceptor of that
 * quorum promises anybody else (protocols.md 1.12). Grants of a phase 2 quorum meet every phase 1
 * quorum; those of each configuration that matters are needed.
 */
export function hasLease(m: Machine, lead: Leadership): boolean {
  const { now, timing, mutants, configs } = m.state;
  // Mutant: trusted until it resigns, which counts from the arrival of answers (museum P18).
  if (mutants.has('lease-too-long')) return true;
  if (lead.leaseBlocked) return false;
  const window = timing.electionTicksMin - 1;
  const length = Math.floor((window * (100 - DRIFT_PERCENT)) / (100 + DRIFT_PERCENT));
  const oldest = lead.rounds.find(({ at }) => now - at < length)?.seq;
  if (oldest === undefined) return false;
  const granted = (peer: Peer): boolean => peer.heartbeatAcked >= oldest;
  return configs.list.every((config) => isQuorumThat(m, lead, granted, config));
}
