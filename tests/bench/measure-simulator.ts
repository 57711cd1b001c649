/** `npm run bench -- simulator`: whole-cluster simulations a minute, faults and invariants on. */
import { FuzzPool } from '../../src-main/entries/cli/fuzz-pool.ts';
import { SWARM_DEFAULTS } from '../../src-main/runtime/simulator/swarm/plan.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';

export interface SimulatorRow {
  readonly protocol: ProtocolName;
  readonly nodes: number;
  readonly threads: number;
  readonly runs: number;
  readonly runsPerMinute: number;
  /** Steps of cores a second, over all threads. */
  readonly stepsPerSecond: number;
}

const NODES = 5;
const THREADS = 2;
/** The first ones find cold code. */
const WARM_UP_RUNS = 40;
const RUNS = 400;

/** Five nodes, eight simulated seconds of faults and the time to converge, on two threads. */
export async function measureSimulator(protocol: ProtocolName): Promise<SimulatorRow> {
  const { safetyMs, plain, focus } = SWARM_DEFAULTS;
  const setup = { protocol, mutants: [], nodes: NODES, safetyMs, plain, focus };
  const pool = new FuzzPool(setup, THREADS);
  try {
    const range = { violationsMax: 1, onProgress: () => undefined };
    await pool.run({ from: 0, to: WARM_UP_RUNS - 1, ...range });
    const startMs = performance.now();
    const { runs, steps } = await pool.run({ from: 1_000, to: 1_000 + RUNS - 1, ...range });
    const seconds = (performance.now() - startMs) / 1_000;
    const runsPerMinute = Math.round((runs / seconds) * 60);
    const stepsPerSecond = Math.round(steps / seconds);
    return { protocol, nodes: NODES, threads: THREADS, runs, runsPerMinute, stepsPerSecond };
  } finally {
    await pool.close();
  }
}

export function simulatorLines(rows: readonly SimulatorRow[]): string[] {
  return rows.map(({ protocol, nodes, threads, runs, runsPerMinute, stepsPerSecond }) => {
    const what = `${runs} runs of ${nodes} nodes on ${threads} threads`;
    const pace = `${runsPerMinute} runs a minute, ${stepsPerSecond} steps/s`;
    return `${protocol.padEnd(6)} ${pace} (${what})`;
  });
}
