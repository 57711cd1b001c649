/** The part of the checks that knows one protocol. Methods are called in the order of events. */
import type { Input, Message } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { TraceEvent } from '../../../vocabulary/trace.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { ConfigHistory } from './config-history.ts';
import type { NodeMemory } from './memory.ts';

/** What is known to be committed, by position; grows only. */
export interface Committed {
  readonly entries: readonly (Entry | undefined)[];
  /** Number of the era of who committed it first. */
  readonly eras: readonly (number | undefined)[];
  readonly max: number;
  readonly configs: ConfigHistory;
}

export interface ProtocolChecks {
  /** The core asks for these operations; `memory` does not show them yet. */
  asked(memory: NodeMemory, input: Input, ops: readonly PersistOp[]): void;
  /** `memory` shows role and era before this event. */
  traced(memory: NodeMemory, event: TraceEvent): void;
  /** Which era counts as led from now on; null: none. */
  leads(event: Extract<TraceEvent, { kind: 'role' }>): boolean;
  /** This node says first that `entry` is committed. */
  committedFirst(memory: NodeMemory, entry: Entry): void;
  sending(node: SimNode, to: NodeId, msg: Message): void;
  synced(node: SimNode, ops: readonly PersistOp[], how: 'barrier' | 'crash'): void;
}
