/**
 * The nemesis: draws a schedule of faults from a seed. The plan keeps who is hurt when, so that
 * unless it may break the quorum the nodes nobody hurts are a majority at every moment, whatever
 * the word `leader` will stand for.
 */
import { assert } from '../base/assert.ts';
import { deriveSeed, Prng } from '../base/prng.ts';
import type { ScenarioStepFile } from '../contract/scenario-steps.ts';
import { majoritySize } from '../protocols/quorum/majority.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { NemesisFault, NemesisSpec, ScenarioStep } from '../vocabulary/scenario.ts';
import type { TimingMs } from '../vocabulary/timing.ts';
import { shuffled } from './nemesis-chance.ts';
import { drawFault, leastHurt, type DrawnFault } from './nemesis-faults.ts';
import { scenarioStep } from './scenario-step.ts';

export interface NemesisCluster {
  readonly nodes: number;
  readonly timing: TimingMs;
  readonly durationMs: number;
}

export interface PlannedFault extends DrawnFault {
  readonly atMs: number;
  readonly endMs: number;
  /** Until then its nodes count as hurt: they start, find the others and catch up. */
  readonly soundMs: number;
}

/** Longer than a process needs to start. */
const START_MS = 500;
const DOWN_KINDS: ReadonlySet<string> = new Set(['kill', 'stop', 'power-cut', 'crash-at']);

/** Kinds of the mix that can be drawn for such a cluster. */
export function drawableKinds(spec: NemesisSpec, nodes: number): readonly NemesisFault[] {
  const ids = idsOf(nodes);
  const budget = budgetOf(spec, nodes);
  return spec.faults.filter((kind) => {
    const least = leastHurt(kind, ids);
    return least !== null && least <= budget;
  });
}

function idsOf(nodes: number): NodeId[] {
  return Array.from({ length: nodes }, (_, at) => `n${at + 1}`);
}

/** How many nodes may be hurt at the same time. */
function budgetOf({ breakQuorum }: NemesisSpec, nodes: number): number {
  return breakQuorum ? nodes : nodes - majoritySize(nodes);
}

/** Faults that a nemesis can draw at most in such a run. */
export function mostFaults(spec: NemesisSpec, durationMs: number): number {
  const spanMs = durationMs - spec.recoveryMs - spec.fromMs;
  return Math.max(0, Math.floor(spanMs / Math.ceil(spec.everyMs[0])) + 1);
}

/**
 * The schedule that this seed stands for, as a file would have it: faults in the order of their
 * beginnings, then one step that undoes everything, `recoveryMs` before the end.
 */
export function nemesisFileSteps(
  spec: NemesisSpec,
  cluster: NemesisCluster,
  seed: number,
): readonly ScenarioStepFile[] {
  const faults = planFaults(spec, cluster, seed).map(({ step, atMs }) => ({ at: atMs, ...step }));
  return [...faults, { at: cluster.durationMs - spec.recoveryMs, do: 'recover' }];
}

export function nemesisSteps(
  spec: NemesisSpec,
  cluster: NemesisCluster,
  seed: number,
): readonly ScenarioStep[] {
  return nemesisFileSteps(spec, cluster, seed).map((step) => ({
    ...scenarioStep(step, 0),
    origin: 'nemesis',
  }));
}

/** What the steps are made of, with who is hurt by each and until when. */
export function planFaults(
  spec: NemesisSpec,
  cluster: NemesisCluster,
  seed: number,
): readonly PlannedFault[] {
  const plan = new Plan(spec, cluster, new Prng(deriveSeed(seed, 'nemesis')));
  return plan.draw();
}

class Plan {
  readonly #spec: NemesisSpec;
  readonly #cluster: NemesisCluster;
  readonly #nodes: readonly NodeId[];
  readonly #prng: Prng;
  readonly #kinds: readonly NemesisFault[];
  readonly #faults: PlannedFault[] = [];

  constructor(spec: NemesisSpec, cluster: NemesisCluster, prng: Prng) {
    assert(spec.everyMs[0] > 0, 'the nemesis would draw faults for ever');
    this.#spec = spec;
    this.#cluster = cluster;
    this.#nodes = idsOf(cluster.nodes);
    this.#prng = prng;
    this.#kinds = drawableKinds(spec, cluster.nodes);
  }

  draw(): readonly PlannedFault[] {
    const { everyMs, lastsMs, quiet, fromMs, recoveryMs } = this.#spec;
    const endMs = this.#cluster.durationMs - recoveryMs;
    if (this.#kinds.length === 0) return [];
    let atMs = this.#freeFrom(fromMs);
    while (atMs + lastsMs[0] <= endMs) {
      const fault = this.#faultAt(atMs, Math.min(this.#between(lastsMs), endMs - atMs));
      if (fault === null) {
        atMs = this.#freeFrom(this.#nextSound(atMs));
        continue;
      }
      this.#faults.push(fault);
      const isQuiet = quiet.ms > 0 && this.#faults.length % quiet.after === 0;
      const nextMs = isQuiet ? this.#lastEnd() + quiet.ms : atMs;
      atMs = this.#freeFrom(nextMs + this.#between(everyMs));
    }
    return this.#faults;
  }

  #between([least, most]: readonly [number, number]): number {
    return this.#prng.nextInt(Math.ceil(least), Math.floor(most));
  }

  /** The first moment from then on at which fewer than `atOnce` faults are on. */
  #freeFrom(fromMs: number): number {
    const ends = this.#faults.map(({ endMs }) => endMs).filter((endMs) => endMs > fromMs);
    const over = ends.length - this.#spec.atOnce;
    if (over < 0) return fromMs;
    return ends.sort((a, b) => a - b)[over] ?? fromMs;
  }

  #lastEnd(): number {
    return Math.max(0, ...this.#faults.map(({ endMs }) => endMs));
  }

  /** When somebody is sound again. */
  #nextSound(atMs: number): number {
    return Math.min(...this.#hurting(atMs).map(({ soundMs }) => soundMs));
  }

  #hurting(atMs: number): readonly PlannedFault[] {
    return this.#faults.filter(({ soundMs, hurt }) => hurt.length > 0 && soundMs > atMs);
  }

  /** A fault of some kind of the mix; null when that kind does not fit now. */
  #faultAt(atMs: number, lastsMs: number): PlannedFault | null {
    const hurt = new Set(this.#hurting(atMs).flatMap((fault) => fault.hurt));
    const budget = budgetOf(this.#spec, this.#nodes.length) - hurt.size;
    const [kind] = shuffled(this.#prng, this.#kinds);
    if (kind === undefined || (leastHurt(kind, this.#nodes) ?? 0) > budget) return null;
    const drawn = drawFault(kind, {
      prng: this.#prng,
      nodes: this.#nodes,
      sound: this.#nodes.filter((node) => !hurt.has(node)),
      budget,
      lastsMs,
      timing: this.#cluster.timing,
      token: `?${this.#faults.length + 1}`,
    });
    return drawn === null ? null : this.#planned(drawn, atMs);
  }

  #planned(drawn: DrawnFault, atMs: number): PlannedFault {
    const { step } = drawn;
    const endMs = 'for' in step && step.for !== undefined ? atMs + step.for : atMs;
    const [, electionMs] = this.#cluster.timing.electionTimeoutMs;
    const startMs = DOWN_KINDS.has(step.do) ? START_MS : 0;
    return { ...drawn, atMs, endMs, soundMs: endMs + electionMs + startMs };
  }
}
