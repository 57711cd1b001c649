/**
 * A simulated cluster as the steps of a scenario see it: the same faults, ledger and words as on a
 * live one, carried out on virtual time.
 */
import type { SignalOrder } from '../faults/fault-kind.ts';
import { faultKind, linkKey } from '../faults/index.ts';
import type { LinkModel, Simulation } from '../runtime/simulator/timed/simulation.ts';
import { compareEras } from '../vocabulary/era.ts';
import { CLEAR_LINK, type FaultSpec, type LinkRule } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import { FaultLedger } from './fault-ledger.ts';
import type { LabEvent } from './ports.ts';

export class SimulatedCluster {
  readonly nodeIds: readonly NodeId[];
  readonly ledger: FaultLedger;
  readonly #simulation: Simulation;
  readonly #record: (event: LabEvent) => void;

  constructor(simulation: Simulation, record: (event: LabEvent) => void) {
    this.#simulation = simulation;
    this.#record = record;
    this.nodeIds = simulation.world.ids;
    this.ledger = new FaultLedger((fault) => {
      record({ k: 'fault', us: fault.endUs ?? fault.startUs, fault });
      this.#applyRules();
    });
  }

  nowUs(): number {
    return Math.round(this.#simulation.nowUs);
  }

  isRunning(node: NodeId): boolean {
    return this.#simulation.world.node(node).life !== null;
  }

  /** The ready leader of the highest era; a deposed one that does not know it yet loses. */
  readonly leadership = {
    ready: (): NodeId | null => {
      const { world } = this.#simulation;
      let best: NodeId | null = null;
      for (const id of world.readyLeaders()) {
        const era = world.describe(id)?.era;
        const other = best === null ? undefined : world.describe(best)?.era;
        if (era !== undefined && (other === undefined || compareEras(era, other) > 0)) best = id;
      }
      return best;
    },
  };

  /** @returns why it cannot be applied, or null. */
  begin(spec: FaultSpec, label: string | null): string | null {
    const problem = this.#problemOf(spec);
    const record = this.ledger.begin(spec, label, 'scenario', this.nowUs());
    if (problem !== null) {
      this.ledger.end(record.id, this.nowUs(), `refused: ${problem}`);
      return problem;
    }
    for (const order of faultKind(spec).begin(spec)) this.#signal(order);
    return null;
  }

  #problemOf(spec: FaultSpec): string | null {
    const wrong = faultKind(spec).check(spec);
    if (wrong !== null) return wrong;
    if (!('node' in spec)) return null;
    if (!this.nodeIds.includes(spec.node)) return `no node ${spec.node} in this cluster`;
    if (!this.isRunning(spec.node)) return `${spec.node} is not running`;
    const isPaused = this.#simulation.world.node(spec.node).paused;
    return spec.kind === 'pause' && isPaused ? `${spec.node} is paused already` : null;
  }

  #signal({ node, signal }: SignalOrder): void {
    const simulation = this.#simulation;
    const us = this.nowUs();
    switch (signal) {
      case 'kill':
      case 'stop':
        simulation.world[signal](node);
        this.#record({ k: 'down', us, node, how: signal, why: `the scenario: ${signal}` });
        this.#endPauses(node);
        return;
      case 'start':
        if (!this.isRunning(node)) this.#boot(node);
        return;
      case 'pause':
        simulation.world.pause(node);
        this.#record({ k: 'pause', us, node });
        return;
      case 'resume':
        if (!simulation.world.node(node).paused) return;
        simulation.resume(node);
        this.#record({ k: 'resume', us, node });
    }
  }

  #boot(node: NodeId): void {
    const { disk } = this.#simulation.world.node(node);
    this.#record({ k: 'up', us: this.nowUs(), node, incarnation: disk.incarnation + 1 });
    this.#simulation.boot(node, 'kept');
  }

  #endPauses(node: NodeId): void {
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (spec.kind === 'pause') this.ledger.end(id, this.nowUs(), 'the node went down');
    }
  }

  startNode(node: NodeId): void {
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (spec.kind !== 'pause') this.ledger.end(id, this.nowUs(), 'started again');
    }
    if (!this.isRunning(node)) this.#boot(node);
  }

  resumeNode(node: NodeId): void {
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (spec.kind === 'pause') this.undo(id, 'resumed');
    }
  }

  undo(id: number, outcome: string): void {
    const record = this.ledger.end(id, this.nowUs(), outcome);
    if (record === null) return;
    for (const order of faultKind(record.spec).undo(record.spec)) this.#signal(order);
  }

  /** Ends every fault of a link. */
  heal(): void {
    for (const { id, spec } of this.ledger.active) if ('links' in spec) this.undo(id, 'healed');
  }

  undoAll(outcome: string): void {
    for (const { id } of [...this.ledger.active].reverse()) this.undo(id, outcome);
  }

  #applyRules(): void {
    const rules = this.ledger.rules();
    const { world, spec } = this.#simulation;
    for (const { from, to, cut } of world.network.links) {
      const rule = rules.get(linkKey(from, to)) ?? CLEAR_LINK;
      if (rule.cut && !cut) world.cut(from, to);
      if (!rule.cut && cut) world.mend(from, to);
      const isClear = rule.delayMs === 0 && rule.jitterMs === 0 && rule.loss === 0;
      this.#simulation.setLink(from, to, isClear ? null : worsened(spec.link, rule));
    }
  }
}

function worsened(link: LinkModel, { delayMs, jitterMs, loss }: LinkRule): LinkModel {
  const delayUsMin = link.delayUsMin + Math.max(0, Math.round((delayMs - jitterMs) * 1_000));
  const delayUsMax = link.delayUsMax + Math.round((delayMs + jitterMs) * 1_000);
  return { ...link, delayUsMin, delayUsMax, loss };
}
