/**
 * Cuts a schedule down to what makes it fail: fewer nodes, faults, operations, deliveries (delta
 * debugging). A candidate counts when the same invariant breaks; whatever no longer finds its
 * packet or its node is left out by itself.
 */
import { AssertionError } from '../../../base/assert.ts';
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
    for (let nodes = this.#spec.nodes - 1; nodes >= 1 && !this.#isOver; nodes -= 1) {
      const gone = `n${nodes + 1}`;
      const spec = { ...this.#spec, nodes };
      if (
        !this.attempt(
          spec,
          without(this.#actions, (action) => touches(action, gone)),
        )
      )
        break;
    }
    for (let i = this.#spec.nodes; i >= 1 && !this.#isOver; i -= 1) {
      const id = `n${i}`;
      this.attempt(
        this.#spec,
        without(this.#actions, (action) => touches(action, id)),
      );
    }
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

function touches(action: Action, id: NodeId): boolean {
  if ('pick' in action) return action.pick.from === id || action.pick.to === id;
  if ('from' in action) return action.from === id || action.to === id;
  return action.node === id;
}

function kindOf(action: Action): string {
  if (action.do === 'client') return `client ${action.client}`;
  if (action.do === 'deliver') return `deliver ${action.pick.type}`;
  return action.do;
}

function joinAt(actions: readonly Action[], i: number): Action[] | null {
  const first = actions[i];
  const second = actions[i + 1];
  if (first?.do !== 'tick' || second?.do !== 'tick' || first.node !== second.node) return null;
  const joined = { ...first, elapsed: first.elapsed + second.elapsed };
  return [...actions.slice(0, i), joined, ...actions.slice(i + 2)];
}
