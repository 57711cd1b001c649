/**
 * Linearizable reads at any node (protocols.md 2.10): ask a read quorum up to which slot each has
 * accepted anything, and answer once everything up to there is applied. Not known-chosen slots
 * decide: an accepted value may be chosen, and acknowledged to a client, without anybody here
 * knowing. A read quorum is a phase 1 quorum, for it has to meet every phase 2 quorum.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { ReadFill, ReadProbe, ReadProbeResp } from './messages.ts';
import { votesIn } from './roles.ts';
import { resendTicks, type Machine, type Probe, type WaitingRead } from './state.ts';

export function askQuorum(m: Machine, read: WaitingRead): void {
  m.state.reads.push(read);
}

/** After every step: begins the next round, or ends the one whose slots are applied. */
export function settleProbe(m: Machine): void {
  const { state } = m;
  const { probe, reads } = state;
  if (probe === null) {
    if (reads.length === 0) return;
    state.reads = [];
    startProbe(m, reads, state.now);
    return;
  }
  if (probe.target === null || state.applied < probe.target) return;
  state.probe = null;
  const { target } = probe;
  // Writes may have been completed under a configuration that this quorum does not know of.
  if (state.configs.current.from !== probe.configFrom) {
    startProbe(m, probe.reads, probe.startedAt);
    return;
  }
  for (const { reqId, minPos, payload } of probe.reads) {
    m.fx.read(reqId, Math.max(target, minPos), payload);
  }
  settleProbe(m);
}

function startProbe(m: Machine, reads: readonly WaitingRead[], startedAt: number): void {
  const { state } = m;
  state.probes += 1;
  const probe: Probe = {
    id: `${state.incarnation}.${state.probes}`,
    configFrom: state.configs.current.from,
    reads,
    answers: new Map(),
    target: null,
    startedAt,
    sentAt: state.now,
  };
  state.probe = probe;
  if (votesIn(state, state.configs.current)) probe.answers.set(state.self, state.log.last);
  sendProbes(m, probe);
  maybeTarget(m, probe);
}

function sendProbes(m: Machine, probe: Probe): void {
  const { configs, self, now } = m.state;
  probe.sentAt = now;
  for (const id of configs.current.ids) {
    if (id === self || probe.answers.has(id)) continue;
    m.fx.send(id, { type: 'ReadProbe', readId: probe.id });
  }
}

/** Reveals no promise, so nothing has to be durable. */
export function handleReadProbe(m: Machine, from: NodeId, msg: ReadProbe): void {
  const { log, configs } = m.state;
  m.fx.send(from, {
    type: 'ReadProbeResp',
    readId: msg.readId,
    maxAcceptedSlot: log.last,
    chosenPrefix: log.chosenPrefix,
    newestConfigSlot: configs.newest.pos,
  });
}

export function handleReadProbeResp(m: Machine, from: NodeId, msg: ReadProbeResp): void {
  const { probe, mutants } = m.state;
  if (probe === null || probe.id !== msg.readId) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'answers no running read' });
    return;
  }
  // Mutant: misses what is chosen but not yet known to be (2.10).
  const chosenOnly = mutants.has('quorum-read-chosen-only');
  probe.answers.set(from, chosenOnly ? msg.chosenPrefix : msg.maxAcceptedSlot);
  maybeTarget(m, probe);
}

function maybeTarget(m: Machine, probe: Probe): void {
  const { configs, log, self, mutants } = m.state;
  if (probe.target !== null) return;
  let answered = 0;
  let highest = 0;
  for (const id of configs.current.ids) {
    const slot = probe.answers.get(id);
    if (slot === undefined) continue;
    answered += 1;
    const isOwn = id === self && mutants.has('quorum-read-chosen-only');
    highest = Math.max(highest, isOwn ? log.chosenPrefix : slot);
  }
  if (answered < configs.current.phase1) return;
  // The configuration may be newer than the one the probe began with; then it is repeated.
  probe.target = highest;
}

export function tickProbe(m: Machine): void {
  const { state } = m;
  const { probe, leader, timing } = state;
  if (probe === null || state.now - probe.sentAt < resendTicks(state)) return;
  if (state.now - probe.startedAt >= 2 * timing.electionTicksMax) {
    state.probe = null;
    const why = probe.target === null ? 'no read quorum answered' : 'slots stay open';
    for (const { reqId } of probe.reads) m.fx.refuse(reqId, 'no-leader', why);
    return;
  }
  if (probe.target === null) {
    sendProbes(m, probe);
    return;
  }
  probe.sentAt = state.now;
  // A slot accepted by a few in a ballot that is gone stays open until somebody fills it.
  if (state.lead !== null) fillUpTo(m, probe.target);
  else if (leader !== null) m.fx.send(leader, { type: 'ReadFill', upTo: probe.target });
}

export function handleReadFill(m: Machine, from: NodeId, msg: ReadFill): void {
  if (m.state.lead !== null) fillUpTo(m, msg.upTo);
  else m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'this node does not lead' });
}

/** A window at most, whatever is asked for. */
function fillUpTo(m: Machine, upTo: number): void {
  const { lead, log, options } = m.state;
  if (lead === null) return;
  const most = Math.min(upTo, log.chosenPrefix + options.window);
  lead.fillUpTo = Math.max(lead.fillUpTo, most);
}
