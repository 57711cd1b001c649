/**
 * A simulated cluster as the steps of a scenario see it: the same faults, ledger and words as on a
 * live one, carried out on virtual time.
 */
import type { SignalOrder } from '../faults/fault-kind.ts';
import { faultKind, linkKey } from '../faults/index.ts';
import { whyNotWiped } from '../protocols/quorum/lost-disks.ts';
import type { LinkModel, OwnEvent, Simulation } from '../runtime/simulator/timed/simulation.ts';
import type { Member } from '../vocabulary/ids.ts';
import { compareEras } from '../vocabulary/era.ts';
import { CLEAR_LINK, isDownFault, type FaultSpec, type LinkRule } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { AdminCluster } from './admin-program.ts';
import { FaultLedger } from './fault-ledger.ts';
import type { Configuration, Standing } from './membership.ts';
import type { LabEvent } from './ports.ts';

type PowerCut = OwnEvent & {
  readonly is: 'power-cut';
  readonly node: NodeId;
  /** Of the life that loses its power. */
  readonly incarnation: number;
};

export class SimulatedCluster implements AdminCluster {
  readonly ledger: FaultLedger;
  readonly #simulation: Simulation;
  readonly #record: (event: LabEvent) => void;
  readonly #initial: ReadonlySet<NodeId>;
  /** Those that were not removed, and of the spares those that were asked to join. */
  readonly #present: Set<NodeId>;
  readonly #left = new Set<NodeId>();
  /** Nodes whose next start is on an empty disk. */
  readonly #wiped = new Set<NodeId>();

  constructor(simulation: Simulation, record: (event: LabEvent) => void) {
    this.#simulation = simulation;
    this.#record = record;
    this.#initial = new Set(simulation.world.members.map(({ nodeId }) => nodeId));
    this.#present = new Set(this.#initial);
    this.ledger = new FaultLedger((fault) => {
      record({ k: 'fault', us: fault.endUs ?? fault.startUs, fault });
      this.#applyRules();
    });
  }

  // ---- who is in it ------------------------------------------------------------------------

  get nodeIds(): readonly NodeId[] {
    return this.#simulation.world.ids.filter((id) => this.#present.has(id));
  }

  /** As the words of a step ask for it. */
  get membership(): this {
    return this;
  }

  get voterIds(): readonly NodeId[] {
    return this.config().voters;
  }

  get learnerIds(): readonly NodeId[] {
    return this.nodeIds.filter((id) => this.standingOf(id) === 'learner');
  }

  get addedIds(): readonly NodeId[] {
    return this.nodeIds.filter((id) => !this.#initial.has(id));
  }

  get removedIds(): readonly NodeId[] {
    return [...this.#left];
  }

  presentIds(): readonly NodeId[] {
    return this.nodeIds;
  }

  memberIds(): readonly NodeId[] {
    return this.nodeIds.filter((id) => ['voter', 'learner'].includes(this.standingOf(id)));
  }

  leader(): NodeId | null {
    return this.leadership.ready();
  }

  config(): Configuration {
    const { world } = this.#simulation;
    const leader = this.leader();
    const view = leader === null ? null : world.describe(leader);
    const voters = view?.voters ?? world.members.map(({ nodeId }) => nodeId);
    return { voters, votersOld: null, learners: view?.learners ?? [] };
  }

  standingOf(node: NodeId): Standing {
    if (!this.#present.has(node)) return 'removed';
    const { voters, learners } = this.config();
    if (this.#wiped.has(node) || !this.#isKnown(node)) return 'outside';
    if (voters.includes(node)) return 'voter';
    return learners.includes(node) ? 'learner' : 'outside';
  }

  /** Whether anybody who runs knows it with the disk it has. */
  #isKnown(node: NodeId): boolean {
    const { world } = this.#simulation;
    return world.ids.some((id) => world.node(id).life !== null && world.knows(id, node));
  }

  member(node: NodeId): Member {
    return { nodeId: node, storageId: this.#simulation.world.node(node).disk.storageId };
  }

  isReady(node: NodeId): boolean {
    return this.isRunning(node);
  }

  expect(node: NodeId): void {
    this.#present.add(node);
    this.#left.delete(node);
  }

  /** The cores themselves say whom they talk to. */
  admit(): void {
    return;
  }

  retire(node: NodeId): void {
    this.#present.delete(node);
    this.#left.add(node);
    for (const { id } of this.ledger.ofNode(node)) {
      this.ledger.end(id, this.nowUs(), 'the node was removed');
    }
  }

  wipe(node: NodeId): void {
    this.#wiped.add(node);
  }

  isOwedAnything(node: NodeId): boolean {
    const leader = this.leader();
    if (leader === null || leader === node) return true;
    return this.#simulation.world.knows(leader, node);
  }

  stopNode(node: NodeId): void {
    if (this.isRunning(node)) this.#signal({ node, signal: 'stop' });
  }

  // ---- what is done to it ------------------------------------------------------------------

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
    if (spec.kind === 'power-cut') return this.#cutPower(spec);
    for (const order of faultKind(spec).begin(spec)) this.#signal(order);
    return null;
  }

  /** The disk stands still first; the kill comes when its time has passed (`handle`). */
  #cutPower({ node, ms }: Extract<FaultSpec, { kind: 'power-cut' }>): null {
    this.#simulation.holdDisk(node);
    const { incarnation } = this.#simulation.world.node(node).disk;
    this.#simulation.plan(ms * 1_000, { is: 'power-cut', node, incarnation } as PowerCut);
    return null;
  }

  /** false: the event is none of these. */
  handle(event: OwnEvent): boolean {
    if (event.is !== 'power-cut') return false;
    const { node, incarnation } = event as PowerCut;
    const { life, disk } = this.#simulation.world.node(node);
    if (life !== null && disk.incarnation === incarnation) this.#end(node, 'power-cut');
    return true;
  }

  /** What was held is lost with the power, and when the process that holds it is killed. */
  #end(node: NodeId, how: 'kill' | 'stop' | 'power-cut'): void {
    const simulation = this.#simulation;
    const isHeld = this.ledger.ofNode(node).some(({ spec }) => spec.kind === 'hold-disk');
    if (how === 'power-cut' || (how === 'kill' && isHeld)) simulation.world.powerCut(node, 0, 0);
    else simulation.world[how](node);
    simulation.releaseDisk(node);
    const us = this.nowUs();
    const why = `the scenario: ${how}`;
    this.#record({ k: 'down', us, node, how: how === 'stop' ? 'stop' : 'kill', why });
    this.#endHindrances(node);
  }

  #problemOf(spec: FaultSpec): string | null {
    const wrong = faultKind(spec).check(spec);
    if (wrong !== null) return wrong;
    if (!('node' in spec)) return null;
    if (!this.nodeIds.includes(spec.node)) return `no node ${spec.node} in this cluster`;
    if (spec.kind === 'wipe') return this.#whyNotWiped(spec.node);
    if (!this.isRunning(spec.node)) return `${spec.node} is not running`;
    const isPaused = this.#simulation.world.node(spec.node).paused;
    return spec.kind === 'pause' && isPaused ? `${spec.node} is paused already` : null;
  }

  #whyNotWiped(node: NodeId): string | null {
    if (this.isRunning(node)) return `${node} runs`;
    return whyNotWiped(node, this.config(), (id) => this.standingOf(id) === 'voter');
  }

  #signal({ node, signal }: SignalOrder): void {
    const simulation = this.#simulation;
    const us = this.nowUs();
    switch (signal) {
      case 'kill':
      case 'stop':
        this.#end(node, signal);
        return;
      case 'start':
        if (!this.isRunning(node)) this.#boot(node);
        return;
      case 'hold-disk':
        simulation.holdDisk(node);
        return;
      case 'release-disk':
        simulation.releaseDisk(node);
        return;
      case 'wipe':
        this.#wiped.add(node);
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
    this.#simulation.boot(node, this.#wiped.delete(node) ? 'wiped' : 'kept');
  }

  #endHindrances(node: NodeId): void {
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (!isDownFault(spec)) this.ledger.end(id, this.nowUs(), 'the node went down');
    }
  }

  releaseDisk(node: NodeId): string | null {
    const holds = this.ledger.ofNode(node).filter(({ spec }) => spec.kind === 'hold-disk');
    for (const { id } of holds) this.undo(id, 'released');
    return holds.length === 0 ? `the disk of ${node} is not held` : null;
  }

  /** @returns why it cannot be started, or null. */
  startNode(node: NodeId): string | null {
    if (!this.#present.has(node)) return `${node} was removed: add it to have it back`;
    // A power cut that was undone before its time loses the writes all the same.
    for (const { id, spec } of this.ledger.ofNode(node)) {
      if (spec.kind === 'power-cut' && this.isRunning(node)) this.#end(node, 'power-cut');
      if (isDownFault(spec)) this.ledger.end(id, this.nowUs(), 'started again');
    }
    if (this.isRunning(node)) return `${node} runs already`;
    this.#boot(node);
    return null;
  }

  resumeNode(node: NodeId): string | null {
    const pauses = this.ledger.ofNode(node).filter(({ spec }) => spec.kind === 'pause');
    for (const { id } of pauses) this.undo(id, 'resumed');
    return pauses.length === 0 ? `${node} is not paused` : null;
  }

  undo(id: number, outcome: string): void {
    const record = this.ledger.end(id, this.nowUs(), outcome);
    if (record === null) return;
    const { spec } = record;
    if (spec.kind === 'power-cut' && this.isRunning(spec.node)) this.#end(spec.node, 'power-cut');
    for (const order of faultKind(spec).undo(spec)) this.#signal(order);
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
