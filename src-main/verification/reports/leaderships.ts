/**
 * Who led when, who suspected, and when everybody accepted the leader: the events E1, E2, E3 and E5
 * of protocols.md 8.1, out of what nodes say of their role. Fed in the order of time.
 */
import { compareEras, eraLabel, type Era } from '../../vocabulary/era.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import type { Life } from './recorded-lines.ts';

type RoleEvent = Extract<TraceEvent, { kind: 'role' }>;
type ConfigEvent = Extract<TraceEvent, { kind: 'config' }>;

/** From the moment a node began to lead until it stopped, or was no more. */
export interface Tenure {
  readonly node: NodeId;
  /** ZAB leads before its epoch is agreed on: the newest era it led in. */
  era: Era;
  readonly fromUs: number;
  readyUs: number | null;
  toUs: number | null;
  ended: string;
}

/** A node that followed, or led, begins to look for another leader. */
export interface Suspicion {
  readonly us: number;
  readonly node: NodeId;
}

/** A node asks for leadership; in a new era or a new round of its own. */
interface Candidacy extends Suspicion {
  readonly era: Era;
  readonly isEntry: boolean;
}

interface NodeState {
  role: RoleEvent['role'];
  era: Era;
  leader: NodeId | null;
  ready: boolean;
  down: boolean;
  paused: boolean;
  /** Of its newest line. */
  lastUs: number;
  /** When a fault took it down, before the lab noticed. */
  downUs: number | null;
  tenure: Tenure | null;
}

/** Where a cluster with endless elections is cut off. */
const MARKS_MAX = 50_000;

export class Leaderships {
  readonly tenures: Tenure[] = [];
  readonly suspicions: Suspicion[] = [];
  /** Moments at which all live voters began to accept one leader, or ceased to. */
  readonly health: { readonly us: number; readonly healthy: boolean }[] = [];
  readonly #candidacies: Candidacy[] = [];
  readonly #nodes = new Map<NodeId, NodeState>();
  #voters: readonly NodeId[];
  #configPos = 0;

  constructor(voters: readonly NodeId[]) {
    this.#voters = voters;
  }

  handleLine(life: Life, us: number): void {
    this.#stateOf(life.node).lastUs = us;
  }

  /** A life begins: whatever the node was before is over. */
  handleBoot(life: Life, us: number): void {
    const state = this.#stateOf(life.node);
    this.#endTenure(state, state.downUs ?? state.lastUs, 'the node ended');
    Object.assign(state, { role: 'outsider', leader: null, ready: false });
    Object.assign(state, { down: false, paused: false, downUs: null, lastUs: us });
    this.#noteHealth(us);
  }

  /** @param isBoot told while starting: ZAB begins by looking, which is no suspicion of a leader
   *  that there is. */
  handleRole(life: Life, us: number, event: RoleEvent, isBoot: boolean): void {
    const state = this.#stateOf(life.node);
    const seeks = isSeeking(event.role);
    const isEntry = seeks && !isSeeking(state.role) && !(isBoot && this.#isLed());
    if (isEntry && this.suspicions.length < MARKS_MAX) {
      this.suspicions.push({ us, node: life.node });
    }
    if (seeks && (isEntry || !isBoot) && this.#candidacies.length < MARKS_MAX) {
      this.#candidacies.push({ us, node: life.node, era: event.era, isEntry });
    }
    this.#noteTenure(state, life.node, us, event);
    const { role, era, leader, ready } = event;
    Object.assign(state, { role, era, leader, ready });
    this.#noteHealth(us);
  }

  handleConfig(us: number, event: ConfigEvent): void {
    if (event.pos < this.#configPos) return;
    this.#configPos = event.pos;
    this.#voters = event.voters;
    this.#noteHealth(us);
  }

  /** A fault that ends the process: the lab hears of the end later. */
  handleKilled(node: NodeId, us: number): void {
    const state = this.#stateOf(node);
    if (state.down) return;
    state.downUs = us;
    state.down = true;
    this.#noteHealth(us);
  }

  /** That fault could not be carried out after all. */
  handleSpared(node: NodeId, us: number): void {
    const state = this.#stateOf(node);
    if (state.downUs !== us) return;
    Object.assign(state, { down: false, downUs: null });
    this.#noteHealth(us);
  }

  handleDown(node: NodeId, us: number, how: string): void {
    const state = this.#stateOf(node);
    this.#endTenure(state, Math.min(us, state.downUs ?? state.lastUs), `ended: ${how}`);
    state.down = true;
    this.#noteHealth(us);
  }

  handlePause(node: NodeId, us: number, paused: boolean): void {
    this.#stateOf(node).paused = paused;
    this.#noteHealth(us);
  }

  finish(endUs: number): void {
    for (const state of this.#nodes.values()) {
      const us = state.down ? (state.downUs ?? state.lastUs) : endUs;
      this.#endTenure(state, us, state.down ? 'the node ended' : 'end of the record');
    }
    this.tenures.sort((a, b) => a.fromUs - b.fromUs);
  }

  /** Who led at `us`: of several the one of the highest era. */
  leaderAt(us: number): Tenure | null {
    let leader: Tenure | null = null;
    for (const tenure of this.tenures) {
      if (tenure.fromUs > us || (tenure.toUs ?? Infinity) < us) continue;
      if (leader === null || compareEras(tenure.era, leader.era) >= 0) leader = tenure;
    }
    return leader;
  }

  /** Rounds that came to nothing before somebody led (protocols.md 8.2). */
  failedRounds(fromUs: number, toUs: number): number {
    const eras = new Set<string>();
    const entries = new Map<NodeId, number>();
    const before = this.#candidacies.filter(({ us }) => us < fromUs).map(({ era }) => era);
    const highest = before.reduce((a, b) => (compareEras(a, b) < 0 ? b : a), ZERO);
    for (const { us, node, era, isEntry } of this.#candidacies) {
      if (us < fromUs || us > toUs) continue;
      if (compareEras(era, highest) > 0) eras.add(eraLabel(era));
      if (isEntry) entries.set(node, (entries.get(node) ?? 0) + 1);
    }
    return Math.max(0, Math.max(eras.size, ...entries.values(), 0) - 1);
  }

  #noteTenure(state: NodeState, node: NodeId, us: number, event: RoleEvent): void {
    if (event.role !== 'leader') return this.#endTenure(state, us, event.why);
    const isNext = state.tenure?.readyUs != null && compareEras(event.era, state.tenure.era) > 0;
    if (isNext) this.#endTenure(state, us, 'it began another era');
    if (state.tenure === null) {
      const { era } = event;
      state.tenure = { node, era, fromUs: us, readyUs: null, toUs: null, ended: '' };
      this.tenures.push(state.tenure);
    }
    state.tenure.era = event.era;
    if (event.ready) state.tenure.readyUs ??= us;
  }

  #endTenure(state: NodeState, us: number, ended: string): void {
    const { tenure } = state;
    if (tenure === null) return;
    tenure.toUs = Math.max(tenure.fromUs, us);
    tenure.ended = ended;
    state.tenure = null;
  }

  #noteHealth(us: number): void {
    const healthy = this.#isHealthy();
    if (healthy === (this.health.at(-1)?.healthy ?? false)) return;
    this.health.push({ us, healthy });
  }

  #isLed(): boolean {
    return [...this.#nodes.values()].some(({ role, down }) => role === 'leader' && !down);
  }

  /** E5: every live voter follows one ready leader, in its era. */
  #isHealthy(): boolean {
    for (const [node, { role, ready, era, down, paused }] of this.#nodes) {
      if (role !== 'leader' || !ready || down || paused) continue;
      const others = this.#voters.filter((voter) => voter !== node);
      if (others.every((voter) => this.#accepts(voter, node, era))) return true;
    }
    return false;
  }

  #accepts(voter: NodeId, leader: NodeId, era: Era): boolean {
    const state = this.#nodes.get(voter);
    if (state === undefined) return false;
    if (state.down || state.paused) return true;
    const follows = state.role === 'follower' && state.leader === leader;
    return follows && compareEras(state.era, era) === 0;
  }

  #stateOf(node: NodeId): NodeState {
    let state = this.#nodes.get(node);
    if (state === undefined) {
      state = { role: 'outsider', era: ZERO, leader: null, ready: false, ...NO_LIFE };
      this.#nodes.set(node, state);
    }
    return state;
  }
}

const ZERO: Era = { number: 0, owner: null };
const NO_LIFE = { down: false, paused: false, lastUs: 0, downUs: null, tenure: null };

function isSeeking(role: RoleEvent['role']): boolean {
  return role === 'candidate' || role === 'looking';
}
