/**
 * Where faults of one cluster are begun and undone, live or simulated: checks them, writes the
 * ledger, and tells the cluster's host what to do.
 */
import { AssertionError } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import type { SignalOrder } from '../faults/fault-kind.ts';
import { faultKind } from '../faults/index.ts';
import { keepsMessages } from '../faults/link-filter.ts';
import { endsWithProcess, onlyOf, REFUSED } from '../vocabulary/fault.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { FaultHost } from './fault-host.ts';
import { FaultLedger } from './fault-ledger.ts';
import { whyNotTypes } from './message-types.ts';

export class FaultDesk {
  readonly ledger: FaultLedger;
  readonly #host: FaultHost;
  readonly #deaths: ((fault: FaultRecord) => void)[] = [];

  constructor(host: FaultHost) {
    this.#host = host;
    this.ledger = new FaultLedger((fault) => {
      host.record({ k: 'fault', us: fault.endUs ?? fault.startUs, fault });
      host.rulesChanged();
    });
  }

  /** Begins a fault. @throws LabError when it cannot be applied; the ledger has the refusal. */
  begin(spec: FaultSpec, origin: FaultOrigin, label: string | null): FaultRecord {
    const host = this.#host;
    const problem = this.#problemOf(spec);
    if (this.ledger.isFull) throw new LabError('not-possible-now', 'the fault ledger is full');
    const record = this.ledger.begin(spec, label, origin, host.nowUs());
    const refusal = problem ?? problemIn(() => this.#signalAll(faultKind(spec).begin(spec)));
    if (refusal !== null) {
      this.ledger.end(record.id, host.nowUs(), `${REFUSED}${refusal}`);
      throw new LabError('not-possible-now', refusal);
    }
    if (!faultKind(spec).momentary) return record;
    return this.ledger.end(record.id, host.nowUs(), 'it happened') ?? record;
  }

  #problemOf(spec: FaultSpec): string | null {
    const kind = faultKind(spec);
    const wrong = kind.check(spec);
    if (wrong !== null) return wrong;
    if ('links' in spec) {
      const ends = spec.links.flatMap(({ from, to }) => [from, to]);
      const stranger = ends.find((node) => !this.#host.nodeIds.includes(node));
      if (stranger !== undefined) return `no node ${stranger} in this cluster`;
      return whyNotTypes(this.#host.protocol, onlyOf(spec).types ?? []);
    }
    const { node } = spec;
    if (!this.#host.nodeIds.includes(node)) return `no node ${node} in this cluster`;
    const isRunning = this.#host.isRunning(node);
    if (kind.needs === 'running' && !isRunning) return `${node} is not running`;
    if (kind.needs === 'down' && isRunning) return `${node} runs: kill or stop it first`;
    if (spec.kind === 'wipe') return this.#host.whyNotWiped(node);
    const isOn = this.ledger.ofNode(node).some((fault) => fault.spec.kind === spec.kind);
    return kind.once && isOn ? `${kind.label(spec)}: that is on already` : null;
  }

  #signalAll(orders: readonly SignalOrder[]): void {
    for (const order of orders) {
      if (order.signal !== 'start-if-down') this.#host.signal(order);
      else this.#startIfDown(order.node);
    }
  }

  /** Ends a fault and does what undoes it; false when it is not on. An undo that fails is noted,
   *  and keeps no other one from being done. */
  undo(id: number, outcome: string): boolean {
    const record = this.ledger.end(id, this.#host.nowUs(), outcome);
    if (record === null) return false;
    const { spec } = record;
    const problem = problemIn(() => this.#signalAll(faultKind(spec).undo(spec)));
    if (problem !== null) this.ledger.amend(id, `${outcome}; the undo failed: ${problem}`);
    return true;
  }

  /** A node that went down of a fault that is over now, unless another one keeps it down. */
  #startIfDown(node: NodeId): void {
    const host = this.#host;
    const isKeptDown = this.ledger.ofNode(node).some((fault) => this.ledger.keepsDown(fault));
    if (isKeptDown || host.isRunning(node) || host.whyNotStarted(node) !== null) return;
    host.start(node);
  }

  /** The process is gone, whoever ended it: it is no longer paused, and its disk is not held. */
  noteExit(node: NodeId, outcome: string): void {
    const us = this.#host.nowUs();
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (!endsWithProcess(spec)) continue;
      this.ledger.end(id, us, outcome);
      if (spec.kind === 'pause') this.#host.record({ k: 'resume', us, node });
    }
  }

  /** The node died where a fault said it should; it stays down until that is undone. */
  noteKilledAtPoint(node: NodeId, id: number): void {
    const fault = this.ledger.reach(id);
    // It came to the point before it heard that the fault was over.
    if (fault === null) return this.#startIfDown(node);
    for (const listener of this.#deaths) listener(fault);
  }

  /** Called when a node died at a point that a fault named, some time after that began. */
  onKilledAtPoint(listener: (fault: FaultRecord) => void): void {
    this.#deaths.push(listener);
  }

  /** The node is no part of the cluster any more: nothing brings it back by itself. */
  noteRemoved(node: NodeId): void {
    for (const { id } of this.ledger.ofNode(node)) {
      this.ledger.end(id, this.#host.nowUs(), 'the node was removed');
    }
  }

  /** A limited fault has met its last message on one of its links; over when on all of them, but
   *  for one that would let go what it was to keep. */
  noteSpent(id: number, link: Link): void {
    const record = this.ledger.find(id);
    if (record === null || !('links' in record.spec)) return;
    const left = this.ledger.spend(id, link);
    if (left === 0 && !keepsMessages(record.spec.kind)) this.undo(id, 'used up');
  }

  releaseDisk(node: NodeId): void {
    this.#undoOf(node, ['hold-disk'], 'released', `the disk of ${node} is not held`);
  }

  resumeNode(node: NodeId): void {
    this.#undoOf(node, ['pause'], 'resumed', `${node} is not paused`);
  }

  /** Ends everything that is done to a node that is not down for it. */
  restoreNode(node: NodeId): void {
    const meant = this.ledger.ofNode(node).filter((fault) => !this.ledger.keepsDown(fault));
    this.#undoEach(meant, 'restored', `nothing is done to ${node}`);
  }

  #undoOf(node: NodeId, kinds: readonly string[], outcome: string, otherwise: string): void {
    const meant = this.ledger.ofNode(node).filter(({ spec }) => kinds.includes(spec.kind));
    this.#undoEach(meant, outcome, otherwise);
  }

  #undoEach(meant: readonly FaultRecord[], outcome: string, otherwise: string): void {
    if (meant.length === 0) throw new LabError('not-possible-now', otherwise);
    for (const { id } of meant) this.undo(id, outcome);
  }

  /** Starts a node that is down, whatever brought it down. @throws LabError when it runs. */
  startNode(node: NodeId): void {
    const host = this.#host;
    const why = host.whyNotStarted(node);
    if (why !== null) throw new LabError('not-possible-now', why);
    const isRunning = host.isRunning(node);
    const downs = this.ledger.ofNode(node).filter((fault) => this.ledger.keepsDown(fault));
    if (isRunning && downs.length === 0) {
      throw new LabError('not-possible-now', `${node} runs already`);
    }
    for (const { id } of downs) this.ledger.end(id, host.nowUs(), 'started again');
    host.start(node);
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
    for (const fault of [...this.ledger.active].reverse()) {
      const { id, spec } = fault;
      const isDown = 'node' in spec && !this.#host.isRunning(spec.node);
      if (!restart && (isDown || this.ledger.keepsDown(fault))) {
        this.ledger.end(id, this.#host.nowUs(), outcome);
      } else this.undo(id, outcome);
    }
  }
}

/** What went wrong in it, or null. A bug of ours is none of its problems. */
function problemIn(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function sameLink(a: Link, b: Link): boolean {
  return a.from === b.from && a.to === b.to;
}
