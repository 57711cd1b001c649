/**
 * What one seed of the swarm means: cluster size, timing, network, disks, workload, and which
 * faults happen how often. Every feature is off in half of the seeds, so that each is also seen
 * alone (swarm testing).
 */
import { deriveSeed, Prng } from '../../../base/prng.ts';
import type { MutantFocus, ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { Timing } from '../../../vocabulary/timing.ts';
import type { ClientsSpec } from '../timed/client-state.ts';
import type { TimedSpec } from '../timed/simulation.ts';
import { drawChanges, NO_CHANGES, type ChangePlan } from './change-plan.ts';

export type FaultName =
  | 'kill'
  | 'power-cut'
  | 'power-cut-all'
  | 'pause'
  | 'partition'
  | 'isolate'
  | 'one-way'
  | 'slow-link'
  | 'lossy'
  | 'slow-disk'
  | 'disk-failure'
  | 'clock-rate'
  | 'lost-disk';

export interface SwarmPlan {
  readonly seed: number;
  readonly timed: TimedSpec;
  readonly clients: ClientsSpec;
  readonly faults: { readonly [name in FaultName]: number };
  /** Mean time between two faults. */
  readonly faultEveryUs: number;
  /** Mean time a fault lasts. */
  readonly faultLastsUs: number;
  /** A power cut may keep writes out of order (record and log separately). */
  readonly adversarial: boolean;
  readonly safetyUs: number;
  readonly changes: ChangePlan;
}

export interface SwarmOptions {
  readonly protocol: ProtocolDefinition;
  readonly mutants: readonly string[];
  /** null: drawn, 1 to 7. */
  readonly nodes: number | null;
  readonly options: { readonly [name: string]: Json };
  /** Length of the phase in which anything may happen. */
  readonly safetyMs: number;
  /** Only faults and operations through the log, by nobody but clients. */
  readonly plain: boolean;
  /** What is drawn in every seed. */
  readonly focus: readonly MutantFocus[];
  /** Nodes are also killed at named points; without it a seed is what it always was. */
  readonly crashPoints?: boolean;
}

export const SWARM_DEFAULTS = {
  nodes: null,
  options: {},
  mutants: [],
  safetyMs: 8_000,
  plain: false,
  focus: [],
} as const;

const SIZES = [1, 2, 3, 3, 3, 4, 5, 5, 5, 6, 7] as const;
const FAULT_WEIGHTS: { readonly [name in FaultName]: number } = {
  kill: 3,
  'power-cut': 4,
  'power-cut-all': 1,
  pause: 2,
  partition: 4,
  isolate: 3,
  'one-way': 3,
  'slow-link': 2,
  lossy: 2,
  'slow-disk': 2,
  'disk-failure': 0.5,
  'clock-rate': 1,
  'lost-disk': 0.5,
};

export function drawPlan(seed: number, options: SwarmOptions): SwarmPlan {
  const prng = new Prng(deriveSeed(seed, 'swarm plan'));
  const nodes = drawNodes(prng, options.nodes);
  const timing = drawTiming(prng);
  const { protocol, focus } = options;
  const changes = options.plain ? NO_CHANGES : drawChanges(seed, nodes, protocol, focus);
  const timed = withChanges(drawTimed(prng, seed, nodes, timing, options), changes, options);
  const { readLevels } = changes;
  return {
    seed,
    timed,
    changes,
    clients: { ...drawClients(prng, timing, isThrottled(timed)), readLevels },
    faults: soundFaults(drawFaults(prng, nodes), timed),
    faultEveryUs: pick(prng, [150, 300, 600, 1_200, 3_000]) * 1_000,
    faultLastsUs: pick(prng, [50, 200, 500, 1_500]) * 1_000,
    adversarial: prng.nextInt(0, 1) === 1,
    safetyUs: options.safetyMs * 1_000,
  };
}

function pick<T>(prng: Prng, items: readonly T[]): T {
  return items[prng.nextInt(0, items.length - 1)] as T;
}

function drawNodes(prng: Prng, wanted: number | null): number {
  const drawn = pick(prng, SIZES);
  return wanted ?? drawn;
}

function drawTiming(prng: Prng): Timing {
  const electionTicksMin = pick(prng, [10, 10, 15, 20]);
  const heartbeatTicks = pick(prng, [1, 2, 3]);
  return { tickMs: 10, heartbeatTicks, electionTicksMin, electionTicksMax: 2 * electionTicksMin };
}

function drawTimed(
  prng: Prng,
  seed: number,
  nodes: number,
  timing: Timing,
  options: SwarmOptions,
): TimedSpec {
  const { protocol, mutants } = options;
  const delayUsMin = pick(prng, [50, 200, 1_000]);
  const isNoisy = prng.nextInt(0, 2) === 0;
  const latencyUsMax = pick(prng, [0, 500, 3_000, 15_000]);
  return {
    seed,
    world: {
      protocol,
      nodes,
      seed,
      timing,
      options: { ...drawOptions(prng, protocol), ...options.options },
      mutants,
      service: 'kv',
      spares: 0,
      eagerSessions: false,
    },
    link: {
      delayUsMin,
      delayUsMax: delayUsMin * pick(prng, [2, 4, 20]),
      loss: isNoisy ? pick(prng, [0, 0.002, 0.02]) : 0,
      duplicate: isNoisy && !protocol.overSessions ? pick(prng, [0, 0.01, 0.1]) : 0,
    },
    disk: { latencyUsMin: Math.floor(latencyUsMax / 4), latencyUsMax },
    clockDrift: pick(prng, [0, 0.01, 0.05]),
  };
}

function withChanges(timed: TimedSpec, changes: ChangePlan, { options }: SwarmOptions): TimedSpec {
  const { world } = timed;
  const all = { ...world.options, ...changes.options, ...options };
  return { ...timed, world: { ...world, spares: changes.spares, options: all } };
}

/** Leases assume that clocks keep to their bound; small quorums, that nobody loses a disk. */
function soundFaults(faults: SwarmPlan['faults'], { world }: TimedSpec): SwarmPlan['faults'] {
  const { leaseReads, q1 } = world.options;
  return {
    ...faults,
    ...(leaseReads === true ? { 'clock-rate': 0 } : {}),
    ...(q1 === undefined ? {} : { 'lost-disk': 0 }),
  };
}

/** Small limits make rare paths common: windows that fill up, messages that split. */
function drawOptions(prng: Prng, protocol: ProtocolDefinition): { [name: string]: Json } {
  const drawn: { [name: string]: Json } = {};
  const known = protocol.defaultOptions;
  const isSmall = prng.nextInt(0, 2) === 0;
  const sizes = { maxEntriesPerMessage: [1, 2, 8], maxInflight: [1, 2, 4], window: [2, 4, 16] };
  for (const [name, values] of Object.entries(sizes)) {
    const value = pick(prng, values);
    if (isSmall && name in known) drawn[name] = value;
  }
  for (const name of ['preVote', 'checkQuorum', 'prePrepare', 'chosenHint']) {
    const on = prng.nextInt(0, 3) > 0;
    if (known[name] === true) drawn[name] = on;
  }
  return drawn;
}

/** One entry a message, one message at a time: a few operations a second are all it can do. */
function isThrottled({ world }: TimedSpec): boolean {
  const { maxEntriesPerMessage, maxInflight, window } = world.options;
  const small = [maxEntriesPerMessage, maxInflight, window];
  return small.some((limit) => typeof limit === 'number' && limit <= 4);
}

/** Throttled clients ask less: retries alone would be more than the cluster can take. */
function drawClients(prng: Prng, timing: Timing, throttled: boolean): ClientsSpec {
  const thinkMs = pick(prng, [10, 30, 80]);
  const window = pick(prng, [1, 2, 6]);
  const electionUs = timing.electionTicksMax * timing.tickMs * 1_000;
  return {
    count: prng.nextInt(1, 4),
    thinkUs: (throttled ? 100 : thinkMs) * 1_000,
    window: throttled ? 1 : window,
    keys: pick(prng, [1, 3, 10]),
    valueBytes: 6,
    mix: { read: 0.3, write: 0.4, cas: 0.1, incr: 0.15, delete: 0.05 },
    delayUs: 300,
    loss: pick(prng, [0, 0, 0.01, 0.05]),
    attemptUs: 2 * electionUs,
    giveUpUs: 20 * electionUs,
  };
}

function drawFaults(prng: Prng, nodes: number): { readonly [name in FaultName]: number } {
  const faults = { ...FAULT_WEIGHTS } as { [name in FaultName]: number };
  for (const name of Object.keys(faults) as FaultName[]) {
    if (prng.nextInt(0, 1) === 0) faults[name] = 0;
  }
  // A wiped node stays outside, and with few nodes nobody would be left.
  if (nodes < 3) faults['lost-disk'] = 0;
  return faults;
}

/** One line that says all that was drawn. */
export function planText(plan: SwarmPlan): string {
  const { timed, clients, changes } = plan;
  const { nodes, spares, timing, options } = timed.world;
  const work = Object.entries(changes.operator?.weights ?? {}).filter(([, weight]) => weight > 0);
  const operator = work.map(([name]) => name).join(' ');
  const everyMs = (changes.operator?.everyUs ?? 0) / 1_000;
  const faults = Object.entries(plan.faults)
    .filter(([, weight]) => weight > 0)
    .map(([name]) => name);
  return [
    `nodes ${nodes}${spares === 0 ? '' : ` and ${spares} spares`}`,
    `election ${timing.electionTicksMin} heartbeat ${timing.heartbeatTicks}`,
    `link ${timed.link.delayUsMin}..${timed.link.delayUsMax} us`,
    `loss ${timed.link.loss} duplicate ${timed.link.duplicate}`,
    `disk ${timed.disk.latencyUsMin}..${timed.disk.latencyUsMax} us`,
    `drift ${timed.clockDrift}`,
    `clients ${clients.count} window ${clients.window}`,
    `faults ${faults.join(' ')} every ${plan.faultEveryUs / 1_000} ms`,
    ...(operator === '' ? [] : [`operator ${operator} every ${everyMs} ms`]),
    ...(changes.readLevels.length === 0 ? [] : [`reads ${changes.readLevels.join(' ')}`]),
    `options ${JSON.stringify(options)}`,
  ].join(', ');
}
