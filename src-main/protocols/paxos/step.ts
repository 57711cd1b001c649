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
import { BALLOT_ZERO, sameBallot, type Ballot, type PaxosEntry } from './ballot.ts';
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
  markLearned,
  maybeLearn,
} from './learning.ts';
import { shapeFault, type PaxosMessage } from './messages.ts';
import { handlePrePrepare, handlePrepare } from './promising.ts';
import {
  assertLeading,
  continueLeading,
  countOwnWrites,
  greetPeer,
  handleAccepted,
  handleHeartbeatAck,
  tickLeader,
} from './replication.ts';
import { takeRequests } from './requests.ts';
import { restartElectionTimer, showRole, writePromise } from './roles.ts';
import {
  initialState,
  resendTicks,
  restoreState,
  saveState,
  type Machine,
  type PaxosState,
} from './state.ts';
import { completeWrites, heldEntries, traceAppends } from './storing.ts';

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
    takeInput(m, input);
    settle(m);
    return m.fx.take();
  }

  #boot(boot: BootInput): PaxosEffect[] {
    assert(this.#machine === null, `${boot.nodeId} is booted twice`);
    const m: Machine = { state: initialState(boot), fx: new EffectList(), learned: [] };
    this.#machine = m;
    restartElectionTimer(m);
    showRole(m, m.state.phase === 'outsider' ? 'no voter, or not on this disk' : 'boot');
    const { log } = m.state;
    traceAppends(m, heldEntries(m, log.first, log.last));
    m.fx.trace({ kind: 'durable', upTo: log.last });
    // Found in a vote whose promise did not survive, see state.ts.
    if (m.state.promised !== BALLOT_ZERO && !isWritten(m, boot)) writePromise(m);
    if (m.state.options.chosenHint) trustHint(m, boot);
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

function isWritten(m: Machine, boot: BootInput): boolean {
  const written = boot.durable.hard['promised'] as unknown as Ballot | undefined;
  return written !== undefined && sameBallot(written, m.state.promised);
}

/** The record names slots that were durable and known chosen when it was written. */
function trustHint(m: Machine, boot: BootInput): void {
  const hint = boot.durable.hard['chosen'];
  const { log } = m.state;
  if (typeof hint !== 'number') return;
  for (let pos = log.first; pos <= hint && log.at(pos) !== null; pos += 1) markLearned(m, pos);
  m.state.hintWritten = log.chosenPrefix;
}

function takeInput(m: Machine, input: Exclude<Input<PaxosMessage>, BootInput>): void {
  const { state, fx } = m;
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
      for (const { reqId } of input.requests) fx.refuse(reqId, 'bad-request', 'no such read');
      return;
    case 'admin':
      fx.refuse(input.reqId, 'bad-request', `paxos does not support ${input.op.op}`);
      return;
    case 'persist-failed':
      return assert(false, `${state.self}: barrier ${input.token} failed: ${input.error}`);
    case 'snapshot-ready':
    case 'snapshot-loaded':
      return assert(false, `${state.self}: ${input.kind} without snapshots`);
    default:
      assertUnreachable(input, 'input of a paxos core');
  }
}

function tick(m: Machine, elapsed: number): void {
  const { state } = m;
  state.now += elapsed;
  if (state.phase === 'outsider') return;
  if (state.lead === null) tickElection(m, elapsed);
  else tickLeader(m, state.lead, elapsed);
}

function receive(m: Machine, from: NodeId, msg: PaxosMessage): void {
  const { state, fx } = m;
  const why = dropReason(state, from, msg);
  if (why !== null) fx.trace({ kind: 'ignored', from, type: typeText(msg), why });
  else dispatch(m, from, msg);
}

function dropReason(state: PaxosState, from: NodeId, msg: PaxosMessage): string | null {
  if (state.phase === 'outsider') return 'this node is no member on this disk';
  if (!state.peers.includes(from)) return 'sender is no member';
  return shapeFault(msg);
}

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
      return handleLearnResp(m, from, msg);
    default:
      assertUnreachable(msg, 'message of a paxos core');
  }
}

/** What follows from the input: learned slots are applied before anything new is proposed. */
function settle(m: Machine): void {
  const { state } = m;
  followCommit(m);
  applyChosen(m);
  const { lead, log } = state;
  assert(
    state.applied === log.chosenPrefix && log.chosenPrefix <= log.last,
    `${state.self}: applied ${state.applied}, chosen ${log.chosenPrefix}, last ${log.last}`,
  );
  if (lead === null) {
    maybeLearn(m);
    return;
  }
  continueLeading(m, lead);
  assertLeading(m, lead);
}

function ticksToNextTimer(state: PaxosState): number {
  const { lead, campaign, timing } = state;
  if (state.phase === 'outsider') return timing.electionTicksMax;
  if (lead !== null) {
    const heartbeat = timing.heartbeatTicks - lead.ticksSinceHeartbeat;
    if (lead.outstanding.size === 0) return heartbeat;
    return Math.min(heartbeat, resendTicks(state) - lead.ticksStalled);
  }
  const election = state.electionTimeout - state.electionElapsed;
  if (campaign === null) return election;
  return Math.min(election, resendTicks(state) - campaign.ticksSinceSend);
}
