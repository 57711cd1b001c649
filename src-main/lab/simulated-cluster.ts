/**
 * A simulated cluster as the steps of a scenario see it: the same faults, ledger and words as on a
 * live one, carried out on virtual time.
 */
import type { HostOrder } from '../faults/fault-kind.ts';
import { isCut, linkKey } from '../faults/index.ts';
import { whyNotWiped } from '../protocols/quorum/lost-disks.ts';
import type { OwnEvent, Simulation } from '../runtime/simulator/timed/simulation.ts';
import { killedAtText } from '../vocabulary/crash-points.ts';
import { compareEras } from '../vocabulary/era.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import type { Member, NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { AdminCluster } from './admin-program.ts';
import { FaultDesk } from './fault-desk.ts';
import type { FaultHost } from './fault-host.ts';
import type { FaultLedger } from './fault-ledger.ts';
import type { Configuration, Standing } from './membership.ts';
import type { LabEvent } from './ports.ts';
import type { BreakableCluster } from './scenario-steps.ts';

type PowerCut = OwnEvent & {
  readonly is: 'power-cut';
  readonly node: NodeId;
  /** Of the life that loses its power. */
  readonly incarnation: number;
};

type Exit = OwnEvent & { readonly is: 'exit'; readonly node: NodeId };

export class SimulatedCluster implements AdminCluster, FaultHost, BreakableCluster {
  readonly desk: FaultDesk;
  readonly #simulation: Simulation;
  readonly #record: (event: LabEvent) => void;
  readonly #initial: ReadonlySet<NodeId>;
  /** Those that were not removed, and of the spares those that were asked to join. */
  readonly #present: Set<NodeId>;
  readonly #left = new Set<NodeId>();
  /** Power cuts that have begun: the kill is still to come. */
  readonly #pendingKills = new Set<NodeId>();
  /** Nodes whose log cannot be read. */
  readonly #corrupt = new Set<NodeId>();
  /** Nodes whose next start is on an empty disk. */
  readonly #wiped = new Set<NodeId>();

  constructor(simulation: Simulation, record: (event: LabEvent) => void) {
    this.#simulation = simulation;
    this.#record = record;
    this.#initial = new Set(simulation.world.members.map(({ nodeId }) => nodeId));
    this.#present = new Set(this.#initial);
    this.desk = new FaultDesk(this);
    simulation.onSpent((fault, link) => this.desk.noteSpent(fault, link));
    simulation.world.observe({
      killedAtPoint: ({ id }, armed) => this.#noteKilled(id, armed.fault, killedAtText(armed)),
      stopped: ({ id, haltedBy }) => {
        if (haltedBy !== null) this.#noteGone(id, 'crash', haltedBy);
      },
    });
  }

  get ledger(): FaultLedger {
    return this.desk.ledger;
  }

  get protocol(): ProtocolName {
    return this.#simulation.spec.world.protocol.name;
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
    this.desk.noteRemoved(node);
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
    this.#end(node, 'stop');
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

  // ---- as the fault desk sees it -----------------------------------------------------------

  isPaused(node: NodeId): boolean {
    return this.#simulation.isPaused(node);
  }

  isGoing(): boolean {
    return false;
  }

  whyNotStarted(node: NodeId): string | null {
    return this.#present.has(node) ? null : `${node} was removed: add it to have it back`;
  }

  whyNotWiped(node: NodeId): string | null {
    return whyNotWiped(node, this.config(), (id) => this.standingOf(id) === 'voter');
  }

  record(event: LabEvent): void {
    this.#record(event);
  }

  start(node: NodeId): void {
    // A power cut that was undone before its time loses the writes all the same.
    if (this.#pendingKills.delete(node) && this.isRunning(node)) this.#end(node, 'kill');
    if (!this.isRunning(node)) this.#boot(node);
  }

  signal({ node, signal, afterMs, ms }: HostOrder): void {
    const simulation = this.#simulation;
    const us = this.nowUs();
    switch (signal) {
      case 'kill':
        if (afterMs !== undefined && afterMs > 0) return this.#planKill(node, afterMs);
        return this.#end(node, 'kill');
      case 'stop':
        return this.#end(node, 'stop');
      case 'start':
        return this.start(node);
      case 'hold-disk':
        return simulation.disks.hold(node);
      case 'release-disk':
        return simulation.disks.release(node);
      case 'wipe':
        this.#wiped.add(node);
        return;
      case 'corrupt':
        this.#corrupt.add(node);
        return;
      case 'mend-corrupt':
        this.#corrupt.delete(node);
        return;
      case 'jump':
        return simulation.jump(node, (ms ?? 0) * 1_000);
      case 'pause':
        simulation.pause(node);
        return this.#record({ k: 'pause', us, node });
      case 'resume':
        if (!simulation.isPaused(node)) return;
        simulation.resume(node);
        this.#record({ k: 'resume', us, node });
    }
  }

  #planKill(node: NodeId, afterMs: number): void {
    const { incarnation } = this.#simulation.world.node(node).disk;
    this.#pendingKills.add(node);
    this.#simulation.plan(afterMs * 1_000, { is: 'power-cut', node, incarnation } as PowerCut);
  }

  /** false: the event is none of these. */
  handle(event: OwnEvent): boolean {
    if (event.is === 'exit') {
      this.desk.noteExit((event as Exit).node, 'the node went down');
      return true;
    }
    if (event.is !== 'power-cut') return false;
    const { node, incarnation } = event as PowerCut;
    const { life, disk } = this.#simulation.world.node(node);
    const isMeant = life !== null && disk.incarnation === incarnation;
    if (this.#pendingKills.delete(node) && isMeant) this.#end(node, 'kill');
    return true;
  }

  #noteKilled(node: NodeId, fault: number, why: string): void {
    this.#noteGone(node, 'kill', why);
    this.desk.noteKilledAtPoint(node, fault);
  }

  /** It ended by itself: its disk failed, a point was passed, an assertion does not hold. */
  #noteGone(node: NodeId, how: 'kill' | 'crash', why: string): void {
    this.#simulation.disks.release(node);
    this.#record({ k: 'down', us: this.nowUs(), node, how, why });
    // Ends of faults change links: not in the middle of what the world is doing.
    this.#simulation.plan(0, { is: 'exit', node } as Exit);
  }

  /** What was held is lost when the process that holds it is killed. */
  #end(node: NodeId, how: 'kill' | 'stop'): void {
    const simulation = this.#simulation;
    if (!this.isRunning(node)) return;
    if (how === 'kill' && simulation.disks.isHeld(node)) simulation.world.powerCut(node, 0, 0);
    else simulation.world[how](node);
    simulation.disks.release(node);
    this.#record({ k: 'down', us: this.nowUs(), node, how, why: `the scenario: ${how}` });
    this.desk.noteExit(node, 'the node went down');
  }

  #boot(node: NodeId): void {
    const { disk } = this.#simulation.world.node(node);
    if (this.#corrupt.has(node)) {
      this.#simulation.boot(node, 'corrupt');
      const why = this.#simulation.world.node(node).haltedBy ?? '';
      return this.#record({ k: 'down', us: this.nowUs(), node, how: 'crash', why });
    }
    this.#record({ k: 'up', us: this.nowUs(), node, incarnation: disk.incarnation + 1 });
    this.#simulation.boot(node, this.#wiped.delete(node) ? 'wiped' : 'kept');
  }

  rulesChanged(): void {
    const rules = this.ledger.linkRules();
    const { world } = this.#simulation;
    for (const { from, to, cut } of world.network.links) {
      const own = rules.get(linkKey(from, to)) ?? [];
      const isNowCut = isCut(own);
      if (isNowCut && !cut) world.cut(from, to);
      if (!isNowCut && cut) world.mend(from, to);
      this.#simulation.setLinkRules(from, to, own);
    }
    for (const id of world.ids) this.#simulation.setNodeRules(id, this.ledger.nodeRules(id));
  }

  // ---- as steps see it ---------------------------------------------------------------------

  begin(spec: FaultSpec, origin: FaultOrigin, label: string | null): FaultRecord {
    return this.desk.begin(spec, origin, label);
  }

  undo(id: number, outcome: string): boolean {
    return this.desk.undo(id, outcome);
  }

  undoAll(outcome: string, restart: boolean): void {
    this.desk.undoAll(outcome, restart);
  }

  heal(link: Link | null, origin: FaultOrigin): number {
    return this.desk.heal(link, origin);
  }

  startNode(node: NodeId): void {
    this.desk.startNode(node);
  }

  resumeNode(node: NodeId): void {
    this.desk.resumeNode(node);
  }

  releaseDisk(node: NodeId): void {
    this.desk.releaseDisk(node);
  }

  restoreNode(node: NodeId): void {
    this.desk.restoreNode(node);
  }
}
