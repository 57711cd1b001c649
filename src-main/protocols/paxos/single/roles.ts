/**
 * Who plays which part in single-decree Paxos (protocols.md 2.1):
 * `n1:proposer,n2:acceptor+learner`.
 */
import { assert } from '../../../base/assert.ts';
import { compareIds, type NodeId } from '../../../vocabulary/ids.ts';

export type PaxosRole = 'proposer' | 'acceptor' | 'learner';

const ROLES: readonly string[] = ['proposer', 'acceptor', 'learner'];

export type Cast = ReadonlyMap<NodeId, ReadonlySet<PaxosRole>>;

/** Why `text` gives no cast for these nodes; null when it does. */
export function castProblem(text: string, ids: readonly NodeId[]): string | null {
  if (text === '') return null;
  const acting: string[] = [];
  for (const part of text.split(',')) {
    const [id = '', names = ''] = part.split(':');
    if (!ids.includes(id)) return `roles: ${id} is no node`;
    const unknown = names.split('+').find((name) => !ROLES.includes(name));
    if (unknown !== undefined) return `roles: "${unknown}"; expected ${ROLES.join(', ')}`;
    acting.push(...names.split('+'));
  }
  const missing = ['proposer', 'acceptor'].find((role) => !acting.includes(role));
  return missing === undefined ? null : `roles: nobody is ${missing}`;
}

/** @param text empty: every node plays every part. */
export function readCast(text: string, ids: readonly NodeId[]): Cast {
  const cast = new Map<NodeId, ReadonlySet<PaxosRole>>();
  if (text === '') {
    for (const id of ids) cast.set(id, new Set(ROLES as readonly PaxosRole[]));
    return cast;
  }
  const problem = castProblem(text, ids);
  assert(problem === null, problem ?? '');
  for (const part of text.split(',')) {
    const [id = '', names = ''] = part.split(':');
    cast.set(id, new Set(names.split('+') as PaxosRole[]));
  }
  return cast;
}

/** In the order of ids. */
export function idsIn(cast: Cast, role: PaxosRole): NodeId[] {
  const ids = [...cast].filter(([, roles]) => roles.has(role)).map(([id]) => id);
  return ids.sort(compareIds);
}
