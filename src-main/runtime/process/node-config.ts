/** What a node is told when it is started, and what it and its supervisor say to each other over
 *  the child's own channel: never subject to faults. */
import type { Json } from '../../vocabulary/json.ts';
import type { LinkRule, NodeRules } from '../../vocabulary/fault.ts';
import type { NodeCounters } from '../../vocabulary/journal.ts';
import type { Member, NodeId, ProtocolName } from '../../vocabulary/ids.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { ManualItem, ManualNodeAct, ManualNodeState } from '../../vocabulary/manual.ts';
import type { Role, TraceEvent } from '../../vocabulary/trace.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { AdminOp } from '../../protocols/kernel/core.ts';
import type { Answer } from '../driver/ports.ts';

export interface NodeConfig {
  readonly cluster: string;
  readonly protocol: ProtocolName;
  readonly service: string;
  readonly nodeId: NodeId;
  /** The configuration the cluster began with, the same for ever. */
  readonly members: readonly Member[];
  /** Whom the supervisor knows, with the disks they have now; more than `members` for a joiner. */
  readonly peers: readonly Member[];
  /** Lives on this node's earlier disks: a fresh disk counts on from there, so that no two lives
   *  of a node share a number in a recording. */
  readonly livesBefore: number;
  /** Identity for a fresh disk; a disk that has one keeps it. */
  readonly storageId: string;
  /** Owner-only directory of the sockets of this cluster. */
  readonly socketDir: string;
  /** Directory of this node alone: database and journals. */
  readonly dataDir: string;
  readonly seed: number;
  readonly timing: Timing;
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  /** Start of the run on the machine's monotonic clock, in nanoseconds, as decimal digits. */
  readonly epochNs: string;
  /** false: no flight journal (only for measuring what recording costs). */
  readonly journal: boolean;
  /** Rules that are on when the node starts. */
  readonly links: LinkRules;
  readonly rules: NodeRules;
  /** It starts in manual mode. */
  readonly manual: boolean;
}

/** Messages and session frames on the present connections with each peer: put on ours, read from
 *  theirs. What one end put and the other has not read is on its way. */
export type LinkTraffic = {
  readonly [peer: NodeId]: { readonly sent: number; readonly read: number };
};

/** Per peer: what happens on the way to it, and whether anything from it is dropped on arrival. */
export type LinkRules = {
  readonly [peer: NodeId]: { readonly outgoing: readonly LinkRule[]; readonly deaf: boolean };
};

export type ToNode =
  | { readonly t: 'rules'; readonly links: LinkRules; readonly rules: NodeRules }
  | { readonly t: 'jump'; readonly ms: number }
  | { readonly t: 'freeze'; readonly on: boolean }
  | { readonly t: 'counters'; readonly id: number }
  | { readonly t: 'peers'; readonly peers: readonly Member[] }
  | { readonly t: 'disk'; readonly mode: DiskMode }
  | { readonly t: 'admin'; readonly id: number; readonly op: AdminOp }
  | { readonly t: 'manual'; readonly on: boolean }
  | { readonly t: 'manual-act'; readonly id: number; readonly act: ManualNodeAct }
  | { readonly t: 'stop' };

/** `held`: writes wait in memory, nobody is told that they are done, and a kill loses them. */
export type DiskMode = 'instant' | 'held';

type ConfigTrace = Extract<TraceEvent, { kind: 'config' }>;

export type FromNode =
  | {
      readonly t: 'ready';
      readonly incarnation: number;
      readonly storageId: string;
      readonly journalFile: string | null;
    }
  | {
      readonly t: 'role';
      readonly us: number;
      readonly role: Role;
      readonly era: Era;
      readonly leader: NodeId | null;
      readonly ready: boolean;
    }
  | { readonly t: 'counters'; readonly id: number; readonly counters: NodeCounters }
  /** The configuration this node goes by changed. */
  | { readonly t: 'config'; readonly config: Omit<ConfigTrace, 'kind'> }
  /** Whom its core talks to from now on. */
  | { readonly t: 'members'; readonly members: readonly Member[] }
  | { readonly t: 'admin'; readonly id: number; readonly answer: Answer }
  /** A limited fault has met its last message on the link to this peer. */
  | { readonly t: 'spent'; readonly fault: number; readonly peer: NodeId }
  /** In manual mode: what came into the inbox and left it, and how the node stands. */
  | {
      readonly t: 'inbox';
      readonly added: readonly ManualItem[];
      readonly gone: readonly number[];
      readonly overflowed: number;
      readonly node: ManualNodeState;
      readonly traffic: LinkTraffic;
    }
  /** What was asked of it by hand is done, with all that follows at once, or could not be. */
  | { readonly t: 'acted'; readonly id: number; readonly problem: string | null }
  | { readonly t: 'failed'; readonly why: 'assertion' | 'disk' | 'start'; readonly error: string };

export const DATABASE_FILE = 'node.sqlite';

/** Exit codes of a node, so that a supervisor can tell deaths apart. */
export const NODE_EXIT = { stopped: 0, assertion: 70, disk: 71, start: 72 } as const;
