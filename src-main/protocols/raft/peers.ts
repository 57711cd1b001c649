/** What a leader knows of one peer; every node keeps the list of those it talks to. */
import type { Member, NodeId, Position, StorageId } from '../../vocabulary/ids.ts';

/** An image on its way to a peer, in chunks (protocols.md 1.8). */
export interface Sending {
  /** Of this host's image. */
  readonly handle: string;
  readonly chunks: number;
  /** The chunk the peer wants next. */
  acked: number;
  /** The chunk to be sent next. */
  sent: number;
  /** `clock` of the last progress. */
  movedAt: number;
  /** Chunks were sent once more and nothing moved since: what the peer says it wants counts, even
   *  if it wanted more before. It may have lost what it had and taken a late first chunk for a new
   *  beginning. */
  stalled: boolean;
}

/** Catching up in rounds: each brings what stood in the log when it began (1.9.6). */
export interface Round {
  readonly upTo: Position;
  readonly since: number;
}

export interface Peer {
  readonly id: NodeId;
  readonly storageId: StorageId;
  /** `probe`: one message at a time until a common position is found. `snapshot`: what it lacks is
   *  not in the log any more. */
  progress: 'probe' | 'replicate' | 'snapshot';
  match: Position;
  next: Position;
  /** Last positions of the messages on the way, ascending; `replicate` only. */
  inflight: Position[];
  /** About the bytes of each of them. */
  inflightBytes: number[];
  /** `probe`: the one message is on the way. */
  paused: boolean;
  /** `clock` of the last answer in this term. */
  ackedAt: number;
  /** Highest commit position this peer was told of. */
  commitSent: Position;
  /** Newest round of heartbeats it answered, and the `clock` at which that was sent. */
  roundAcked: number;
  leaseFrom: number;
  /** `snapshot` only; null while it waits for its turn. */
  sending: Sending | null;
  round: Round | null;
  /** The last round was shorter than an election timeout. */
  caughtUp: boolean;
  /** Removed: until then it is still owed the entry that removed it (1.9.7); else null. */
  leavesAt: number | null;
}

/** A peer of which nothing is known at `clock`. */
export function newPeer(member: Member, next: Position, clock: number): Peer {
  return {
    id: member.nodeId,
    storageId: member.storageId,
    progress: 'probe',
    match: 0,
    next,
    inflight: [],
    inflightBytes: [],
    paused: false,
    ackedAt: clock,
    commitSent: 0,
    roundAcked: 0,
    leaseFrom: -1,
    sending: null,
    round: null,
    caughtUp: false,
    leavesAt: null,
  };
}

/** A copy that shares nothing a later step changes. */
export function copyPeer(peer: Peer): Peer {
  return {
    ...peer,
    inflight: [...peer.inflight],
    inflightBytes: [...peer.inflightBytes],
    sending: peer.sending === null ? null : { ...peer.sending },
  };
}

/** Looks for a common position from `next` on. */
export function becomeProbe(peer: Peer, next: Position): void {
  peer.progress = 'probe';
  peer.next = next;
  peer.inflight = [];
  peer.inflightBytes = [];
  peer.paused = false;
  peer.sending = null;
}
