/** Re-execution of a whole run: every life of every node, on its own. */
import type { Incarnation, NodeId, ProtocolName } from '../../vocabulary/ids.ts';
import { LifeVerifier, type Divergence, type JournalRecord } from './verify-life.ts';

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
 * Feeds every journal to fresh cores and compares effects and state hashes.
 * @param progress called after each life with the share done, 0 to 1.
 */
export function verifyRun(
  journals: RunJournals,
  progress: (done: number) => void = () => undefined,
): RunVerdict {
  let inputs = 0;
  const skipped: string[] = [];
  for (const [index, life] of journals.lives.entries()) {
    const verifier = new LifeVerifier(journals.protocol, journals.service);
    const verdict = verifier.run(life.records());
    inputs += verdict.inputs;
    const { node, incarnation } = life;
    if (verdict.problem !== null) skipped.push(`${node} life ${incarnation}: ${verdict.problem}`);
    if (verdict.divergence !== null) {
      const divergence = { node, incarnation, ...verdict.divergence };
      return { inputs, nodes: nodeCount(journals), divergence, skipped };
    }
    progress((index + 1) / journals.lives.length);
  }
  return { inputs, nodes: nodeCount(journals), divergence: null, skipped };
}

function nodeCount(journals: RunJournals): number {
  return new Set(journals.lives.map((life) => life.node)).size;
}
