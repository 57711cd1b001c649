/**
 * Identities and numbers everyone speaks. Plain aliases: the names carry the meaning, and the edges
 * validate what comes in (contract/).
 */

/** Stable name of a cluster member: `n1`, `n2`, ... */
export type NodeId = string;

/** Random value created with a storage directory; a wiped disk comes back under another one
 *  (protocols.md 0.5). */
export type StorageId = string;

/** Life number of a node on one storage; grows by one per start, durable. */
export type Incarnation = number;

/** 1-based place in a node's log: Raft index, Paxos slot, ordinal of a ZAB transaction. */
export type Position = number;

/** Name of a protocol with a core. */
export type ProtocolName = 'paxos' | 'raft' | 'zab';

export const PROTOCOL_NAMES: readonly ProtocolName[] = ['paxos', 'raft', 'zab'];

/** A cluster member as the replicated configuration knows it. */
export interface Member {
  readonly nodeId: NodeId;
  readonly storageId: StorageId;
}

/** Total order of node ids by code units: the same on every machine and in every locale. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
