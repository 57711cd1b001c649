/**
 * The Multi-Paxos core: takes one input, lets the room of its concern work on it, and settles what
 * follows (slots learned, applied, proposed). Replicated log with collocated roles: every node is
 * acceptor, learner and possible leader (protocols.md 2.2).
 *
 * Where to read: election.ts (the candidate), promising.ts (its voters), replication.ts (the
 * leader), acceptor.ts (its followers), learning.ts (what is chosen), storing.ts (the disk),
 * roles.ts (every transition).
 */
import { assert, assertUnreachable, ensure } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { BootInput, Core, CoreDescription, Effect, Input, Token } from '../kernel/core.ts';
import { EffectList } from '../kernel/effects.ts';
import { handleAccept, handleCommit, handleHeartbeat } from './acceptor.ts';
import { takeAdmin } from './admin.ts';
import { BALLOT_ZERO, sameBallot, type Ballot, type PaxosEntry } from './ballot.ts';
import { initialState } from './boot.ts';
import { describeState } from './describe.ts';
import {
  countOwnPromise,
  handleNack,
  handlePrePrepareResp,
  handlePromise,
  tickElection,
} from './election.ts';
import {
  applyChosen,
  followCommit,
  handleLearnReq,
  handleLearnResp,
  learnFromPeer,
  markLearned,
  maybeLearn,
} from './learning.ts';
import { continueDuties } from './duties.ts';
import { advanceConfigs, showMembership } from './membership.ts';
import { shapeFault } from './message-guards.ts';
import type { PaxosMessage } from './messages.ts';
import { handlePrePrepare, handlePrepare } from './promising.ts';
import {
  countOwnWrites,
  greetPeer,
  handleAccepted,
  handleHeartbeatAck,
  tickLeader,
} from './replication.ts';
import { takeRequests } from './requests.ts';
import {
  handleReadFill,
  handleReadProbe,
  handleReadProbeResp,
  settleProbe,
  tickProbe,
} from './quorum-reads.ts';
import { takeReads } from './reads.ts';
import {
  becomeStopped,
  restartElectionTimer,
  restingPhase,
  showRole,
  writePromise,
} from './roles.ts';
import { restoreState, saveState } from './saving.ts';
import { handleInstallSnapshot } from './snapshot-arrival.ts';
import { handleSnapshotAck, tickSendings } from './snapshot-sending.ts';
import { answerSnapshots, handleSnapshotReady, maybeSnapshot } from './snapshots.ts';
import type { Machine, PaxosState } from './state.ts';
import { completeWrites, heldEntries, maybeKeepConfig, traceAppends } from './storing.ts';
import { ticksToNextTimer } from './timers.ts';
import { handleHandover } from './transfer.ts';

type PaxosEffect = Effect<PaxosMessage, PaxosEntry>;

export class PaxosCore implements Core<PaxosMessage, PaxosEntry> {
  #machine: Machine | null = null;

  static restore(saved: Json): PaxosCore {
    const core = new PaxosCore();
    if (saved === null) return core;
    const { state, lastToken } = saved as { readonly state: Json; readonly lastToken: Token };
    core.#machine = {
      state: restoreState(state),
      fx: new EffectList(lastToken),
      learned: [],
    };
    return core;
  }

  step(input: Input<PaxosMessage>): PaxosEffect[] {
    if (input.kind === 'boot') return this.#boot(input);
    const m = this.#booted();
    if (isStopped(m)) return [];
    takeInput(m, input);
    if (!isStopped(m)) settle(m);
    return m.fx.take();
  }

  #boot(boot: BootInput): PaxosEffect[] {
    assert(this.#machine === null, `${boot.nodeId} is booted twice`);
    const m: Machine = { state: initialState(boot), fx: new EffectList(), learned: [] };
    this.#machine = m;
    restartElectionTimer(m);
    m.state.phase = restingPhase(m.state);
    showRole(m, m.state.phase === 'acceptor' ? 'boot' : 'no voter, or not on this disk');
    showMembership(m);
    const { log, snapshot } = m.state;
    if (snapshot !== null) m.fx.loadSnapshot(snapshot.lastPos, snapshot.handle);
    traceAppends(m, heldEntries(m, log.first, log.last));
    m.fx.trace({ kind: 'durable', upTo: log.last });
    // Found in a vote whose promise did not survive, see state.ts.
    if (m.state.promised !== BALLOT_ZERO && !isWritten(m, boot)) writePromise(m);
    trustHint(m, boot);
    settle(m);
    return m.fx.take();
  }

  sleepTicks(): number {
    const { state } = this.#booted();
    return Math.max(1, ticksToNextTimer(state));
  }

  save(): Json {
    const m = this.#machine;
    return m === null ? null : { state: saveState(m.state), lastToken: m.fx.lastToken };
  }

  describe(): CoreDescription {
    return describeState(this.#booted().state);
  }

  #booted(): Machine {
    return ensure(this.#machine, 'a core is used before its boot');
  }
}

function isStopped(m: Machine): boolean {
  return m.state.phase === 'stopped';
}

function isWritten(m: Machine, boot: BootInput): boolean {
  const written = boot.durable.hard['promised'] as unknown as Ballot | undefined;
  return written !== undefined && sameBallot(written, m.state.promised);
}

/** The record names slots that were durable and known chosen when it was written. */
function trustHint(m: Machine, boot: BootInput): void {
  const hint = boot.durable.hard['chosen'];
  const { log } = m.state;
  if (typeof hint !== 'number') return;
  const from = log.chosenPrefix + 1;
  for (let pos = from; pos <= hint && log.at(pos) !== null; pos += 1) markLearned(m, pos);
  m.state.hintWritten = log.chosenPrefix;
  m.state.hintDurable = log.chosenPrefix;
}

function takeInput(m: Machine, input: Exclude<Input<PaxosMessage>, BootInput>): void {
  switch (input.kind) {
    case 'tick':
      tick(m, input.elapsed);
      return;
    case 'recv':
      receive(m, input.from, input.msg);
      return;
    case 'persisted':
      countOwnWrites(m, completeWrites(m, input.token));
      countOwnPromise(m);
      answerSnapshots(m);
      return;
    case 'client':
      takeRequests(m, input.requests);
      return;
    case 'link-up':
      greetPeer(m, input.peer);
      return;
    case 'link-down':
      // Only a hint to Paxos: a lost session is not a lost node.
      return;
    case 'read':
      takeReads(m, input.requests);
      return;
    case 'admin':
      takeAdmin(m, input.reqId, input.op);
      return;
    case 'persist-failed':
      // After a failed sync nothing that was written can be trusted (protocols.md 0.4).
      becomeStopped(m, `storage failed: ${input.error}`);
      return;
    case 'snapshot-ready':
      handleSnapshotReady(m, input);
      return;
    case 'snapshot-loaded':
      // What follows it is applied behind it by the host.
      return;
    default:
      assertUnreachable(input, 'input of a paxos core');
  }
}

function tick(m: Machine, elapsed: number): void {
  const { state } = m;
  state.now += elapsed;
  if (state.lead === null) tickElection(m, elapsed);
  else tickLeader(m, state.lead, elapsed);
  tickProbe(m);
  tickSendings(m);
}

function receive(m: Machine, from: NodeId, msg: PaxosMessage): void {
  const { state, fx } = m;
  const why = dropReason(state, from, msg);
  if (why === null) {
    dispatch(m, from, msg);
    return;
  }
  fx.trace({ kind: 'ignored', from, type: typeText(msg), why });
  if (why === NO_MEMBER) learnFromPeer(m, from);
}

function dropReason(state: PaxosState, from: NodeId, msg: PaxosMessage): string | null {
  if (from === state.self) return 'sent by this node itself';
  const fault = shapeFault(msg);
  if (fault !== null) return fault;
  if (!state.belongs && NEEDS_PROMISE.has(msg.type)) return NO_MEMBER;
  return null;
}

const NO_MEMBER = 'this node is no member on this disk';

/** What only an acceptor may answer: a node that was never one with this disk has no part in it. */
const NEEDS_PROMISE: ReadonlySet<PaxosMessage['type']> = new Set([
  'PrePrepare',
  'Prepare',
  'ReadProbe',
]);

function typeText(msg: unknown): string {
  const type = (msg as { readonly type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' ? type : 'unknown';
}

function dispatch(m: Machine, from: NodeId, msg: PaxosMessage): void {
  switch (msg.type) {
    case 'PrePrepare':
      return handlePrePrepare(m, from, msg);
    case 'PrePrepareResp':
      return handlePrePrepareResp(m, from, msg);
    case 'Prepare':
      return handlePrepare(m, from, msg);
    case 'Promise':
      return handlePromise(m, from, msg);
    case 'Accept':
      return handleAccept(m, from, msg);
    case 'Accepted':
      return handleAccepted(m, from, msg);
    case 'Nack':
      return handleNack(m, from, msg);
    case 'Heartbeat':
      return handleHeartbeat(m, from, msg);
    case 'HeartbeatAck':
      return handleHeartbeatAck(m, from, msg);
    case 'Commit':
      return handleCommit(m, from, msg);
    case 'LearnReq':
      return handleLearnReq(m, from, msg);
    case 'LearnResp':
      return handleLearnResp(m, msg);
    case 'ReadProbe':
      return handleReadProbe(m, from, msg);
    case 'ReadProbeResp':
      return handleReadProbeResp(m, from, msg);
    case 'ReadFill':
      return handleReadFill(m, from, msg);
    case 'Handover':
      return handleHandover(m, from, msg);
    case 'InstallSnapshot':
      return handleInstallSnapshot(m, from, msg);
    case 'SnapshotAck':
      return handleSnapshotAck(m, from, msg);
    default:
      assertUnreachable(msg, 'message of a paxos core');
  }
}

/** What follows from the input: learned slots are applied before anything new is proposed. */
function settle(m: Machine): void {
  const { state } = m;
  followCommit(m);
  applyChosen(m);
  if (state.configs.list.length > 1) advanceConfigs(m);
  maybeKeepConfig(m);
  const { log } = state;
  assert(
    state.applied === log.chosenPrefix && log.chosenPrefix <= log.last,
    `${state.self}: applied ${state.applied}, chosen ${log.chosenPrefix}, last ${log.last}`,
  );
  if (state.lead === null) maybeLearn(m);
  else continueDuties(m, state.lead);
  settleProbe(m);
  maybeSnapshot(m);
}
