/** Two threads that share a range of seeds; what they find comes back in the order of seeds. */
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type {
  FoundViolation,
  FuzzAnswer,
  FuzzJob,
  FuzzSetup,
  MinimisedScript,
} from './fuzz-worker.ts';

const WORKER_FILE = fileURLToPath(new URL('./fuzz-worker.ts', import.meta.url));
const BLOCK_SEEDS = 10;

export interface FuzzTotals {
  readonly runs: number;
  readonly steps: number;
  readonly acknowledged: number;
  readonly faults: number;
  readonly found: readonly FoundViolation[];
}

export interface FuzzRange {
  readonly from: number;
  readonly to: number;
  /** Enough once so many are found. */
  readonly violationsMax: number;
  readonly onProgress: (totals: FuzzTotals) => void;
}

export class FuzzPool {
  readonly #workers: Worker[];

  constructor(setup: FuzzSetup, threads: number) {
    this.#workers = Array.from({ length: threads }, () => {
      return new Worker(WORKER_FILE, { workerData: setup });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Runs all seeds of the range, or up to the block in which enough is found. */
  async run(range: FuzzRange): Promise<FuzzTotals> {
    const totals = { runs: 0, steps: 0, acknowledged: 0, faults: 0, found: [] as FoundViolation[] };
    let next = range.from;
    const takeBlock = (): FuzzJob | null => {
      if (next > range.to || totals.found.length >= range.violationsMax) return null;
      const from = next;
      next = Math.min(range.to, from + BLOCK_SEEDS - 1) + 1;
      return { do: 'run', from, to: next - 1 };
    };
    const work = async (worker: Worker): Promise<void> => {
      for (let job = takeBlock(); job !== null; job = takeBlock()) {
        const answer = await ask(worker, job);
        if (answer.did !== 'run') continue;
        totals.runs += answer.to - answer.from + 1;
        totals.steps += answer.steps;
        totals.acknowledged += answer.acknowledged;
        totals.faults += answer.faults;
        totals.found.push(...answer.found);
        range.onProgress(totals);
      }
    };
    await Promise.all(this.#workers.map(work));
    // Blocks end in any order; the seeds that count are the lowest ones.
    const found = totals.found.sort((a, b) => a.seed - b.seed).slice(0, range.violationsMax);
    return { ...totals, found };
  }

  async minimise(seeds: readonly number[], budgetMs: number): Promise<MinimisedScript[]> {
    const scripts: MinimisedScript[] = [];
    const left = [...seeds];
    const work = async (worker: Worker): Promise<void> => {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const answer = await ask(worker, { do: 'minimise', seed, budgetMs, withMutants: true });
        if (answer.did === 'minimise') scripts.push(answer.script);
      }
    };
    await Promise.all(this.#workers.map(work));
    return scripts.sort((a, b) => a.seed - b.seed);
  }
}

function ask(worker: Worker, job: FuzzJob): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const done = (answer: FuzzAnswer) => {
      worker.off('error', reject);
      resolve(answer);
    };
    worker.once('message', done);
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
