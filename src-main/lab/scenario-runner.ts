/**
 * Runs the steps of a scenario on one live cluster: at their times, or when what they wait for
 * happens; then heals everything, lets the cluster catch up, and judges the expectations.
 */
import { deriveSeed, Prng } from '../base/prng.ts';
import type { Violation } from '../contract/model.ts';
import type { FaultSpec, Link } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { ScenarioSpec, ScenarioStep, Selector, StepAction } from '../vocabulary/scenario.ts';
import { linksBetween } from '../faults/index.ts';
import type { LiveCluster } from './live-cluster.ts';
import { RecoveryWatch } from './recovery-watch.ts';
import { resolveGroups, resolveNodes } from './selectors.ts';

/** A step that names the leader waits this long for one. */
const LEADER_WAIT_MS_MAX = 3_000;
const POLL_MS = 10;
/** After the last step everything is healed and the cluster gets this long to catch up. */
const SETTLE_MS_MAX = 8_000;

export interface ScenarioOutcome {
  readonly failedExpectations: readonly Violation[];
}

export class ScenarioRunner {
  readonly #cluster: LiveCluster;
  readonly #spec: ScenarioSpec;
  readonly #prng: Prng;
  readonly #watch: RecoveryWatch | null;
  readonly #note: (text: string) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #undo: (() => void)[] = [];
  #aborted = false;
  #wake: () => void = () => undefined;

  /** @param note tells what was done, for progress. */
  constructor(
    cluster: LiveCluster,
    spec: ScenarioSpec,
    seed: number,
    note: (text: string) => void,
  ) {
    this.#cluster = cluster;
    this.#spec = spec;
    this.#prng = new Prng(deriveSeed(seed, 'steps'));
    this.#note = note;
    const limit = spec.expect.find((expectation) => expectation.kind === 'recoversWithinMs');
    this.#watch = limit === undefined ? null : new RecoveryWatch(cluster, limit.ms);
  }

  /** The run ends now; `run` resolves soon after. */
  abort(): void {
    this.#aborted = true;
    this.#wake();
  }

  /** Runs to the end of the scenario. The cluster must be started; it is left running, healed. */
  async run(): Promise<ScenarioOutcome> {
    const cluster = this.#cluster;
    this.#undo.push(cluster.onOperation((record) => this.#watch?.noteOperation(record)));
    cluster.workload.start();
    for (const step of this.#spec.steps) this.#plan(step);
    await this.#sleep(this.#spec.durationMs);
    for (const timer of this.#timers) clearTimeout(timer);
    if (!this.#aborted) await this.#settle();
    for (const undo of this.#undo) undo();
    return { failedExpectations: this.#watch?.violations ?? [] };
  }

  #plan(step: ScenarioStep): void {
    if ('atMs' in step.time) {
      this.#after(step.time.atMs, () => this.#perform(step));
      return;
    }
    const { afterMs } = step.time;
    // The leader that is there when the run begins is no change.
    const stop = this.#cluster.leadership.onLeader(() => {
      stop();
      this.#after(afterMs, () => this.#perform(step));
    });
    this.#undo.push(stop);
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#aborted) action();
    }, ms);
    this.#timers.add(timer);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#aborted) this.#wake();
    });
  }

  /** Does a step, or waits for a leader when the step needs one and there is none. */
  #perform(step: ScenarioStep, waitedMs = 0): void {
    const done = this.#tryPerform(step.action);
    if (done) {
      this.#note(step.text);
      this.#watch?.noteFault(step.text);
    } else if (waitedMs < LEADER_WAIT_MS_MAX) {
      this.#after(POLL_MS, () => this.#perform(step, waitedMs + POLL_MS));
    } else {
      this.#note(`${step.text}: not done, there is no leader`);
    }
  }

  /** false: a selector stands for nobody now. */
  #tryPerform(action: StepAction): boolean {
    switch (action.do) {
      case 'heal':
        this.#cluster.heal(null, 'scenario');
        return true;
      case 'partition': {
        const groups = resolveGroups(action.groups, this.#cluster, this.#prng);
        if (groups === null) return false;
        const label = `partition ${groups.map((group) => group.join(' ')).join(' | ')}`;
        this.#begin({ kind: 'cut', links: linksBetween(groups) }, label);
        return true;
      }
      case 'cut':
      case 'delay':
      case 'loss':
        return this.#performOnLinks(action);
      default:
        return this.#performOnNodes(action);
    }
  }

  #performOnLinks(action: Extract<StepAction, { from: readonly Selector[] }>): boolean {
    const from = resolveNodes(action.from, this.#cluster, this.#prng);
    const to = resolveNodes(action.to, this.#cluster, this.#prng);
    if (from === null || to === null) return false;
    const links = allLinks(from, to);
    if (action.do === 'cut') this.#begin({ kind: 'cut', links }, null);
    else if (action.do === 'delay') {
      const { ms, jitterMs } = action;
      this.#begin({ kind: 'delay', links, delayMs: ms, jitterMs }, null);
    } else this.#begin({ kind: 'loss', links, probability: action.probability }, null);
    return true;
  }

  #performOnNodes(action: Extract<StepAction, { node: readonly Selector[] }>): boolean {
    const nodes = resolveNodes(action.node, this.#cluster, this.#prng);
    if (nodes === null) return false;
    for (const node of nodes) this.#performOn(action.do, node);
    return true;
  }

  #performOn(verb: Extract<StepAction, { node: readonly Selector[] }>['do'], node: NodeId): void {
    const cluster = this.#cluster;
    try {
      if (verb === 'start') cluster.startNode(node);
      else if (verb === 'resume') cluster.resumeNode(node);
      else if (verb === 'isolate') {
        const others = cluster.nodeIds.filter((other) => other !== node);
        this.#begin({ kind: 'cut', links: linksBetween([[node], others]) }, `isolate ${node}`);
      } else this.#begin({ kind: verb, node }, null);
    } catch (error) {
      // A step that does not fit (already dead) is a refusal, in the ledger; the run goes on.
      this.#note(error instanceof Error ? error.message : String(error));
    }
  }

  #begin(spec: FaultSpec, label: string | null): void {
    try {
      this.#cluster.begin(spec, 'scenario', label);
    } catch (error) {
      this.#note(error instanceof Error ? error.message : String(error));
    }
  }

  /** Heals, restarts, and waits until operations succeed and every node has applied the same. */
  async #settle(): Promise<void> {
    const cluster = this.#cluster;
    const hadFaults = cluster.ledger.active.length > 0;
    cluster.undoAll('the scenario ended', true);
    if (hadFaults) this.#watch?.noteFault('the end of the scenario');
    const deadline = performance.now() + SETTLE_MS_MAX;
    let succeeded = !hadFaults;
    const stop = cluster.onOperation((record) => {
      succeeded ||= record.outcome === 'ok';
    });
    while (performance.now() < deadline && !this.#aborted) {
      if (succeeded) {
        cluster.workload.quiet();
        if (cluster.workload.outstanding === 0 && (await isLevel(cluster))) break;
      }
      await this.#sleep(POLL_MS * 2);
    }
    stop();
    this.#watch?.finish();
  }
}

/** Whether every node answers and has applied as much as every other. */
async function isLevel(cluster: LiveCluster): Promise<boolean> {
  const counters = await cluster.counters();
  const applied = [...counters.values()].map((node) => node.applied);
  return applied.length === cluster.nodeIds.length && new Set(applied).size === 1;
}

function allLinks(from: readonly NodeId[], to: readonly NodeId[]): Link[] {
  return from.flatMap((source) =>
    to.filter((target) => target !== source).map((target) => ({ from: source, to: target })),
  );
}
