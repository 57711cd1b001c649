/**
 * Trace events: what a core says about itself for people and checkers, in the common words of
 * protocols.md 9. Never read back by a core. Ranges instead of single positions, so that a batch
 * of 60 entries costs one event.
 */
import type { Era } from './era.ts';
import type { NodeId, Position } from './ids.ts';

/** Role in common words. `syncing`: follows a leader but is not up to date enough to serve yet. */
export type Role = 'follower' | 'candidate' | 'looking' | 'syncing' | 'leader' | 'outsider';

export type TraceEvent =
  /** Role, era or known leader changed. `word`: the protocol's own word (`pre-candidate`,
   *  `preparing`, `discovery`). `ready`: a leader that can serve (E3 of protocols.md 8.1). */
  | {
      readonly kind: 'role';
      readonly role: Role;
      readonly word: string;
      readonly era: Era;
      readonly leader: NodeId | null;
      readonly ready: boolean;
      readonly why: string;
    }
  /** Entries [from, to] now stand in the log (in memory) with this era. An overwritten range is
   *  appended again. `counter`: ZAB counter of the first one. */
  | {
      readonly kind: 'append';
      readonly from: Position;
      readonly to: Position;
      readonly era: Era;
      readonly noop: boolean;
      readonly counter?: number;
    }
  /** Entries >= from left the log. */
  | { readonly kind: 'truncate'; readonly from: Position }
  /** Everything in the log up to here is on this node's disk. */
  | { readonly kind: 'durable'; readonly upTo: Position }
  /** This node learned that [from, to] are committed (chosen). */
  | { readonly kind: 'commit'; readonly from: Position; readonly to: Position }
  /** This node gave its vote or promise, or (`granted: false`) refused it. */
  | {
      readonly kind: 'vote';
      readonly candidate: NodeId;
      readonly era: Era;
      readonly granted: boolean;
      readonly phase: 'pre' | 'real';
    }
  /** A candidate's count, for the dots in its disc. */
  | { readonly kind: 'tally'; readonly era: Era; readonly votes: readonly NodeId[] }
  /** The configuration this node goes by changed; told at boot, too. `pos` 0: that the cluster
   *  began with. `votersOld`: the other half of a joint configuration, or the one whose quorum is
   *  needed as well while this one is pending. */
  | {
      readonly kind: 'config';
      readonly pos: Position;
      readonly voters: readonly NodeId[];
      readonly votersOld: readonly NodeId[] | null;
      readonly learners: readonly NodeId[];
    }
  /** `taken`: this node has a snapshot up to `pos` of its own; `sent`: the leader begins to send
   *  one to `peer`; `installed`: one from `peer` is on disk here and replaces what was before. */
  | {
      readonly kind: 'snapshot';
      readonly what: 'taken' | 'sent' | 'installed';
      readonly pos: Position;
      readonly peer: NodeId | null;
    }
  /** Entries at or below `upTo` left the log; the snapshot has them. */
  | { readonly kind: 'compact'; readonly upTo: Position }
  /** A planned hand-over: `begin` at the leader, `abort` when its time ran out, `now` at the target
   *  when it is told to campaign. */
  | { readonly kind: 'transfer'; readonly what: 'begin' | 'abort' | 'now'; readonly to: NodeId }
  /** How a lagging follower is brought up to date: `diff`, `trunc`, `snap`, `probe`, `learn`,
   *  `snapshot`. */
  | {
      readonly kind: 'catch-up';
      readonly peer: NodeId;
      readonly method: string;
      readonly from: Position;
    }
  /** A stale or hostile message, dropped: the third kind of error. */
  | {
      readonly kind: 'ignored';
      readonly from: NodeId;
      readonly type: string;
      readonly why: string;
    };

/** Classes of messages between nodes, for the cost split of protocols.md 8.2 and the screen. */
export type MessageKind =
  'replicate' | 'answer' | 'commit' | 'election' | 'heartbeat' | 'catch-up' | 'read';
