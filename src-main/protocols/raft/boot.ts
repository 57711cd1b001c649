/**
 * The start of a life: what the disk holds becomes one contiguous log, or the node refuses loudly
 * (museum R13). A crash can have come between a snapshot and what was to be dropped for it.
 */
import { assert } from '../../base/assert.ts';
import { Prng } from '../../base/prng.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { BootInput } from '../kernel/core.ts';
import type { PersistOp, SnapshotRef } from '../kernel/durable.ts';
import { EffectList } from '../kernel/effects.ts';
import { announceMembers, syncPeers, traceConfig } from './config-stack.ts';
import { noteBarrier, persistHard } from './durability.ts';
import { LOG_START, RaftLog, type LogBase, type RaftEntry } from './log.ts';
import { bootStack, membershipOf } from './membership.ts';
import { readMutants, readOptions } from './options.ts';
import { becomeBooted } from './roles.ts';
import { baseOf, configOf, isSnapshotMeta, metaOf } from './snapshot-meta.ts';
import type { RaftState } from './state.ts';
import { traceAppends } from './tracing.ts';

/** What of a disk's log counts, and what has to be done so that it says nothing else. */
interface FoundLog {
  readonly base: LogBase;
  readonly entries: readonly RaftEntry[];
  readonly repair: PersistOp<RaftEntry> | null;
}

export function bootState(boot: BootInput): RaftState {
  const found = readLog(boot);
  const s = initialState(boot, found);
  const { snapshot } = boot.durable;
  if (snapshot !== null) s.out.loadSnapshot(snapshot.lastPos, snapshot.handle);
  syncPeers(s);
  announceMembers(s);
  if (found.repair !== null) noteBarrier(s, s.out.persist(found.repair));
  if (s.durable.term < s.currentTerm) persistHard(s);
  becomeBooted(s);
  traceConfig(s);
  traceAppends(s, found.entries);
  s.out.trace({ kind: 'durable', upTo: s.log.lastPos });
  return s;
}

function readLog({ nodeId, durable }: BootInput): FoundLog {
  const log = durable.log as readonly RaftEntry[];
  const first = log[0];
  for (const [i, { pos }] of log.entries()) {
    const wanted = (first?.pos ?? 0) + i;
    assert(pos === wanted, `${nodeId}: the log on disk has ${pos} where ${wanted} should be`);
  }
  if (durable.snapshot !== null) return logAbove(nodeId, durable.snapshot, log);
  assert((first?.pos ?? 1) === 1, `${nodeId}: log from ${first?.pos} without a snapshot`);
  return { base: LOG_START, entries: log, repair: null };
}

/**
 * Entries behind the snapshot count only if the log is known to fit: it begins just behind it, or
 * holds its last entry. Else they are from before it was installed, and go.
 */
function logAbove(nodeId: NodeId, snapshot: SnapshotRef, log: readonly RaftEntry[]): FoundLog {
  const { lastPos, meta } = snapshot;
  const isWhole = isSnapshotMeta(meta, lastPos);
  assert(isWhole, `${nodeId}: unreadable snapshot ${JSON.stringify(snapshot)}`);
  const base = baseOf(lastPos, metaOf(snapshot));
  const first = log[0];
  if (first === undefined) return { base, entries: [], repair: null };
  assert(first.pos <= lastPos + 1, `${nodeId}: log from ${first.pos}, snapshot of ${lastPos}`);
  const fits = first.pos === lastPos + 1 || log[lastPos - first.pos]?.term === base.term;
  if (!fits) return { base, entries: [], repair: { op: 'truncate', from: first.pos } };
  return { base, entries: log.slice(lastPos + 1 - first.pos), repair: null };
}

function initialState(boot: BootInput, { base, entries }: FoundLog): RaftState {
  const { nodeId, storageId, incarnation, timing } = boot;
  const { snapshot } = boot.durable;
  const record = readHard(boot);
  const log = new RaftLog(base, entries);
  // A disk that keeps no order between barriers may keep entries of a term and lose the record of
  // it. A vote of that term was not durable either, so nobody has heard of it.
  const term = Math.max(record.term, log.lastTerm);
  const vote = term === record.term ? record.vote : null;
  const mutants = readMutants(boot.mutants);
  const installed = snapshot === null ? null : configOf(metaOf(snapshot));
  const stack = bootStack(boot, installed, entries);
  const identity = { nodeId, storageId, incarnation, timing, mutants };
  return {
    ...identity,
    options: readOptions(boot.options),
    membership: membershipOf(stack, nodeId, mutants),
    prng: new Prng(boot.seed),
    out: new EffectList(),
    log,
    currentTerm: term,
    votedFor: vote,
    commitPos: base.pos,
    appliedPos: base.pos,
    durable: { token: 0, term: record.term, vote: record.vote, upTo: log.lastPos },
    snapshot,
    ...freshState(),
  };
}

/** What every life begins with, whatever is on the disk. */
function freshState() {
  return {
    role: 'follower',
    word: 'follower',
    leaderId: null,
    clock: 0,
    electionElapsed: 0,
    electionTimeout: 0,
    contactAt: 0,
    barriers: [],
    hardToken: 0,
    votes: new Map<NodeId, boolean>(),
    peers: [],
    heartbeatElapsed: 0,
    termStartPos: 0,
    leadSince: 0,
    leadTimeBase: 0,
    pending: [],
    uncommitted: [],
    uncommittedBytes: 0,
    taking: null,
    arrival: null,
    arrivals: 0,
    changeReqId: null,
    transfer: null,
    leaseBlocked: false,
    round: 0,
    reads: [],
    asked: [],
    asks: 0,
    roleTraced: '',
    membersTold: '',
    lastAppend: null,
  } satisfies Partial<RaftState>;
}

function readHard(boot: BootInput): { term: number; vote: NodeId | null } {
  const term = boot.durable.hard['term'] ?? 0;
  const vote = boot.durable.hard['vote'] ?? null;
  const valid = Number.isSafeInteger(term) && (vote === null || typeof vote === 'string');
  assert(valid, `${boot.nodeId}: unreadable record ${JSON.stringify(boot.durable.hard)}`);
  return { term: term as number, vote: vote as NodeId | null };
}
