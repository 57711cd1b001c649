/**
 * Where faults of one cluster are begun and undone: checks them, writes the ledger, signals the
 * processes, and works out what every link does.
 */
import { assert } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import type { SignalOrder } from '../faults/fault-kind.ts';
import { faultKind, linkKey } from '../faults/index.ts';
import { CLEAR_LINK } from '../vocabulary/fault.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { LinkRules } from '../runtime/process/node-config.ts';
import { FaultLedger } from './fault-ledger.ts';
import type { NodeGroup } from './node-group.ts';
import type { LabEvent } from './ports.ts';

export interface FaultDeskOptions {
  readonly nodes: NodeGroup;
  readonly nodeIds: readonly NodeId[];
  readonly nowUs: () => number;
  readonly record: (event: LabEvent) => void;
  readonly changed: () => void;
}

export class FaultDesk {
  readonly ledger: FaultLedger;
  readonly #options: FaultDeskOptions;

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
    if (handle === undefined) return `no node ${spec.node} in this cluster`;
    if (!handle.isRunning) return `${spec.node} is not running`;
    if (spec.kind === 'pause' && handle.isPaused) return `${spec.node} is paused already`;
    return null;
  }

  /** Ends a fault and does what undoes it; false when it is not on. */
  undo(id: number, outcome: string): boolean {
    const record = this.ledger.find(id);
    if (record === null) return false;
    this.ledger.end(id, this.#options.nowUs(), outcome);
    for (const order of faultKind(record.spec).undo(record.spec)) this.#signal(order);
    return true;
  }

  #signal({ node, signal }: SignalOrder): void {
    const { nodes, record, nowUs } = this.#options;
    const handle = nodes.handle(node);
    assert(handle !== undefined, `signal ${signal} to unknown ${node}`);
    switch (signal) {
      case 'kill':
        nodes.cancelStart(node);
        void handle.kill();
        // A paused node that is killed is no longer paused.
        this.#endPauses(node, 'killed');
        return;
      case 'stop':
        nodes.cancelStart(node);
        this.#endPauses(node, 'stopped');
        void handle.stop();
        return;
      case 'start':
        nodes.startWhenGone(node);
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

  /** The process is gone, whoever ended it: it is no longer paused. */
  noteExit(node: NodeId): void {
    this.#endPauses(node, 'the process ended');
  }

  #endPauses(node: NodeId, outcome: string): void {
    const { record, nowUs } = this.#options;
    for (const fault of this.ledger.ofNode(node)) {
      if (fault.spec.kind !== 'pause') continue;
      this.ledger.end(fault.id, nowUs(), outcome);
      record({ k: 'resume', us: nowUs(), node });
    }
  }

  /** Starts a node that is down, whatever brought it down. @throws LabError when it runs. */
  startNode(node: NodeId): void {
    const { nodes } = this.#options;
    const handle = nodes.handle(node);
    if (handle === undefined) throw new LabError('not-possible-now', `no node ${node}`);
    const downs = this.ledger.ofNode(node).filter(({ spec }) => spec.kind !== 'pause');
    if (handle.isRunning && downs.length === 0) {
      throw new LabError('not-possible-now', `${node} runs already`);
    }
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
      const isDown = record.spec.kind === 'kill' || record.spec.kind === 'stop';
      if (isDown && !restart) this.ledger.end(record.id, this.#options.nowUs(), outcome);
      else this.undo(record.id, outcome);
    }
  }

  /** What a node does to its links. */
  rulesOf(node: NodeId): LinkRules {
    const rules = this.ledger.rules();
    const own: Record<NodeId, LinkRules[string]> = {};
    for (const peer of this.#options.nodeIds) {
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
