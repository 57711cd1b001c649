/** What a cluster of these nodes and options cannot be, said before anything is started. */
import type { Json } from '../../vocabulary/json.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import { quorumProblem } from './quorums.ts';
import { DEFAULT_OPTIONS } from './options.ts';
import { castProblem, idsIn, readCast } from './single/roles.ts';

/** @returns the reason for the operator; null: there is none. */
export function clusterProblem(
  ids: readonly NodeId[],
  given: { readonly [name: string]: Json },
): string | null {
  const { mode, roles, backoff, q1, q2 } = { ...DEFAULT_OPTIONS, ...given };
  if (typeof q1 !== 'number' || typeof q2 !== 'number') return 'q1 and q2 are numbers';
  if (mode === 'multi') return quorumProblem(ids.length, { q1, q2 });
  if (mode !== 'single-decree') return `mode ${String(mode)}; expected multi or single-decree`;
  if (backoff !== 'none' && backoff !== 'random') {
    return `backoff ${String(backoff)}; expected none or random`;
  }
  const problem = castProblem(String(roles), ids);
  if (problem !== null) return problem;
  return quorumProblem(idsIn(readCast(String(roles), ids), 'acceptor').length, { q1, q2 });
}
