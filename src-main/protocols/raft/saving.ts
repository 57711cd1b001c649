/** The state of a node as plain JSON and back; `restoreState(saveState(s))` goes on bit for bit. */
import { Prng, type PrngState } from '../../base/prng.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Token } from '../kernel/core.ts';
import { EffectList } from '../kernel/effects.ts';
import { RaftLog, type LogBase, type RaftEntry } from './log.ts';
import type { MutantName } from './mutants.ts';
import { copyPeer } from './peers.ts';
import type { RaftState } from './state.ts';

/** Fields whose values are plain JSON already; `copied` copies what a later step changes. */
type PlainPart = Omit<RaftState, 'mutants' | 'prng' | 'out' | 'log' | 'votes' | 'lastAppend'>;

interface SavedState {
  readonly plain: PlainPart;
  readonly mutants: readonly MutantName[];
  readonly prng: PrngState;
  readonly lastToken: Token;
  readonly base: LogBase;
  readonly entries: readonly RaftEntry[];
  readonly votes: readonly (readonly [NodeId, boolean])[];
}

/** The whole state between two steps; shares nothing that a later step changes. */
export function saveState(s: RaftState): Json {
  const { mutants, prng, out, log, votes, lastAppend: _, ...plain } = s;
  const saved: SavedState = {
    plain: copied(plain),
    mutants: [...mutants],
    prng: prng.save(),
    lastToken: out.lastToken,
    base: log.base,
    entries: log.range(log.base.pos + 1, log.lastPos),
    votes: [...votes],
  };
  return saved as unknown as Json;
}

/** The inverse of `saveState`; keeps nothing of `json` that it changes later. */
export function restoreState(json: Json): RaftState {
  const saved = json as unknown as SavedState;
  return {
    ...copied(saved.plain),
    mutants: new Set(saved.mutants),
    prng: Prng.restore(saved.prng),
    out: new EffectList(saved.lastToken),
    log: new RaftLog(saved.base, saved.entries),
    votes: new Map(saved.votes),
    lastAppend: null,
  };
}

function copied(plain: PlainPart): PlainPart {
  return {
    ...plain,
    durable: { ...plain.durable },
    barriers: plain.barriers.map((barrier) => ({ ...barrier })),
    peers: plain.peers.map(copyPeer),
    pending: [...plain.pending],
    uncommitted: [...plain.uncommitted],
    reads: plain.reads.map((waiting) => ({ ...waiting })),
    asked: [...plain.asked],
  };
}
