/**
 * What the checkers know of each node beside its disk: its log and record as its core believes them
 * (everything it asked to persist), its role, and how far it committed.
 */
import type { HardRecord, PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import { ERA_ZERO, type Era } from '../../../vocabulary/era.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Role, TraceEvent } from '../../../vocabulary/trace.ts';
import type { SimNode } from '../world/sim-node.ts';

export interface NodeMemory {
  readonly node: SimNode;
  hard: HardRecord;
  /** Index = position. */
  log: (Entry | undefined)[];
  role: Role;
  era: Era;
  ready: boolean;
  /** Highest position it knows committed in this life. */
  committed: number;
  /** Everything up to here is in its snapshot, as it believes; 0 for none. */
  snapshotPos: number;
  /** The configuration it goes by; null until it says so in this life. */
  config: ConfigEvent | null;
}

export type ConfigEvent = Extract<TraceEvent, { kind: 'config' }>;

export function lifeName(node: SimNode): string {
  return `${node.id} in life ${node.disk.incarnation}`;
}

export class Memories {
  readonly #memories = new Map<NodeId, NodeMemory>();

  /** A life begins with what is on its disk. */
  begin(node: SimNode): NodeMemory {
    const log: (Entry | undefined)[] = [];
    for (let pos = 1; pos <= node.disk.lastPos; pos += 1) log[pos] = node.disk.at(pos);
    const memory: NodeMemory = {
      node,
      hard: node.disk.hard,
      log,
      role: 'follower',
      era: ERA_ZERO,
      ready: false,
      committed: node.disk.snapshot?.lastPos ?? 0,
      snapshotPos: node.disk.snapshot?.lastPos ?? 0,
      config: null,
    };
    this.#memories.set(node.id, memory);
    return memory;
  }

  of(node: SimNode): NodeMemory {
    return this.#memories.get(node.id) ?? this.begin(node);
  }
}

/** Brings the memory up to date with what the core asked for. */
export function remember(memory: NodeMemory, op: PersistOp): void {
  if (op.op === 'hard') memory.hard = { ...memory.hard, ...op.record };
  else if (op.op === 'truncate') memory.log.length = Math.min(memory.log.length, op.from);
  else if (op.op === 'snapshot') takeOver(memory, op.snapshot.lastPos);
  else if (op.op === 'compact') dropUpTo(memory.log, op.upTo);
  else for (const entry of op.entries) memory.log[entry.pos] = entry;
}

/** What a snapshot holds is committed, whoever sent it. */
function takeOver(memory: NodeMemory, lastPos: number): void {
  memory.snapshotPos = lastPos;
  memory.committed = Math.max(memory.committed, lastPos);
}

function dropUpTo(log: (Entry | undefined)[], upTo: number): void {
  for (let pos = 1; pos <= upTo && pos < log.length; pos += 1) delete log[pos];
}
