/**
 * Cuts a schedule down to what makes it fail: fewer nodes, faults, operations, deliveries (delta
 * debugging). A candidate counts when the same invariant breaks; whatever no longer finds its
 * packet or its node is left out by itself.
 */
import { AssertionError } from '../../../base/assert.ts';
import { hasNode } from '../../../protocols/kernel/config.ts';
import type { AdminOp } from '../../../protocols/kernel/core.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import { Checker } from '../invariants/checker.ts';
import type { Violation } from '../invariants/violation.ts';
import { settle } from '../script/cluster-control.ts';
import type { Action } from '../world/actions.ts';
import { perform } from '../world/perform.ts';
import type { WorldSpec } from '../world/world-spec.ts';
import { World } from '../world/world.ts';

export interface Schedule {
  readonly spec: WorldSpec;
  readonly actions: readonly Action[];
}

export interface MinimiseOptions {
  /** The invariant that has to break again. */
  readonly invariant: string;
  /** Asked before each attempt: true ends the search with the best so far. */
  readonly isOver: () => boolean;
}

export interface Minimised extends Schedule {
  readonly violation: Violation;
}

/** Plays a schedule. @returns what was really done, and the violation, null when there is none. */
export function replay(
  { spec, actions }: Schedule,
  invariant: string,
): { readonly done: readonly Action[]; readonly violation: Violation | null } {
  const world = new World(spec);
  const checker = new Checker(world);
  world.observe(checker);
  const done: Action[] = [];
  try {
    if (actions[0]?.do !== 'disk') world.start();
    let started = actions[0]?.do !== 'disk';
    for (const action of actions) {
      if (!started && action.do !== 'disk') {
        world.start();
        started = true;
      }
      world.record = [];
      if (!perform(world, action)) continue;
      done.push(...world.record);
      const found = checker.violations.find((violation) => violation.id === invariant);
      if (found !== undefined) return { done, violation: found };
    }
    world.record = null;
    if (!started) world.start();
    return { done, violation: invariant === 'X12' ? unsettled(world) : null };
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const violation = { id: 'assertion', node: null, what: error.message };
    return { done, violation: invariant === 'assertion' ? violation : null };
  }
}

/** Liveness: everything healed, every node up, and still no rest. */
function unsettled(world: World): Violation | null {
  for (const id of world.ids) if (world.node(id).life === null) world.boot(id, 'kept');
  if (settle(world) !== null) return null;
  return { id: 'X12', node: null, what: 'the healed cluster does not come to rest' };
}

/** @returns null when playing the schedule does not break the invariant. */
export function minimise(schedule: Schedule, options: MinimiseOptions): Minimised | null {
  const search = new Search(schedule, options);
  if (!search.attempt(schedule.spec, schedule.actions)) return null;
  search.leaveOutNodes();
  search.leaveOutKinds();
  search.leaveOutChunks();
  search.joinTicks();
  return search.best;
}

class Search {
  readonly #options: MinimiseOptions;
  #best: Minimised | null = null;
  #actions: readonly Action[];
  #spec: WorldSpec;

  constructor({ spec, actions }: Schedule, options: MinimiseOptions) {
    this.#options = options;
    this.#spec = spec;
    this.#actions = actions;
  }

  get best(): Minimised | null {
    return this.#best;
  }

  /** Keeps the candidate when it still fails. */
  attempt(spec: WorldSpec, actions: readonly Action[]): boolean {
    const { done, violation } = replay({ spec, actions }, this.#options.invariant);
    if (violation === null) return false;
    this.#best = { spec, actions: done, violation };
    this.#spec = spec;
    this.#actions = done;
    return true;
  }

  get #isOver(): boolean {
    return this.#options.isOver();
  }

  /** First as a smaller cluster, then as nodes that only stand there. */
  leaveOutNodes(): void {
    while (!this.#isOver) {
      const smaller = withoutLastNode(this.#spec);
      if (smaller === null || !this.#attemptWithout(smaller, lastNode(this.#spec))) break;
    }
    for (let i = this.#spec.nodes + this.#spec.spares; i >= 1 && !this.#isOver; i -= 1) {
      this.#attemptWithout(this.#spec, `n${i}`);
    }
  }

  #attemptWithout(spec: WorldSpec, gone: NodeId): boolean {
    const rest = without(this.#actions, (action) => touches(action, gone));
    return this.attempt(spec, rest);
  }

  leaveOutKinds(): void {
    const kinds = [...new Set(this.#actions.map(kindOf))];
    for (const kind of kinds) {
      if (this.#isOver) return;
      this.attempt(
        this.#spec,
        without(this.#actions, (action) => kindOf(action) === kind),
      );
    }
  }

  leaveOutChunks(): void {
    let size = Math.ceil(this.#actions.length / 2);
    while (size >= 1) {
      const before = this.#actions.length;
      // From the end: late actions are the ones that depend on early ones.
      for (let end = this.#actions.length; end > 0 && !this.#isOver; end -= size) {
        const at = Math.min(end, this.#actions.length);
        const from = Math.max(0, at - size);
        const rest = [...this.#actions.slice(0, from), ...this.#actions.slice(at)];
        this.attempt(this.#spec, rest);
      }
      if (this.#isOver) return;
      const isFixed = this.#actions.length === before;
      if (size === 1 && isFixed) return;
      size = size === 1 ? 1 : Math.max(1, Math.min(Math.ceil(size / 2), this.#actions.length));
    }
  }

  /** Many small ticks of one clock in a row say the same as one large one, more often than not. */
  joinTicks(): void {
    for (let i = 0; i + 1 < this.#actions.length && !this.#isOver;) {
      const joined = joinAt(this.#actions, i);
      if (joined === null || !this.attempt(this.#spec, joined)) i += 1;
    }
  }
}

function without(actions: readonly Action[], gone: (action: Action) => boolean): Action[] {
  return actions.filter((action) => !gone(action));
}

function lastNode({ nodes, spares }: WorldSpec): NodeId {
  return `n${nodes + spares}`;
}

/** Spares first: they stand behind the members, and have names that go on from theirs. */
function withoutLastNode(spec: WorldSpec): WorldSpec | null {
  const { nodes, spares } = spec;
  if (spares > 0) return { ...spec, spares: spares - 1 };
  return nodes > 1 ? { ...spec, nodes: nodes - 1 } : null;
}

function touches(action: Action, id: NodeId): boolean {
  if ('pick' in action) return action.pick.from === id || action.pick.to === id;
  if ('from' in action) return action.from === id || action.to === id;
  return action.node === id || (action.do === 'admin' && names(action.op, id));
}

function names(op: AdminOp, id: NodeId): boolean {
  switch (op.op) {
    case 'add':
      return op.member.nodeId === id;
    case 'promote':
    case 'remove':
      return op.nodeId === id;
    case 'transfer':
      return op.to === id;
    case 'reconfigure':
      return hasNode(op.voters, id) || hasNode(op.learners, id);
    case 'snapshot':
      return false;
  }
}

function kindOf(action: Action): string {
  if (action.do === 'client' || action.do === 'read') return `${action.do} ${action.client}`;
  if (action.do === 'deliver') return `deliver ${action.pick.type}`;
  return action.do === 'admin' ? `admin ${action.op.op}` : action.do;
}

function joinAt(actions: readonly Action[], i: number): Action[] | null {
  const first = actions[i];
  const second = actions[i + 1];
  if (first?.do !== 'tick' || second?.do !== 'tick' || first.node !== second.node) return null;
  const joined = { ...first, elapsed: first.elapsed + second.elapsed };
  return [...actions.slice(0, i), joined, ...actions.slice(i + 2)];
}
