/** The invariants of ZAB (protocols.md 7.4) and what its messages may reveal (0.2). */
import type { Input, Message } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { ZabEntry } from '../../../protocols/zab/log.ts';
import type { ZabMessage } from '../../../protocols/zab/messages.ts';
import { isSuccessor, ZXID_ZERO, zxidLabel, type Zxid } from '../../../protocols/zab/zxid.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { TraceEvent } from '../../../vocabulary/trace.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import { hasOnDisk } from './durability-checks.ts';
import { lifeName, type Memories, type NodeMemory } from './memory.ts';
import type { Committed, ProtocolChecks } from './protocol-checks.ts';
import { entryText, sameValue, type Report } from './violation.ts';

interface Epochs {
  readonly accepted: number;
  readonly current: number;
}

export class ZabChecks implements ProtocolChecks {
  readonly #world: World;
  readonly #memories: Memories;
  readonly #committed: Committed;
  readonly #report: Report;
  /** Z12: what each zxid stands for. */
  readonly #transactions = new Map<string, ZabEntry>();
  readonly #primaries = new Map<number, string>();
  readonly #initial = new Map<number, readonly (Entry | undefined)[]>();
  readonly #epochs = new Map<string, Epochs>();

  constructor(world: World, memories: Memories, committed: Committed, report: Report) {
    this.#world = world;
    this.#memories = memories;
    this.#committed = committed;
    this.#report = report;
  }

  asked(memory: NodeMemory, _input: Input, ops: readonly PersistOp[]): void {
    const { committed, node } = memory;
    let covered = memory.snapshotPos;
    for (const op of ops) {
      if (op.op === 'put') for (const entry of op.entries) this.#name(node, entry);
      if (op.op === 'snapshot') covered = op.snapshot.lastPos;
      // A snapshot has what it covers, whatever becomes of the log.
      if (op.op !== 'truncate' || Math.max(op.from, covered + 1) > committed) continue;
      this.#report('X2', node.id, `${node.id} truncates at ${op.from}, delivered ${committed}`);
    }
  }

  /** Z12: a zxid is never used again for another transaction, nor at another place. */
  #name(node: SimNode, plain: Entry): void {
    const entry = plain as ZabEntry;
    const label = zxidLabel(entry);
    const known = this.#transactions.get(label);
    if (known === undefined) this.#transactions.set(label, entry);
    else if (!sameValue(known, entry)) {
      const text = `${label} is ${entryText(known)} and, at ${node.id},`;
      this.#report('Z12', node.id, `${text} ${entryText(entry)}`);
    }
  }

  leads(event: Extract<TraceEvent, { kind: 'role' }>): boolean {
    // Before it serves, a leader has no epoch of its own (Z2 counts from NEWLEADER on).
    return event.role === 'leader' && event.ready;
  }

  /** Z10: a leader commits in order; a life delivers without holes. */
  traced(memory: NodeMemory, event: TraceEvent): void {
    if (event.kind !== 'commit' || event.from === memory.committed + 1) return;
    const { id } = memory.node;
    this.#report('Z10', id, `${id} delivers ${event.from} after ${memory.committed}`);
  }

  /** Z5 and Z6: deliveries are dense inside an epoch and sorted by epochs. */
  committedFirst(memory: NodeMemory, plain: Entry): void {
    const entry = plain as ZabEntry;
    const before = this.#committed.entries[entry.pos - 1] as ZabEntry | undefined;
    const last: Zxid = before ?? ZXID_ZERO;
    const { id } = memory.node;
    if (!isSuccessor(last, entry)) {
      const id6 = entry.epoch < last.epoch ? 'Z6' : 'Z5';
      this.#report(id6, id, `${id} delivers ${zxidLabel(entry)} after ${zxidLabel(last)}`);
    }
    if (memory.role === 'leader') return;
    this.#report('Z4', id, `${id} delivers ${zxidLabel(entry)} before any leader does`);
  }

  sending(node: SimNode, _to: NodeId, message: Message): void {
    const msg = message as ZabMessage;
    const { accepted, current } = epochsOf(node);
    switch (msg.type) {
      case 'LeaderInfo':
      case 'AckEpoch':
        if (accepted < msg.epoch) this.#early(node, msg, `acceptedEpoch ${accepted}`);
        return;
      case 'NewLeaderAck':
        if (current < msg.epoch) this.#early(node, msg, `currentEpoch ${current}`);
        else if (current === msg.epoch && !this.#holds(node, msg.lastZxid)) {
          this.#early(node, msg, `no ${zxidLabel(msg.lastZxid)}`);
        }
        return;
      case 'Ack':
        if (accepted <= msg.epoch && !this.#holds(node, msg.zxid)) {
          this.#early(node, msg, `no ${zxidLabel(msg.zxid)}`);
        }
        return;
      case 'NewLeader':
        this.#begin(node, msg.epoch);
        return this.#assertPrimary(node, msg.type, msg.epoch);
      case 'Proposal':
        return this.#assertPrimary(node, msg.type, msg.epoch);
      default:
    }
  }

  #early(node: SimNode, msg: ZabMessage, onDisk: string): void {
    const text = `${node.id} sends ${JSON.stringify(msg).slice(0, 120)}`;
    this.#report('X7', node.id, `${text} before it is durable; on disk: ${onDisk}`);
  }

  #holds(node: SimNode, zxid: Zxid): boolean {
    if (zxid.epoch === 0) return true;
    const known = this.#transactions.get(zxidLabel(zxid));
    if (known === undefined) return false;
    if ((node.disk.snapshot?.lastPos ?? 0) >= known.pos) return true;
    const held = node.disk.at(known.pos) as ZabEntry | undefined;
    return held !== undefined && held.epoch === zxid.epoch && held.counter === zxid.counter;
  }

  /** Z2: one server, in one life, is the primary of an epoch. */
  #assertPrimary(node: SimNode, type: string, epoch: number): void {
    const name = lifeName(node);
    const first = this.#primaries.get(epoch) ?? name;
    this.#primaries.set(epoch, first);
    if (first === name) return;
    this.#report('Z2', node.id, `${type} of epoch ${epoch} comes from ${first} and ${name}`);
  }

  /** The initial history of an epoch is what its leader holds when it first says NEWLEADER. */
  #begin(node: SimNode, epoch: number): void {
    if (this.#initial.has(epoch)) return;
    const { log } = this.#memories.of(node);
    const end = log.findIndex((entry) => entry !== undefined && epochIn(entry) >= epoch);
    this.#initial.set(epoch, end === -1 ? log.slice() : log.slice(0, end));
    for (const id of this.#world.ids) {
      const other = this.#world.node(id);
      if (other.id !== node.id && epochsOf(other).current === epoch) this.#assertAdopted(other);
    }
  }

  synced(node: SimNode, ops: readonly PersistOp[], how: 'barrier' | 'crash'): void {
    this.#assertEpochs(node, how);
    for (const op of ops) {
      if (op.op === 'hard' && op.record['currentEpoch'] !== undefined) this.#assertAdopted(node);
    }
  }

  /** Z8: who is at epoch e has adopted its initial history. */
  #assertAdopted(node: SimNode): void {
    const { current } = epochsOf(node);
    const initial = this.#initial.get(current);
    if (initial === undefined) return;
    for (let pos = 1; pos < initial.length; pos += 1) {
      const wanted = initial[pos];
      if (wanted === undefined || hasOnDisk(node.disk, wanted)) continue;
      const text = `${node.id} is at epoch ${current} without ${entryText(wanted)}`;
      this.#report('Z8', node.id, `${text} of its initial history`);
      return;
    }
  }

  /**
   * Z1 and X6. A crash may keep entries of an epoch and lose the currentEpoch written with them,
   * which they entail.
   */
  #assertEpochs(node: SimNode, how: 'barrier' | 'crash'): void {
    const epochs = epochsOf(node);
    const { accepted, current } = epochs;
    const last = node.disk.at(node.disk.lastPos);
    const epoch = last === undefined ? 0 : epochIn(last);
    if (accepted < current || (how === 'barrier' && current < epoch) || accepted < epoch) {
      const text = `acceptedEpoch ${accepted}, currentEpoch ${current}, history of ${epoch}`;
      this.#report('Z1', node.id, `${node.id} has ${text}`);
    }
    const before = this.#epochs.get(node.disk.storageId);
    this.#epochs.set(node.disk.storageId, epochs);
    if (before === undefined) return;
    if (before.accepted <= accepted && before.current <= current) return;
    const text = `${before.accepted}/${before.current}, then ${accepted}/${current}`;
    this.#report('X6', node.id, `${node.id}: accepted and current epoch ${text}`);
  }
}

function epochIn(entry: Entry): number {
  return (entry as ZabEntry).epoch;
}

function epochsOf(node: SimNode): Epochs {
  const { hard } = node.disk;
  return {
    accepted: (hard['acceptedEpoch'] ?? 0) as number,
    current: (hard['currentEpoch'] ?? 0) as number,
  };
}
