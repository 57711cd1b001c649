/**
 * What the screen is told, live and in playback alike: one stream of small events per cluster.
 * `cluster-view.ts` folds them into what is to be drawn, so a live view and a recording cannot
 * differ.
 */
import type { AdminRecord } from '../vocabulary/admin.ts';
import type { FaultRecord } from '../vocabulary/fault.ts';
import type { NodeId, Position } from '../vocabulary/ids.ts';
import type { MessageKind, TraceEvent } from '../vocabulary/trace.ts';

/** `us`: microseconds since the start of the run. */
export type ViewEvent =
  | { readonly k: 'up'; readonly us: number; readonly node: NodeId; readonly incarnation: number }
  | {
      readonly k: 'down';
      readonly us: number;
      readonly node: NodeId;
      readonly how: 'kill' | 'stop' | 'crash';
      readonly why: string;
    }
  /** A command of the operator began, or has ended. */
  | { readonly k: 'admin'; readonly us: number; readonly record: AdminRecord }
  | { readonly k: 'pause'; readonly us: number; readonly node: NodeId }
  | { readonly k: 'resume'; readonly us: number; readonly node: NodeId }
  /** Manual mode of the cluster began or has ended: what happens in between is the choice of a
   *  scheduler, and no time-out says anything of the protocol. Or a message was doubled in it. */
  | {
      readonly k: 'manual';
      readonly us: number;
      readonly what: 'begin' | 'end' | 'duplicate';
      readonly note: string;
    }
  | { readonly k: 'trace'; readonly us: number; readonly node: NodeId; readonly e: TraceEvent }
  | {
      readonly k: 'send';
      readonly us: number;
      readonly node: NodeId;
      readonly id: string;
      readonly to: NodeId;
      readonly type: string;
      readonly mk: MessageKind;
      readonly lam: number;
    }
  | {
      readonly k: 'recv';
      readonly us: number;
      readonly node: NodeId;
      readonly id: string;
      readonly from: NodeId;
      readonly type: string;
      readonly mk: MessageKind;
      readonly lam: number;
    }
  | {
      readonly k: 'drop';
      readonly us: number;
      readonly node: NodeId;
      readonly id: string;
      readonly from: NodeId;
      readonly to: NodeId;
      readonly type: string;
      readonly why: string;
    }
  | {
      readonly k: 'apply';
      readonly us: number;
      readonly node: NodeId;
      readonly to: Position;
      readonly hash: string;
    }
  /** A fault started or ended (`fault.endUs` set); the whole record each time. */
  | { readonly k: 'fault'; readonly us: number; readonly fault: FaultRecord }
  /** Client operations that returned within the last bucket of `spanUs`. */
  | {
      readonly k: 'ops';
      readonly us: number;
      readonly spanUs: number;
      readonly ok: number;
      readonly failed: number;
      readonly unknown: number;
      /** Median latency of the ok ones; null when there were none. */
      readonly p50Us: number | null;
    }
  | {
      readonly k: 'violation';
      readonly us: number;
      readonly node: NodeId | null;
      readonly check: string;
      readonly message: string;
    }
  /** Live only: this many events were left out because the screen could not keep up. */
  | { readonly k: 'skipped'; readonly us: number; readonly count: number };
