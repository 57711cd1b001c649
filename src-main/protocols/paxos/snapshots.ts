/**
 * Snapshots of this node's own state machine, and dropping the slots they cover (protocols.md
 * 2.11). The image is the host's; the core knows its handle and what belongs to it.
 */
import type { Json } from '../../vocabulary/json.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Input, Token } from '../kernel/core.ts';
import { BALLOT_ZERO } from './ballot.ts';
import type { SnapshotMeta } from './configs.ts';
import type { Machine, Snapshot } from './state.ts';

/** A snapshot is due; not while an image is on its way to a peer, which would lose it. */
export function maybeSnapshot(m: Machine): void {
  const { snapshotEvery } = m.state.options;
  const { applied, snapshot, taking, sendings } = m.state;
  if (snapshotEvery === 0 || applied - (snapshot?.lastPos ?? 0) < snapshotEvery) return;
  if (taking === null && sendings.size === 0) startTaking(m, []);
}

/** Of an operator: now, of everything applied here. */
export function askSnapshot(m: Machine, reqId: number, retain: number | null): void {
  const { state } = m;
  const { taking } = state;
  if (taking !== null) {
    state.taking = { ...taking, asked: [...taking.asked, { reqId, retain }] };
    return;
  }
  if (state.applied > (state.snapshot?.lastPos ?? 0)) {
    startTaking(m, [{ reqId, retain }]);
    return;
  }
  compactBehind(m, retain);
  m.fx.done(reqId, { lastPos: state.applied });
}

function startTaking(
  m: Machine,
  asked: readonly { readonly reqId: number; readonly retain: number | null }[],
): void {
  const { state } = m;
  const { applied: lastPos, incarnation, serviceTime: time } = state;
  const ballot = state.log.at(lastPos)?.ballot ?? BALLOT_ZERO;
  const configs = state.configs.stored();
  const { outgoing } = state;
  const meta: SnapshotMeta = { ballot, time, configs, outgoing, installed: false };
  const handle = `own-${lastPos}-${incarnation}`;
  state.taking = { lastPos, handle, meta, asked };
  m.fx.takeSnapshot(lastPos, handle);
}

export function handleSnapshotReady(
  m: Machine,
  input: Extract<Input, { kind: 'snapshot-ready' }>,
): void {
  const { state } = m;
  const { taking } = state;
  if (taking === null || taking.handle !== input.handle) return;
  state.taking = null;
  const { lastPos, handle, chunks, bytes } = input;
  // A newer one was installed meanwhile.
  if (lastPos > (state.snapshot?.lastPos ?? 0)) {
    useSnapshot(m, { handle, lastPos, chunks, bytes, meta: taking.meta });
    m.fx.trace({ kind: 'snapshot', what: 'taken', pos: lastPos, peer: null });
  }
  const retains = taking.asked.map(({ retain }) => retain);
  compactBehind(m, retains.length === 0 ? null : leastOf(retains, state.options.retainEntries));
  const token = m.fx.lastToken;
  for (const { reqId } of taking.asked) state.snapshotAnswers.push({ token, reqId, lastPos });
  answerSnapshots(m);
}

function leastOf(retains: readonly (number | null)[], usual: number): number {
  return Math.min(...retains.map((retain) => retain ?? usual));
}

/** Makes it the snapshot of this node; what is dropped by it stands behind in the same barrier. */
export function useSnapshot(m: Machine, snapshot: Snapshot): Token {
  const { state } = m;
  state.snapshot = snapshot;
  const meta = snapshot.meta as unknown as Json;
  const token = m.fx.persist({ op: 'snapshot', snapshot: { ...snapshot, meta } });
  if (snapshot.lastPos > state.hintWritten) {
    state.hintWritten = snapshot.lastPos;
    state.hintToken = token;
  }
  return token;
}

/** Drops what the snapshot covers, but for the newest `retain` slots (null: as usual). */
function compactBehind(m: Machine, retain: number | null): void {
  const { snapshot, options } = m.state;
  if (snapshot === null) return;
  compactTo(m, snapshot.lastPos - (retain ?? options.retainEntries));
}

/** The floor is written in the same barrier: no later life takes dropped slots for empty ones. */
export function compactTo(m: Machine, upTo: Position): void {
  const { log } = m.state;
  if (upTo < log.first) return;
  log.compact(upTo + 1);
  m.fx.persist({ op: 'hard', record: { floor: upTo + 1 } }, { op: 'compact', upTo });
  m.fx.trace({ kind: 'compact', upTo });
}

/** Operators hear of it once it is durable. */
export function answerSnapshots(m: Machine): void {
  const { state } = m;
  const waiting = state.snapshotAnswers.filter(({ token }) => token > state.durableToken);
  if (waiting.length === state.snapshotAnswers.length) return;
  for (const { token, reqId, lastPos } of state.snapshotAnswers) {
    if (token <= state.durableToken) m.fx.done(reqId, { lastPos });
  }
  state.snapshotAnswers = waiting;
}
