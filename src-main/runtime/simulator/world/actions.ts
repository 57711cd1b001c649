/**
 * Everything that can be done to a simulated cluster, as data. The swarm's scheduler, a script and
 * a minimised schedule are all lists of these, so whatever one of them found the others can show.
 */
import type { AdminOp, ClientOp, Message, ReadRequest } from '../../../protocols/kernel/core.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { CrashPoint } from '../../../vocabulary/crash-points.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { DiskMode } from './disk.ts';

/** One packet: the `nth` (from 1) of its type on its link. `key` finds it when others moved. */
export interface PacketPick {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly nth: number;
  readonly key?: string;
}

/** What a client asks; its session is the one it opened last. */
export type ClientAsk =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | {
      readonly kind: 'command';
      readonly seq: number;
      readonly acked: number;
      readonly payload: Json;
      /** Another session than its own. */
      readonly session?: number;
    };

export type ReadAsk = Pick<ReadRequest, 'level' | 'minPos' | 'payload'>;

/** `corrupt`: a record in the middle cannot be read; the node refuses to start. `wiped`: comes back
 *  empty under a new storageId. `amnesia`: empty, but claims to be the old one. */
export type BootDisk = 'kept' | DiskMode | 'corrupt' | 'wiped' | 'amnesia';

export type Action =
  | { readonly do: 'tick'; readonly node: NodeId; readonly elapsed: number }
  | { readonly do: 'deliver' | 'drop' | 'duplicate'; readonly pick: PacketPick }
  | { readonly do: 'cut' | 'mend'; readonly from: NodeId; readonly to: NodeId }
  | {
      readonly do: 'hold' | 'release';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly type: string;
    }
  | {
      readonly do: 'client';
      readonly client: string;
      readonly node: NodeId;
      readonly asks: readonly ClientAsk[];
    }
  | {
      readonly do: 'read';
      readonly client: string;
      readonly node: NodeId;
      readonly asks: readonly ReadAsk[];
    }
  | { readonly do: 'admin'; readonly node: NodeId; readonly op: AdminOp }
  | {
      readonly do: 'kill' | 'stop' | 'pause' | 'resume' | 'freeze' | 'thaw';
      readonly node: NodeId;
    }
  /** Killed when it passes this point for the `nth` time from now on; null: at none any more. */
  | {
      readonly do: 'crash-at';
      readonly node: NodeId;
      readonly point: CrashPoint | null;
      readonly nth: number;
    }
  | {
      readonly do: 'power-cut';
      readonly node: NodeId;
      readonly keepHard: number;
      readonly keepLog: number;
    }
  | { readonly do: 'boot'; readonly node: NodeId; readonly disk: BootDisk }
  | { readonly do: 'disk'; readonly node: NodeId; readonly mode: DiskMode }
  | { readonly do: 'complete'; readonly node: NodeId; readonly count: number }
  | {
      readonly do: 'inject';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly msg: Message;
    };

/** The operation a core gets, under the session it means. */
export function clientOp(ask: ClientAsk, session: number): ClientOp {
  if (ask.kind === 'open') return { kind: 'open-session' };
  if (ask.kind === 'close') return { kind: 'close-session', session };
  const { seq, acked, payload } = ask;
  return { kind: 'command', session: ask.session ?? session, seq, acked, payload };
}
