/**
 * Applies committed entries to the replicated state machine, once each and in order, and answers
 * those who wait for them. Also writes down what checkers need: chained state hashes, and which
 * operations took effect.
 */
import { assert } from '../../base/assert.ts';
import { digestHex } from '../../protocols/kernel/digest.ts';
import type { Entry } from '../../protocols/kernel/entry.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { ApplyResult, StateMachine } from '../../services/state-machine.ts';
import { applyLine } from './journal-lines.ts';
import type { DriverPorts } from './ports.ts';

export interface ApplyJob {
  readonly step: number;
  /** Not before this token is durable. */
  readonly after: number;
  readonly entries: readonly Entry[];
  readonly waiting: readonly { readonly pos: number; readonly reqId: number }[];
}

/** In large batches only every 16th position gets a hash of its own: chained hashes that agree at
 *  k agree below k, and all nodes report the multiples of 16. */
const HASH_EVERY = 16;

export class Applier {
  readonly #machine: StateMachine;
  readonly #ports: DriverPorts;
  #applied = 0;
  #answered = 0;

  constructor(machine: StateMachine, ports: DriverPorts) {
    this.#machine = machine;
    this.#ports = ports;
    this.#applied = machine.position;
  }

  get applied(): number {
    return this.#applied;
  }

  /** Answers that were given to applied entries. */
  get answered(): number {
    return this.#answered;
  }

  /** Answers what only looks, from the state as it is. */
  read(reqId: number, payload: Json): void {
    const result = this.#machine.read(payload);
    this.#ports.reply(reqId, { ok: true, result, pos: this.#applied });
  }

  /** The machine was replaced by an image. @returns the journal line that says so. */
  loaded(step: number): string {
    this.#applied = this.#machine.position;
    if (this.#ports.journal === null) return '';
    const hash = digestHex(this.#machine.digest());
    return applyLine({ k: 'l', n: step, us: this.#ports.nowUs(), pos: this.#applied, hash });
  }

  #answer(reqId: number, pos: number, outcome: ApplyResult): void {
    const answer = outcome.ok
      ? ({ ok: true, result: outcome.result, pos } as const)
      : ({ ok: false, refusal: outcome.refusal } as const);
    this.#ports.passing?.('before-reply');
    this.#answered += 1;
    this.#ports.reply(reqId, answer);
  }

  /** @returns the journal line of this batch, nothing when there is no journal. */
  run(job: ApplyJob): string {
    const { entries } = job;
    const first = entries[0];
    const last = entries.at(-1);
    assert(first !== undefined && last !== undefined, `step ${job.step}: nothing to apply`);
    const hashes: [number, string][] = [];
    const effective: [number, number, number][] = [];
    let repeats = 0;
    let next = 0;
    for (const entry of entries) {
      assert(entry.pos === this.#applied + 1, `apply ${entry.pos} after ${this.#applied}`);
      const outcome = this.#machine.apply(entry);
      this.#applied = entry.pos;
      if (outcome.effective) noteEffective(effective, entry);
      else if (entry.type === 'command') repeats += 1;
      const isHashed = entry.pos % HASH_EVERY === 0 || entries.length < HASH_EVERY;
      if (this.#ports.journal !== null && (isHashed || entry === last)) {
        hashes.push([entry.pos, digestHex(this.#machine.digest())]);
      }
      if (entry.type === 'config') this.#ports.passing?.('config-applied');
      for (; job.waiting[next]?.pos === entry.pos; next += 1) {
        this.#answer(job.waiting[next]?.reqId ?? 0, entry.pos, outcome);
      }
    }
    assert(next === job.waiting.length, `step ${job.step}: somebody waits for no entry`);
    if (this.#ports.journal === null) return '';
    return applyLine({
      k: 'a',
      n: job.step,
      us: this.#ports.nowUs(),
      from: first.pos,
      to: last.pos,
      hashes,
      effective,
      repeats,
    });
  }
}

function noteEffective(ranges: [number, number, number][], entry: Entry): void {
  if (entry.type !== 'command' || entry.client === null) return;
  const { session, seq } = entry.client;
  // A handful of sessions per batch: a scan is cheaper than a map. Only an adjoining seq extends.
  for (const range of ranges) {
    if (range[0] === session && range[2] === seq - 1) {
      range[2] = seq;
      return;
    }
  }
  ranges.push([session, seq, seq]);
}
