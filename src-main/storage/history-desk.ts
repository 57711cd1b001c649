/**
 * What the thread does that judges client histories, without the thread around it: each run while
 * it goes on, with a small share of the time so that the clusters have the rest, and in the end all
 * of it with the limits that are written here.
 */
import { assertUnreachable } from '../base/assert.ts';
import { operationsOf } from '../verification/histories/recorded-operations.ts';
import {
  judgeHistory,
  liveFinding,
  type Demand,
  type HistoryVerdict,
} from '../verification/history-verdict.ts';
import { LiveCheck } from '../verification/linearizability/live-check.ts';
import { modelOf } from '../verification/linearizability/models/by-name.ts';
import type { Operation } from '../verification/linearizability/operation.ts';
import { isLinearizable } from '../verification/linearizability/precedence.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { FromHistory, ToHistory } from './history-messages.ts';
import { parseOperationRows } from './operation-rows.ts';

/** Of the whole history; docs/CHECKING.md has them. */
const OPERATIONS_MAX = 1_000_000;
const JUDGE_MS_MAX = 20_000;
const MEMO_BYTES_MAX = 256 * 1024 * 1024;
const STEPS_MAX = 1e12;

/** Of a history that goes on: possibilities of a key, and operations tried at one answer. */
const LIVE_LIMITS = { configurations: 1_000, steps: 50_000 };
/** After each batch this many times as long as it took is left to others. */
const REST = 9;

export interface HistoryPorts {
  post(message: FromHistory): void;
  /** The recorded operations of a run. */
  operations(run: number): Iterable<OperationRecord>;
  nowMs(): number;
}

type Batch = Extract<ToHistory, { k: 'operations' }>;

const MODEL = modelOf('kv');

interface LiveRun {
  readonly check: LiveCheck;
  nextId: number;
}

export class HistoryDesk {
  readonly #ports: HistoryPorts;
  readonly #live = new Map<number, LiveRun>();
  #waiting: Batch[] = [];

  constructor(ports: HistoryPorts) {
    this.#ports = ports;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  handle(message: ToHistory): void {
    switch (message.k) {
      case 'operations':
        this.#waiting.push(message);
        return;
      case 'judge': {
        const { run, demand, isWhole } = message;
        this.#drop(run);
        this.#ports.post({ k: 'verdict', run, verdict: this.#judge(run, demand, isWhole) });
        return;
      }
      case 'drop':
        return this.#drop(message.run);
      default:
        assertUnreachable(message, 'history message');
    }
  }

  /** Judges the next batch. @returns milliseconds until the next one is due */
  turn(): number {
    const batch = this.#waiting.shift();
    if (batch === undefined) return 0;
    const beganMs = this.#ports.nowMs();
    this.#follow(batch);
    const { run, rows } = batch;
    this.#ports.post({ k: 'taken', run, chars: rows.length });
    return (this.#ports.nowMs() - beganMs) * REST;
  }

  #follow({ run, rows, closedUs }: Batch): void {
    let live = this.#live.get(run);
    if (live === undefined) {
      live = { check: new LiveCheck(MODEL, LIVE_LIMITS), nextId: 0 };
      this.#live.set(run, live);
    }
    const firstId = live.nextId;
    const operations = operationsOf(parseOperationRows(rows)).map((operation, at) => {
      return { ...operation, id: firstId + at };
    });
    live.nextId += operations.length;
    // Of the others, a read of several keys belongs to no object.
    const isJudged = (one: Operation): boolean =>
      isLinearizable(one) && MODEL.problem(one) === null;
    live.check.add(operations.filter(isJudged));
    for (const violation of live.check.advance(closedUs)) {
      this.#ports.post({ k: 'violation', run, violation: liveFinding(violation) });
    }
  }

  #drop(run: number): void {
    this.#live.delete(run);
    this.#waiting = this.#waiting.filter((batch) => batch.run !== run);
  }

  #judge(run: number, demand: Demand, isWhole: boolean): HistoryVerdict {
    const records: OperationRecord[] = [];
    for (const record of this.#ports.operations(run)) {
      records.push(record);
      if (records.length > OPERATIONS_MAX) return tooLong();
    }
    const endMs = this.#ports.nowMs() + JUDGE_MS_MAX;
    return judgeHistory(records, demand, isWhole, {
      steps: STEPS_MAX,
      memoBytes: MEMO_BYTES_MAX,
      shouldStop: () => this.#ports.nowMs() > endMs,
    });
  }
}

function tooLong(): HistoryVerdict {
  const limit = OPERATIONS_MAX.toLocaleString('en-US');
  const why = `it has more than ${limit} operations`;
  const undecided = `whether the history is linearizable was not judged: ${why}`;
  return { verdict: 'unknown', violations: [], undecided };
}
