/** Who plays which part in single-decree Paxos (protocols.md 2.1): `n1:proposer,n2:acceptor+learner`. */
import { assert } from '../../../base/assert.ts';
import { compareIds, type NodeId } from '../../../vocabulary/ids.ts';

export type PaxosRole = 'proposer' | 'acceptor' | 'learner';

const ROLES: readonly string[] = ['proposer', 'acceptor', 'learner'];

export type Cast = ReadonlyMap<NodeId, ReadonlySet<PaxosRole>>;

/** @param text empty: every node plays every part. */
export function readCast(text: string, ids: readonly NodeId[]): Cast {
  const cast = new Map<NodeId, ReadonlySet<PaxosRole>>();
  if (text === '') {
    for (const id of ids) cast.set(id, new Set(ROLES as readonly PaxosRole[]));
    return cast;
  }
  for (const part of text.split(',')) {
    const [id = '', names = ''] = part.split(':');
    assert(ids.includes(id), `roles: ${id} is no node`);
    for (const name of names.split('+')) assert(ROLES.includes(name), `roles: no role ${name}`);
    cast.set(id, new Set(names.split('+') as PaxosRole[]));
  }
  return cast;
}

/** In the order of ids. */
export function idsIn(cast: Cast, role: PaxosRole): NodeId[] {
  const ids = [...cast].filter(([, roles]) => roles.has(role)).map(([id]) => id);
  return ids.sort(compareIds);
}
