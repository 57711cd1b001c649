/** Re-execution of a whole run: every life of every node, on its own. */
import type { Incarnation, NodeId, ProtocolName } from '../../vocabulary/ids.ts';
import { KnownStates } from './known-states.ts';
import {
  LifeVerifier,
  type Divergence,
  type JournalRecord,
  type LifeVerdict,
} from './verify-life.ts';

export interface LifeJournal {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  records(): Iterable<JournalRecord>;
}

export interface RunJournals {
  readonly protocol: ProtocolName;
  readonly service: string;
  readonly lives: readonly LifeJournal[];
}

export interface RunVerdict {
  readonly inputs: number;
  readonly nodes: number;
  readonly divergence: (Divergence & { node: NodeId; incarnation: Incarnation }) | null;
  readonly skipped: readonly string[];
}

/**
 * Feeds every journal to fresh cores and compares effects and state hashes. A life that took over a
 * snapshot of a life that comes after it is done again at the end.
 * @param progress called after each life with the share done, 0 to 1.
 */
export function verifyRun(
  journals: RunJournals,
  progress: (done: number) => void = () => undefined,
): RunVerdict {
  const { protocol, service, lives } = journals;
  const states = new KnownStates();
  const verify = (life: LifeJournal): LifeVerdict => {
    return new LifeVerifier(protocol, service, states).run(life.records());
  };
  const verdicts = new Map<LifeJournal, LifeVerdict>();
  const diverged = (): LifeJournal | undefined =>
    lives.find((life) => (verdicts.get(life)?.divergence ?? null) !== null);
  for (const [index, life] of lives.entries()) {
    verdicts.set(life, verify(life));
    if (diverged() !== undefined) break;
    progress((index + 1) / lives.length);
  }
  for (const life of lives) {
    const isUnknown = (verdicts.get(life)?.unknownFrom ?? null) !== null;
    if (isUnknown && diverged() === undefined) verdicts.set(life, verify(life));
  }
  return summaryOf(journals, verdicts);
}

function summaryOf(
  journals: RunJournals,
  verdicts: ReadonlyMap<LifeJournal, LifeVerdict>,
): RunVerdict {
  let inputs = 0;
  let divergence: RunVerdict['divergence'] = null;
  const skipped: string[] = [];
  for (const [{ node, incarnation }, verdict] of verdicts) {
    inputs += verdict.inputs;
    const who = `${node} life ${incarnation}`;
    if (verdict.problem !== null) skipped.push(`${who}: ${verdict.problem}`);
    if (verdict.unknownFrom !== null) {
      skipped.push(`${who}: nobody's state is known at its snapshot of ${verdict.unknownFrom}`);
    }
    if (verdict.divergence !== null) divergence ??= { node, incarnation, ...verdict.divergence };
  }
  return { inputs, nodes: nodeCount(journals), divergence, skipped };
}

function nodeCount(journals: RunJournals): number {
  return new Set(journals.lives.map((life) => life.node)).size;
}
