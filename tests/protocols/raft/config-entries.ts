/** What the tests of membership share: configuration entries, and a leader to change them. */
import type { ClusterConfig } from '../../../src-main/protocols/kernel/config.ts';
import type { RaftEntry } from '../../../src-main/protocols/raft/log.ts';
import type { RaftMessage } from '../../../src-main/protocols/raft/messages.ts';
import { memberOf, OneNode, type OneNodeSpec } from './one-node.ts';

/** A configuration entry; `old`: the other half while it is joint. */
export function configAt(
  pos: number,
  term: number,
  voters: string[],
  learners: string[] = [],
  old: string[] | null = null,
): RaftEntry {
  const config: ClusterConfig = {
    voters: voters.map(memberOf),
    votersOld: old === null ? null : old.map(memberOf),
    learners: learners.map(memberOf),
  };
  const payload = config as never;
  return { pos, term, type: 'config', time: 0, client: null, payload };
}

export function appendOf(
  term: number,
  prev: readonly [number, number],
  entries: RaftEntry[],
  commit = 0,
) {
  const [prevPos, prevTerm] = prev;
  return { type: 'AppendEntries', term, prevPos, prevTerm, entries, leaderCommit: commit };
}

/** n1 leads term 1 of `nodes` nodes, and its no-op is committed. */
export function leader(nodes = 3, spec: OneNodeSpec = {}): OneNode {
  const node = new OneNode({ nodes, ...spec });
  node.lead(1);
  node.sync();
  for (let i = 2; i <= nodes; i += 1) node.ok(`n${i}`, 1);
  return node;
}

export function beat(term = 1): object {
  return { type: 'HeartbeatResp', term, round: 0, sentAt: 0 };
}

/** The configurations of the entries sent to `id` in the last step. */
export function configsSent(node: OneNode, id: string): ClusterConfig[] {
  const entries = node.sends(id).flatMap(({ msg }) => (isAppend(msg) ? msg.entries : []));
  return entries
    .filter(({ type }) => type === 'config')
    .map(({ payload }) => payload as unknown as ClusterConfig);
}

function isAppend(msg: RaftMessage): msg is Extract<RaftMessage, { type: 'AppendEntries' }> {
  return msg.type === 'AppendEntries';
}

/** The operator's command. */
export const add = (id: string, as: 'voter' | 'learner' = 'voter') =>
  ({ op: 'add', member: memberOf(id), as }) as const;
