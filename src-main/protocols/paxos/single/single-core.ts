/**
 * Single-decree Paxos as its own small core, for teaching (protocols.md 2.1): proposers, acceptors
 * and learners on nodes of their own or together, one value, no leader. Its messages are those of
 * the replicated log with one slot, so that scripts, transcripts and invariants are the same.
 */
import { assert, ensure } from '../../../base/assert.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { BootInput, Core, CoreDescription, Effect, Input, Token } from '../../kernel/core.ts';
import { EffectList } from '../../kernel/effects.ts';
import { ballotLabel, eraOf, type PaxosEntry } from '../ballot.ts';
import { shapeFault } from '../message-guards.ts';
import type { PaxosMessage } from '../messages.ts';
import { handleAsAcceptor, handleAsLearner, learnOutcome } from './listening.ts';
import { proposerText } from './proposer.ts';
import { handleAsProposer, takeValues, tickProposer } from './proposing.ts';
import { showSingleRole, wordOf, type SingleMachine } from './single-machine.ts';
import { idsIn } from './roles.ts';
import { openSingle, restoreSingle, saveSingle, SLOT } from './single-state.ts';

type SingleEffect = Effect<PaxosMessage, PaxosEntry>;

export class SingleCore implements Core<PaxosMessage, PaxosEntry> {
  #machine: SingleMachine | null = null;

  static restore(saved: Json): SingleCore {
    const core = new SingleCore();
    const { single, lastToken } = saved as { readonly single: Json; readonly lastToken: Token };
    core.#machine = { state: restoreSingle(single), fx: new EffectList(lastToken) };
    return core;
  }

  step(input: Input<PaxosMessage>): SingleEffect[] {
    if (input.kind === 'boot') return this.#boot(input);
    const m = ensure(this.#machine, 'a core is used before its boot');
    if (!m.state.stopped) takeInput(m, input);
    return m.fx.take();
  }

  #boot(boot: BootInput): SingleEffect[] {
    assert(this.#machine === null, `${boot.nodeId} is booted twice`);
    const m: SingleMachine = { state: openSingle(boot), fx: new EffectList() };
    this.#machine = m;
    showSingleRole(m, 'boot');
    m.fx.members(boot.members);
    const { cast, acceptors } = m.state;
    const learners = idsIn(cast, 'learner').filter((id) => !acceptors.includes(id));
    m.fx.trace({ kind: 'config', pos: 0, voters: acceptors, votersOld: null, learners });
    const { decided } = m.state;
    m.state.decided = null;
    if (decided !== null) learnOutcome(m, decided);
    return m.fx.take();
  }

  sleepTicks(): number {
    return 1;
  }

  save(): Json {
    const m = this.#machine;
    return m === null ? null : { single: saveSingle(m.state), lastToken: m.fx.lastToken };
  }

  describe(): CoreDescription {
    const { state } = ensure(this.#machine, 'a core is used before its boot');
    const { acceptor, decided, proposer, cast, acceptors } = state;
    const lastPos = acceptor.accepted === null && decided === null ? 0 : SLOT;
    const chosen = decided === null ? 0 : SLOT;
    const value = acceptor.accepted;
    return {
      role:
        proposer.phase === 'preparing' || proposer.phase === 'accepting' ? 'candidate' : 'follower',
      word: wordOf(state),
      era: eraOf(acceptor.promised),
      leader: null,
      ready: false,
      lastPos,
      durablePos: lastPos,
      committed: chosen,
      applied: chosen,
      voters: acceptors,
      learners: idsIn(cast, 'learner').filter((id) => !acceptors.includes(id)),
      snapshotPos: 0,
      own: [
        { name: 'proposer', value: proposerText(proposer) },
        { name: 'promises', value: [...proposer.promises.keys()] },
        { name: 'promised', value: ballotLabel(acceptor.promised) },
        { name: 'accepted', value: value === null ? null : ballotLabel(value.ballot) },
        { name: 'votes', value: [...state.learner.votes].map(([at, ids]) => [at, [...ids]]) },
        { name: 'decided', value: decided === null ? null : decided.payload },
      ],
    };
  }
}

function takeInput(m: SingleMachine, input: Exclude<Input<PaxosMessage>, BootInput>): void {
  const { state, fx } = m;
  switch (input.kind) {
    case 'tick':
      tickProposer(m, input.elapsed);
      return;
    case 'recv':
      receive(m, input.from, input.msg);
      return;
    case 'persisted':
      handOver(m, input.token);
      return;
    case 'persist-failed':
      state.stopped = true;
      showSingleRole(m, `storage failed: ${input.error}`);
      return;
    case 'client':
      takeValues(m, input.requests);
      return;
    case 'read':
      for (const { reqId } of input.requests) fx.refuse(reqId, 'bad-request', 'no such read');
      return;
    case 'admin':
      fx.refuse(input.reqId, 'bad-request', 'single-decree Paxos has no operator');
      return;
    default:
      // Links are only a hint, and there are no snapshots.
      return;
  }
}

function handOver(m: SingleMachine, token: Token): void {
  const { state } = m;
  state.durableToken = token;
  const due = state.locals.filter(({ after }) => after <= token);
  state.locals = state.locals.filter(({ after }) => after > token);
  for (const { msg } of due) dispatch(m, state.self, msg);
}

function receive(m: SingleMachine, from: NodeId, msg: PaxosMessage): void {
  const fault = m.state.cast.has(from) ? shapeFault(msg) : 'sender has no role';
  if (fault === null) dispatch(m, from, msg);
  else {
    const type = (msg as { readonly type?: unknown } | null | undefined)?.type;
    m.fx.trace({ kind: 'ignored', from, type: typeof type === 'string' ? type : '?', why: fault });
  }
}

function dispatch(m: SingleMachine, from: NodeId, msg: PaxosMessage): void {
  const isTaken =
    handleAsAcceptor(m, from, msg) ||
    [handleAsLearner(m, from, msg), handleAsProposer(m, from, msg)].includes(true);
  if (!isTaken) m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'nobody here wants it' });
}
