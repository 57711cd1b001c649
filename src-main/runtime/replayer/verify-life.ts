/**
 * Re-execution of one life of a node: every recorded input goes to a fresh core, and the digest of
 * the effects is compared step by step; applied entries go to a fresh state machine, and its hash
 * is compared at every position the record has one for (design.md section 2, protocols.md 6.4).
 *
 * The images of snapshots are not in the record. Where a life took one over, its state goes on from
 * what another life, re-executed before, had at that position; when none had, the effects of the
 * core are still compared, but no state until the end of this life, which is said.
 */
import { protocolDefinition } from '../../protocols/index.ts';
import type { Core, Effect, Input } from '../../protocols/kernel/core.ts';
import { digestHex, type Digest } from '../../protocols/kernel/digest.ts';
import type { Position, ProtocolName } from '../../vocabulary/ids.ts';
import type {
  ApplyHeader,
  JournalHeader,
  LoadHeader,
  StepHeader,
} from '../../vocabulary/journal.ts';
import { createService } from '../../services/index.ts';
import { StateMachine } from '../../services/state-machine.ts';
import { effectsDigest } from '../driver/journal-lines.ts';
import { KnownStates } from './known-states.ts';

/** One record of a journal; `inputText` is empty unless the header is a step. */
export interface JournalRecord {
  readonly header: JournalHeader;
  readonly inputText: string;
}

export interface Divergence {
  readonly step: number;
  readonly input: string;
  readonly expected: string;
  readonly actual: string;
}

export interface LifeVerdict {
  /** Inputs fed, the diverging one included. */
  readonly inputs: number;
  readonly divergence: Divergence | null;
  /** Why nothing, or not all, could be replayed. */
  readonly problem: string | null;
  /** Position of a snapshot whose state nobody had, so that nothing behind it was compared. */
  readonly unknownFrom: Position | null;
}

/** What waits for the state machine, in the order of the core's effects. */
type MachineWork = Extract<Effect, { kind: 'apply' | 'take-snapshot' | 'load-snapshot' }>;

/** Longest input text in a report. */
const INPUT_TEXT_MAX = 400;

export class LifeVerifier {
  readonly #core: Core;
  readonly #machine: StateMachine;
  readonly #states: KnownStates;
  readonly #hashes = new Map<number, Digest>();
  #work: MachineWork[] = [];
  #unknownFrom: Position | null = null;
  #inputs = 0;

  /**
   * @param states what other lives had; what this one has is added.
   * @throws Error when there is no such service.
   */
  constructor(protocol: ProtocolName, service: string, states = new KnownStates()) {
    this.#states = states;
    const made = createService(service);
    if (made === null) throw new Error(`no service named ${service}`);
    this.#core = protocolDefinition(protocol).create();
    this.#machine = new StateMachine(made);
  }

  /** Feeds records in order until the end, a gap, or the first divergence. */
  run(records: Iterable<JournalRecord>): LifeVerdict {
    for (const record of records) {
      const { header } = record;
      if (header.k === 's' && header.n !== this.#inputs + 1) {
        const problem = `step ${this.#inputs + 1} is missing, the record goes on at ${header.n}`;
        return this.#verdict(null, problem);
      }
      const divergence = this.#take(header, record.inputText);
      if (divergence !== null) return this.#verdict(divergence, null);
    }
    return this.#verdict(null, this.#inputs === 0 ? 'the journal has no steps' : null);
  }

  #verdict(divergence: Divergence | null, problem: string | null): LifeVerdict {
    return { inputs: this.#inputs, divergence, problem, unknownFrom: this.#unknownFrom };
  }

  #take(header: JournalHeader, inputText: string): Divergence | null {
    if (header.k === 's') return this.#takeStep(header, inputText);
    if (header.k === 'a') return this.#takeApply(header);
    if (header.k === 'l') return this.#takeLoad(header);
    return null;
  }

  #takeStep(header: StepHeader, inputText: string): Divergence | null {
    this.#inputs += 1;
    let effects: readonly Effect[];
    try {
      effects = this.#core.step(JSON.parse(inputText) as Input);
    } catch (error) {
      const actual = `threw ${error instanceof Error ? error.message : String(error)}`;
      return diverged(header, inputText, `effects ${header.d}`, actual);
    }
    const digest = effectsDigest(effects);
    if (digest !== header.d) {
      return diverged(header, inputText, recorded(header), summary(digest, effects));
    }
    for (const effect of effects) if (isMachineWork(effect)) this.#work.push(effect);
    this.#doWork();
    return null;
  }

  /** As far as the record has come: a snapshot is taken over where it says so. */
  #doWork(): void {
    for (let work = this.#work[0]; work !== undefined; work = this.#work[0]) {
      if (work.kind === 'load-snapshot') return;
      this.#work.shift();
      if (this.#unknownFrom !== null) continue;
      if (work.kind === 'apply') this.#apply(work);
      else this.#states.add(this.#machine);
    }
  }

  #takeLoad(header: LoadHeader): Divergence | null {
    const load = this.#work.shift();
    if (load?.kind !== 'load-snapshot' || load.lastPos !== header.pos) {
      return {
        step: header.n,
        input: 'a snapshot was taken over',
        expected: `state hash ${header.hash} at position ${header.pos}`,
        actual: load === undefined ? 'no snapshot to take over' : `${load.kind} comes first`,
      };
    }
    const isKnown = this.#states.restore(this.#machine, header.pos, header.hash);
    this.#unknownFrom = isKnown ? null : header.pos;
    this.#doWork();
    return null;
  }

  #apply(effect: Extract<Effect, { kind: 'apply' }>): void {
    for (const entry of effect.entries) {
      this.#machine.apply(entry);
      this.#hashes.set(entry.pos, this.#machine.digest());
    }
  }

  #takeApply(header: ApplyHeader): Divergence | null {
    if (this.#unknownFrom !== null) return null;
    for (const [pos, hash] of header.hashes) {
      const actual = this.#hashes.get(pos);
      const text = actual === undefined ? 'not applied' : digestHex(actual);
      if (text === hash) continue;
      return {
        step: header.n,
        input: `apply ${header.from} to ${header.to}`,
        expected: `state hash ${hash} at position ${pos}`,
        actual: `state hash ${text} at position ${pos}`,
      };
    }
    for (let pos = header.from; pos <= header.to; pos += 1) this.#hashes.delete(pos);
    return null;
  }
}

function isMachineWork(effect: Effect): effect is MachineWork {
  const { kind } = effect;
  return kind === 'apply' || kind === 'take-snapshot' || kind === 'load-snapshot';
}

function diverged(
  header: StepHeader,
  inputText: string,
  expected: string,
  actual: string,
): Divergence {
  return { step: header.n, input: inputText.slice(0, INPUT_TEXT_MAX), expected, actual };
}

function recorded(header: StepHeader): string {
  const sends = (header.sends ?? []).map(([, to, type]) => `${type} to ${to}`).join(', ');
  const trace = (header.trace ?? []).map((event) => event.kind).join(', ');
  return `effects ${header.d}; sends ${sends || 'nothing'}; trace ${trace || 'nothing'}`;
}

function summary(digest: string, effects: readonly Effect[]): string {
  const sends = effects
    .flatMap((effect) => (effect.kind === 'send' ? [`${effect.msg.type} to ${effect.to}`] : []))
    .join(', ');
  const trace = effects
    .flatMap((effect) => (effect.kind === 'trace' ? [effect.event.kind] : []))
    .join(', ');
  return `effects ${digest}; sends ${sends || 'nothing'}; trace ${trace || 'nothing'}`;
}
