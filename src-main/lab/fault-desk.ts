/**
 * Where faults of one cluster are begun and undone: checks them, writes the ledger, signals the
 * processes, and works out what every link does.
 */
import { assert } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import type { SignalOrder } from '../faults/fault-kind.ts';
import { faultKind, linkKey } from '../faults/index.ts';
import { whyNotWiped } from '../protocols/quorum/lost-disks.ts';
import { CLEAR_LINK } from '../vocabulary/fault.ts';
import { isDownFault } from '../vocabulary/fault.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { LinkRules } from '../runtime/process/node-config.ts';
import { FaultLedger } from './fault-ledger.ts';
import type { Membership } from './membership.ts';
import type { NodeGroup } from './node-group.ts';
import type { LabEvent } from './ports.ts';

export interface FaultDeskOptions {
  readonly nodes: NodeGroup;
  readonly membership: Membership;
  readonly nowUs: () => number;
  readonly record: (event: LabEvent) => void;
  readonly changed: () => void;
}

export class FaultDesk {
  readonly ledger: FaultLedger;
  readonly #options: FaultDeskOptions;
  /** Power cuts that have begun: the kill is still to come. */
  readonly #pendingKills = new Map<NodeId, NodeJS.Timeout>();

  constructor(options: FaultDeskOptions) {
    this.#options = options;
    this.ledger = new FaultLedger((fault) => {
      options.record({ k: 'fault', us: fault.endUs ?? fault.startUs, fault });
      options.nodes.pushRules();
      options.changed();
    });
  }

  /** Begins a fault. @throws LabError when it cannot be applied; the ledger has the refusal. */
  begin(spec: FaultSpec, origin: FaultOrigin, label: string | null): FaultRecord {
    const { nowUs } = this.#options;
    const problem = this.#problemOf(spec);
    if (this.ledger.isFull) throw new LabError('not-possible-now', 'the fault ledger is full');
    const record = this.ledger.begin(spec, label, origin, nowUs());
    if (problem !== null) {
      this.ledger.end(record.id, nowUs(), `refused: ${problem}`);
      throw new LabError('not-possible-now', problem);
    }
    for (const order of faultKind(spec).begin(spec)) this.#signal(order);
    return record;
  }

  #problemOf(spec: FaultSpec): string | null {
    const wrong = faultKind(spec).check(spec);
    if (wrong !== null) return wrong;
    if (!('node' in spec)) return null;
    const handle = this.#options.nodes.handle(spec.node);
    const { node, kind } = spec;
    if (handle === undefined) return `no node ${node} in this cluster`;
    if (kind === 'wipe') return this.#whyNotWiped(node, handle.isRunning);
    if (!handle.isRunning) return `${node} is not running`;
    if (kind === 'pause' && handle.isPaused) return `${node} is paused already`;
    const isHeld = this.ledger.ofNode(node).some((fault) => fault.spec.kind === 'hold-disk');
    return kind === 'hold-disk' && isHeld ? `the disk of ${node} is held already` : null;
  }

  #whyNotWiped(node: NodeId, isRunning: boolean): string | null {
    if (isRunning) return `${node} runs: kill or stop it first`;
    const { membership } = this.#options;
    return whyNotWiped(node, membership.config, (id) => membership.standingOf(id) === 'voter');
  }

  /** Ends a fault and does what undoes it; false when it is not on. */
  undo(id: number, outcome: string): boolean {
    const record = this.ledger.find(id);
    if (record === null) return false;
    this.ledger.end(id, this.#options.nowUs(), outcome);
    for (const order of faultKind(record.spec).undo(record.spec)) this.#signal(order);
    return true;
  }

  #signal({ node, signal, afterMs }: SignalOrder): void {
    const { nodes, record, nowUs } = this.#options;
    const handle = nodes.handle(node);
    assert(handle !== undefined, `signal ${signal} to unknown ${node}`);
    switch (signal) {
      case 'kill':
        if (afterMs !== undefined && afterMs > 0) return this.#planKill(node, afterMs);
        nodes.cancelStart(node);
        void handle.kill();
        this.#endHindrances(node, 'killed');
        return;
      case 'stop':
        nodes.cancelStart(node);
        this.#endHindrances(node, 'stopped');
        void handle.stop();
        return;
      case 'start':
        this.#killIfPending(node);
        nodes.startWhenGone(node);
        return;
      case 'hold-disk':
        handle.setDisk('held');
        return;
      case 'release-disk':
        handle.setDisk('instant');
        return;
      case 'wipe':
        nodes.cancelStart(node);
        nodes.wipe(node);
        return;
      case 'pause':
        handle.pause();
        record({ k: 'pause', us: nowUs(), node });
        return;
      case 'resume':
        if (!handle.isPaused) return;
        handle.resume();
        record({ k: 'resume', us: nowUs(), node });
        return;
    }
  }

  #planKill(node: NodeId, afterMs: number): void {
    clearTimeout(this.#pendingKills.get(node));
    const kill = (): void => {
      this.#pendingKills.delete(node);
      this.#signal({ node, signal: 'kill' });
    };
    this.#pendingKills.set(node, setTimeout(kill, afterMs));
  }

  /** Undone before its kill came: the writes since then are lost all the same. */
  #killIfPending(node: NodeId): void {
    const timer = this.#pendingKills.get(node);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#pendingKills.delete(node);
    this.#signal({ node, signal: 'kill' });
  }

  /** The process is gone, whoever ended it: it is no longer paused, and its disk is not held. */
  noteExit(node: NodeId): void {
    clearTimeout(this.#pendingKills.get(node));
    this.#pendingKills.delete(node);
    this.#endHindrances(node, 'the process ended');
  }

  #endHindrances(node: NodeId, outcome: string): void {
    const { record, nowUs } = this.#options;
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (isDownFault(spec)) continue;
      this.ledger.end(id, nowUs(), outcome);
      if (spec.kind === 'pause') record({ k: 'resume', us: nowUs(), node });
    }
  }

  /** The node is no part of the cluster any more: nothing brings it back by itself. */
  noteRemoved(node: NodeId): void {
    for (const { id } of this.ledger.ofNode(node)) {
      this.ledger.end(id, this.#options.nowUs(), 'the node was removed');
    }
  }

  /** The disk of a node that is down is lost. @throws LabError when it runs. */
  wipe(node: NodeId, origin: FaultOrigin): void {
    this.begin({ kind: 'wipe', node }, origin, null);
  }

  releaseDisk(node: NodeId): void {
    const holds = this.ledger.ofNode(node).filter(({ spec }) => spec.kind === 'hold-disk');
    if (holds.length === 0) {
      throw new LabError('not-possible-now', `the disk of ${node} is not held`);
    }
    for (const { id } of holds) this.undo(id, 'released');
  }

  /** Starts a node that is down, whatever brought it down. @throws LabError when it runs. */
  startNode(node: NodeId): void {
    const { nodes, membership } = this.#options;
    const standing = membership.has(node) ? membership.standingOf(node) : null;
    if (standing === null) throw new LabError('not-possible-now', `no node ${node}`);
    if (standing === 'removed') {
      throw new LabError('not-possible-now', `${node} was removed: add it to have it back`);
    }
    const downs = this.ledger.ofNode(node).filter(({ spec }) => isDownFault(spec));
    if (nodes.handle(node)?.isRunning === true && downs.length === 0) {
      throw new LabError('not-possible-now', `${node} runs already`);
    }
    this.#killIfPending(node);
    for (const record of downs) this.ledger.end(record.id, this.#options.nowUs(), 'started again');
    nodes.startByHand(node);
  }

  resumeNode(node: NodeId): void {
    const pauses = this.ledger.ofNode(node).filter(({ spec }) => spec.kind === 'pause');
    if (pauses.length === 0) throw new LabError('not-possible-now', `${node} is not paused`);
    for (const record of pauses) this.undo(record.id, 'resumed');
  }

  /** Ends the link faults that touch `link`, or all when null; what they do elsewhere goes on. */
  heal(link: Link | null, origin: FaultOrigin): number {
    let healed = 0;
    for (const record of this.ledger.active) {
      const { spec } = record;
      if (!('links' in spec)) continue;
      const rest = link === null ? [] : spec.links.filter((other) => !sameLink(other, link));
      if (rest.length === spec.links.length) continue;
      healed += 1;
      this.undo(record.id, 'healed');
      if (rest.length > 0) this.begin({ ...spec, links: rest }, origin, null);
    }
    return healed;
  }

  /** Undoes everything that is on. `restart`: also starts nodes that faults brought down. */
  undoAll(outcome: string, restart: boolean): void {
    for (const record of [...this.ledger.active].reverse()) {
      if (isDownFault(record.spec) && !restart)
        this.ledger.end(record.id, this.#options.nowUs(), outcome);
      else this.undo(record.id, outcome);
    }
  }

  /** What a node does to its links. */
  rulesOf(node: NodeId): LinkRules {
    const rules = this.ledger.rules();
    const own: Record<NodeId, LinkRules[string]> = {};
    for (const peer of this.#options.membership.allIds) {
      if (peer === node) continue;
      const outgoing = rules.get(linkKey(node, peer)) ?? CLEAR_LINK;
      // Both ends cut, so that a node that cannot hear of the cut (paused) is cut off all the same.
      const deaf = rules.get(linkKey(peer, node))?.cut ?? false;
      own[peer] = { outgoing, deaf };
    }
    return own;
  }
}

function sameLink(a: Link, b: Link): boolean {
  return a.from === b.from && a.to === b.to;
}
