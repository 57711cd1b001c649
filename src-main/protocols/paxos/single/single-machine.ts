/** What the parts of a single-decree node share: state, effects, and how messages leave. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Token } from '../../kernel/core.ts';
import type { EffectList } from '../../kernel/effects.ts';
import { eraOf, type PaxosEntry } from '../ballot.ts';
import type { PaxosMessage } from '../messages.ts';
import type { SingleState } from './single-state.ts';

export interface SingleMachine {
  readonly state: SingleState;
  readonly fx: EffectList<PaxosMessage, PaxosEntry>;
}

/** Sends once `token` is durable; to itself by way of `persisted`, like everybody else's. */
export function sendTo(m: SingleMachine, to: NodeId, msg: PaxosMessage, token: Token): void {
  const { state, fx } = m;
  const after = token > state.durableToken ? token : 0;
  if (to !== state.self) fx.send(to, msg, after);
  else state.locals.push({ after: after === 0 ? fx.persist() : after, msg });
}

/** One record for promises and for ballots used: neither is ever forgotten. */
export function writePromised(m: SingleMachine): Token {
  const { round, node } = m.state.acceptor.promised;
  return m.fx.persist({ op: 'hard', record: { promised: { round, node } } });
}

export function wordOf({ cast, self, proposer, decided, stopped }: SingleState): string {
  if (stopped) return 'stopped';
  const roles = [...(cast.get(self) ?? ['idle'])].join('+');
  if (decided !== null) return `${roles}, decided`;
  return proposer.phase === 'idle' ? roles : `${roles}, ${proposer.phase}`;
}

export function showSingleRole(m: SingleMachine, why: string): void {
  const { state, fx } = m;
  const word = wordOf(state);
  const era = eraOf(state.acceptor.promised);
  const shown = JSON.stringify([word, era]);
  if (shown === state.shown) return;
  state.shown = shown;
  const isTrying = ['preparing', 'accepting'].includes(state.proposer.phase);
  const role = isTrying ? 'candidate' : 'follower';
  fx.trace({ kind: 'role', role, word, era, leader: null, ready: false, why });
}
