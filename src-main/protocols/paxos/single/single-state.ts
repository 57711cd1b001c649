/** What a node of single-decree Paxos knows, and its way to plain JSON and back. */
import { Prng, type PrngState } from '../../../base/prng.ts';
import { assert } from '../../../base/assert.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Timing } from '../../../vocabulary/timing.ts';
import type { BootInput, Token } from '../../kernel/core.ts';
import { BALLOT_ZERO, type Ballot, type PaxosEntry } from '../ballot.ts';
import type { PaxosMessage } from '../messages.ts';
import type { MutantName } from '../mutants.ts';
import { readMutants, readOptions } from '../options.ts';
import { quorumProblem, quorumSize } from '../quorums.ts';
import type { Acceptor } from './acceptor.ts';
import type { Learner } from './learner.ts';
import { newProposer, type Proposer } from './proposer.ts';
import { idsIn, readCast, type Cast, type PaxosRole } from './roles.ts';

/** The one slot. */
export const SLOT = 1;

export interface SingleState {
  readonly self: NodeId;
  readonly cast: Cast;
  readonly acceptors: readonly NodeId[];
  readonly phase1: number;
  readonly phase2: number;
  readonly timing: Timing;
  readonly mutants: ReadonlySet<MutantName>;
  readonly pauses: boolean;
  readonly prng: Prng;
  /** The highest round used here or met. */
  round: number;
  readonly proposer: Proposer;
  readonly acceptor: Acceptor;
  readonly learner: Learner;
  decided: PaxosEntry | null;
  /** Messages to itself, handed over once what they reveal is durable. */
  locals: { readonly after: Token; readonly msg: PaxosMessage }[];
  durableToken: Token;
  stopped: boolean;
  /** What the last `role` event said. */
  shown: string;
}

export function openSingle(boot: BootInput): SingleState {
  const options = readOptions(boot.options);
  const mutants = readMutants(boot.mutants);
  const cast = readCast(
    options.roles,
    boot.members.map((member) => member.nodeId),
  );
  const acceptors = idsIn(cast, 'acceptor');
  const problem = quorumProblem(acceptors.length, options);
  assert(acceptors.length > 0 && problem === null, problem ?? 'no acceptor');
  const phase2 = quorumSize(acceptors.length, options.q2);
  const narrow = acceptors.length - phase2;
  const phase1 = mutants.has('narrow-phase-1') ? narrow : quorumSize(acceptors.length, options.q1);
  const { hard, log } = boot.durable;
  const written = (hard['promised'] as unknown as Ballot | undefined) ?? BALLOT_ZERO;
  const promised = mutants.has('forget-promise') ? BALLOT_ZERO : { ...written };
  const held = (log[0] as PaxosEntry | undefined) ?? null;
  return {
    self: boot.nodeId,
    cast,
    acceptors,
    phase1,
    phase2,
    timing: boot.timing,
    mutants,
    pauses: options.backoff !== 'none',
    prng: new Prng(boot.seed),
    round: promised.round,
    proposer: newProposer(),
    acceptor: { promised, accepted: held },
    learner: { votes: new Map() },
    decided: hard['decided'] === true ? held : null,
    locals: [],
    durableToken: 0,
    stopped: false,
    shown: '',
  };
}

export function plays(state: SingleState, role: PaxosRole, id: NodeId = state.self): boolean {
  return state.cast.get(id)?.has(role) ?? false;
}

type Saved = { readonly [name: string]: Json };

export function saveSingle(state: SingleState): Json {
  const { cast, proposer, learner } = state;
  return JSON.parse(
    JSON.stringify({
      ...state,
      cast: [...cast].map(([id, roles]) => [id, [...roles]]),
      mutants: [...state.mutants],
      prng: state.prng.save(),
      proposer: {
        ...proposer,
        promises: [...proposer.promises],
        accepts: [...proposer.accepts],
      },
      learner: { votes: [...learner.votes].map(([label, ids]) => [label, [...ids]]) },
    }),
  ) as Json;
}

export function restoreSingle(json: Json): SingleState {
  const saved = JSON.parse(JSON.stringify(json)) as Saved;
  const cast = saved['cast'] as unknown as [NodeId, PaxosRole[]][];
  const proposer = saved['proposer'] as unknown as {
    promises: [NodeId, PaxosEntry | null][];
    accepts: NodeId[];
  };
  const { votes } = saved['learner'] as unknown as { votes: [string, NodeId[]][] };
  return {
    ...(saved as unknown as SingleState),
    cast: new Map(cast.map(([id, roles]) => [id, new Set(roles)])),
    mutants: new Set(saved['mutants'] as unknown as MutantName[]),
    prng: Prng.restore(saved['prng'] as unknown as PrngState),
    proposer: {
      ...(proposer as unknown as Proposer),
      promises: new Map(proposer.promises),
      accepts: new Set(proposer.accepts),
    },
    learner: { votes: new Map(votes.map(([label, ids]) => [label, new Set(ids)])) },
  };
}
