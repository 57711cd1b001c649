/**
 * Sizes of the two kinds of quorum (protocols.md 2.12). Only a phase 1 quorum and a phase 2 quorum
 * have to share a node: |Q1| + |Q2| > n. What grants a lease or confirms a leader has to meet every
 * Q1, which a Q2 does; what answers a quorum read has to meet every Q2, which a Q1 does.
 */
import { majoritySize } from '../quorum/majority.ts';

/** 0: a majority. */
export interface QuorumSizes {
  readonly q1: number;
  readonly q2: number;
}

export function quorumSize(voters: number, wanted: number): number {
  return wanted === 0 ? majoritySize(voters) : wanted;
}

/**
 * Why quorums of these sizes would not do among so many voters, for the operator (museum P17).
 * @returns null when they do.
 */
export function quorumProblem(voters: number, { q1, q2 }: QuorumSizes): string | null {
  const first = quorumSize(voters, q1);
  const second = quorumSize(voters, q2);
  if (first > voters || second > voters) {
    return `quorums of ${first} and ${second} among ${voters} voters`;
  }
  if (first + second > voters) return null;
  const sizes = `a phase 1 quorum of ${first} and a phase 2 quorum of ${second}`;
  return `${sizes} need not meet among ${voters} voters`;
}

/** The sizes after a change of the voters: q2 stays as it is, q1 becomes what meets it. */
export function quorumsFor(voters: number, before: QuorumSizes): QuorumSizes {
  if (before.q1 === 0 && before.q2 === 0) return before;
  if (before.q2 > voters) return { q1: 0, q2: 0 };
  return { q1: voters - quorumSize(voters, before.q2) + 1, q2: before.q2 };
}
