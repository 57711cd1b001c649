/**
 * X3 (protocols.md 7.1): what is committed is on the disks of a quorum, and stays there: of every
 * quorum that could elect or choose from now on, at least one disk has it, as an entry or in a
 * snapshot. Only disks that the configuration names count; a wiped one has no vote (0.5).
 */
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { ClusterConfig } from '../../../protocols/kernel/config.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { Member } from '../../../vocabulary/ids.ts';
import type { SimDisk } from '../world/disk.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import type { ConfigHistory } from './config-history.ts';
import type { QuorumRules } from './quorum-rules.ts';
import { entryText, sameValue, type Report } from './violation.ts';

/** Whether a disk has what was committed at `entry.pos`. */
export function hasOnDisk(disk: SimDisk, entry: Entry): boolean {
  if (disk.snapshot !== null && disk.snapshot.lastPos >= entry.pos) return true;
  const held = disk.at(entry.pos);
  return held !== undefined && (held === entry || sameValue(held, entry));
}

export class DurabilityChecks {
  readonly #world: World;
  readonly #configs: ConfigHistory;
  readonly #rules: QuorumRules;
  readonly #report: Report;

  constructor(world: World, configs: ConfigHistory, rules: QuorumRules, report: Report) {
    this.#world = world;
    this.#configs = configs;
    this.#rules = rules;
    this.#report = report;
  }

  /** @returns false when a quorum could be left without the entry. */
  assertKept(entry: Entry, when: string): boolean {
    const { latest } = this.#configs;
    if (this.#isKept(entry, latest.config)) return true;
    const governing = this.#rules.governing(this.#configs, entry.pos);
    if (governing !== latest.config && this.#isKept(entry, governing)) return true;
    const holders = this.#world.ids.filter((id) => hasOnDisk(this.#world.node(id).disk, entry));
    const who = holders.length === 0 ? 'no disk' : `the disk of ${holders.join(', ')} only`;
    this.#report('X3', null, `${entryText(entry)} is committed and on ${who} when ${when}`);
    return false;
  }

  /** A decision needs both halves of a joint configuration, so one that is covered is enough. */
  #isKept(entry: Entry, { voters, votersOld }: ClusterConfig): boolean {
    return this.#covers(entry, voters) || (votersOld !== null && this.#covers(entry, votersOld));
  }

  #covers(entry: Entry, voters: readonly Member[]): boolean {
    let without = 0;
    for (const { nodeId, storageId } of voters) {
      if (!this.#world.hasNode(nodeId)) continue;
      const { disk } = this.#world.node(nodeId);
      if (disk.storageId === storageId && !hasOnDisk(disk, entry)) without += 1;
    }
    return without < this.#rules.electing(voters.length);
  }

  /** For what has been committed, after a disk lost or replaced something. */
  synced(node: SimNode, ops: readonly PersistOp[], entries: readonly (Entry | undefined)[]): void {
    let from = Number.POSITIVE_INFINITY;
    for (const op of ops) {
      if (op.op === 'truncate') from = Math.min(from, op.from);
      // What a snapshot covers may go.
      else if (op.op === 'compact' && op.upTo > (node.disk.snapshot?.lastPos ?? 0)) from = 1;
      else if (op.op === 'put') from = Math.min(from, firstForeign(op.entries, entries));
    }
    this.#recheck(from, entries, `the disk of ${node.id} changes`);
  }

  wiped(node: SimNode, entries: readonly (Entry | undefined)[]): void {
    this.#recheck(1, entries, `the disk of ${node.id} is lost`);
  }

  /** Quorums are others from now on. */
  reconfigured(pos: number, entries: readonly (Entry | undefined)[]): void {
    this.#recheck(1, entries, `the configuration of ${pos} is committed`);
  }

  #recheck(from: number, entries: readonly (Entry | undefined)[], when: string): void {
    for (let pos = from; pos < entries.length; pos += 1) {
      const entry = entries[pos];
      if (entry !== undefined && !this.assertKept(entry, when)) return;
    }
  }
}

function firstForeign(put: readonly Entry[], entries: readonly (Entry | undefined)[]): number {
  for (const entry of put) {
    const known = entries[entry.pos];
    if (known !== undefined && known !== entry && !sameValue(known, entry)) return entry.pos;
  }
  return Number.POSITIVE_INFINITY;
}
