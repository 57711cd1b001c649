/**
 * Runs the steps of a scenario on one live cluster: at their times, or when what they wait for
 * happens; then heals everything, lets the cluster catch up, and judges the expectations.
 */
import { assert } from '../base/assert.ts';
import { deriveSeed, Prng } from '../base/prng.ts';
import type { Violation } from '../contract/model.ts';
import type { ScenarioAdmin, ScenarioSpec, ScenarioStep } from '../vocabulary/scenario.ts';
import type { LiveCluster } from './live-cluster.ts';
import { RecoveryWatch } from './recovery-watch.ts';
import { settle } from './scenario-settling.ts';
import { isAdminAction, lastsMsOf } from './scenario-commands.ts';
import { demandsLinearizable, scenarioOf } from './scenario-of-protocol.ts';
import { ScenarioSteps, type StepCommands } from './scenario-steps.ts';

/** A step that names the leader waits this long for one. */
const LEADER_WAIT_MS_MAX = 3_000;
const POLL_MS = 10;
/** Commands that were given before the end may take this long after it. */
const COMMANDS_MS_MAX = 20_000;
const STEPS_SHOWN_MAX = 5;

export interface ScenarioOutcome {
  readonly failedExpectations: readonly Violation[];
  /** Also where its reads promise less. */
  readonly demandsLinearizable: boolean;
  /** Steps that were refused or never came to their turn, each with the reason. */
  readonly undone: readonly string[];
}

export class ScenarioRunner {
  readonly #cluster: LiveCluster;
  readonly #spec: ScenarioSpec;
  readonly #steps: ScenarioSteps;
  readonly #watch: RecoveryWatch | null;
  readonly #note: (text: string) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #undo: (() => void)[] = [];
  /** Steps that were not done yet, with what they wait for. */
  readonly #open = new Map<ScenarioStep, string>();
  readonly #undone: string[] = [];
  /** Steps whose commands are under way, or wait for their turn. */
  readonly #commanded = new Set<ScenarioStep>();
  /** Commands are given one after the other; settles when the last one so far has ended. */
  #turn: Promise<void> = Promise.resolve();
  #aborted = false;
  #wake: () => void = () => undefined;

  /** @param note tells what was done, for progress. */
  constructor(
    cluster: LiveCluster,
    written: ScenarioSpec,
    seed: number,
    note: (text: string) => void,
  ) {
    const spec = scenarioOf(cluster.plan.protocol, written);
    assert(spec.nemesis === null, 'nobody has drawn what the nemesis does');
    this.#cluster = cluster;
    this.#spec = spec;
    this.#steps = new ScenarioSteps(cluster, new Prng(deriveSeed(seed, 'steps')));
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
    cluster.onKilledAtPoint(({ label }) => this.#watch?.noteFault(label));
    cluster.workload.start();
    for (const step of this.#spec.steps) this.#plan(step);
    await this.#sleep(this.#spec.durationMs);
    for (const timer of this.#timers) clearTimeout(timer);
    const late = this.#aborted ? [] : await this.#endSteps();
    for (const undo of this.#undo) undo();
    return {
      failedExpectations: [...(this.#watch?.violations ?? []), ...late],
      demandsLinearizable: demandsLinearizable(this.#spec),
      undone: this.#undone,
    };
  }

  /** What waits still is not done any more; then everything is healed and has to catch up. */
  async #endSteps(): Promise<readonly Violation[]> {
    for (const [step, why] of this.#open) {
      if (!this.#commanded.has(step)) this.#giveUp(step, why);
    }
    await this.#commandsEnded();
    return settle(this.#cluster, this.#watch, {
      isAborted: () => this.#aborted,
      sleep: (ms) => this.#sleep(ms),
    });
  }

  #plan(step: ScenarioStep): void {
    if ('atMs' in step.time) {
      this.#open.set(step, 'the run ended before');
      this.#after(step.time.atMs, () => this.#perform(step));
      return;
    }
    const { afterMs } = step.time;
    this.#open.set(step, 'the leader never changed');
    // The leader that is there when the run begins is no change.
    const stop = this.#cluster.leadership.onLeader(() => {
      stop();
      this.#open.set(step, 'the run ended before');
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
    if (isAdminAction(step.action)) return this.#command(step, step.action);
    const result = this.#steps.perform(step.action, step.origin);
    if (result.is === 'waiting' && waitedMs < leaderWaitMs(step)) {
      this.#open.set(step, result.why);
      this.#after(POLL_MS, () => this.#perform(step, waitedMs + POLL_MS));
      return;
    }
    if (result.is === 'done' || (result.is === 'refused' && result.changed)) {
      this.#watch?.noteFault(step.text);
      this.#undoLater(step, result.faults);
    }
    if (result.is !== 'done') return this.#giveUp(step, result.why);
    this.#open.delete(step);
    this.#note(step.text);
  }

  /** A fault that lasts ends by itself, if nobody ended it before. */
  #undoLater(step: ScenarioStep, faults: readonly number[]): void {
    const lastsMs = lastsMsOf(step.action);
    if (lastsMs === null || faults.length === 0) return;
    this.#after(lastsMs, () => {
      for (const id of faults) this.#cluster.undo(id, `over after ${lastsMs} ms`);
      this.#watch?.noteFault(`the end of "${step.text}"`);
    });
  }

  /** Its words stand for whoever they fit when its turn comes: a leader that is being removed when
   *  the step is due is not there any more by then. */
  #command(step: ScenarioStep, action: ScenarioAdmin): void {
    this.#commanded.add(step);
    this.#turn = this.#turn.then(async () => {
      const problem = await this.#carryOut(step, action);
      this.#commanded.delete(step);
      if (problem !== null) return this.#giveUp(step, problem);
      this.#open.delete(step);
      this.#note(step.text);
    });
  }

  /** One after the other; a refused one ends the step. @returns why it was not done, or null. */
  async #carryOut(step: ScenarioStep, action: ScenarioAdmin): Promise<string | null> {
    const meant = await this.#commandsOf(action);
    if (meant.is !== 'commands') return meant.why;
    this.#watch?.noteFault(step.text);
    for (const spec of meant.commands) {
      const { ok, outcome } = await this.#cluster.administer(spec, 'scenario');
      this.#watch?.noteFault(`${step.text} (its end)`);
      if (ok !== true) return outcome ?? 'refused';
    }
    return null;
  }

  async #commandsOf(action: ScenarioAdmin): Promise<StepCommands> {
    const deadline = performance.now() + LEADER_WAIT_MS_MAX;
    for (;;) {
      const meant = this.#steps.commandsOf(action);
      const isLast = this.#aborted || performance.now() >= deadline;
      if (meant.is !== 'waiting' || isLast) return meant;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** What was begun is not left half done: what the cluster is then decides who has to catch up. */
  async #commandsEnded(): Promise<void> {
    const deadline = performance.now() + COMMANDS_MS_MAX;
    while (this.#commanded.size > 0 && !this.#aborted && performance.now() < deadline) {
      await this.#sleep(POLL_MS);
    }
    for (const step of this.#commanded) this.#giveUp(step, 'it took too long');
  }

  /** A fault that was drawn and does not fit leaves the verdict what it is. */
  #giveUp(step: ScenarioStep, why: string): void {
    this.#open.delete(step);
    if (step.origin !== 'nemesis') this.#undone.push(`${step.text} (${why})`);
    this.#note(`${step.text}: not done: ${why}`);
  }
}

/** How long a step may wait for a leader. A fault that begins later than it was planned for would
 *  meet others than those it was planned with. */
export function leaderWaitMs({ origin }: ScenarioStep): number {
  return origin === 'nemesis' ? 0 : LEADER_WAIT_MS_MAX;
}

/** `2 steps were not done: ...`; null when all were. */
export function undoneText(undone: readonly string[]): string | null {
  if (undone.length === 0) return null;
  const shown = undone.slice(0, STEPS_SHOWN_MAX).join('; ');
  const more = undone.length - STEPS_SHOWN_MAX;
  const what = undone.length === 1 ? '1 step was' : `${undone.length} steps were`;
  return `${what} not done: ${shown}${more > 0 ? `; and ${more} more` : ''}.`;
}
