/**
 * Re-execution of one life of a node: every recorded input goes to a fresh core, and the digest of
 * the effects is compared step by step; applied entries go to a fresh state machine, and its hash
 * is compared at every position the record has one for (design.md section 2, protocols.md 6.4).
 */
import { protocolDefinition } from '../../protocols/index.ts';
import type { Core, Effect, Input } from '../../protocols/kernel/core.ts';
import { digestHex, type Digest } from '../../protocols/kernel/digest.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';
import type { ApplyHeader, JournalHeader, StepHeader } from '../../vocabulary/journal.ts';
import { createService } from '../../services/index.ts';
import { StateMachine } from '../../services/state-machine.ts';
import { effectsDigest } from '../driver/journal-lines.ts';

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
}

/** Longest input text in a report. */
const INPUT_TEXT_MAX = 400;

export class LifeVerifier {
  readonly #core: Core;
  readonly #machine: StateMachine;
  readonly #hashes = new Map<number, Digest>();
  #inputs = 0;

  /** @throws Error when there is no such service. */
  constructor(protocol: ProtocolName, service: string) {
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
        return { inputs: this.#inputs, divergence: null, problem };
      }
      const divergence = this.#take(header, record.inputText);
      if (divergence !== null) return { inputs: this.#inputs, divergence, problem: null };
    }
    const problem = this.#inputs === 0 ? 'the journal has no steps' : null;
    return { inputs: this.#inputs, divergence: null, problem };
  }

  #take(header: JournalHeader, inputText: string): Divergence | null {
    if (header.k === 's') return this.#takeStep(header, inputText);
    if (header.k === 'a') return this.#takeApply(header);
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
    for (const effect of effects) if (effect.kind === 'apply') this.#apply(effect);
    return null;
  }

  #apply(effect: Extract<Effect, { kind: 'apply' }>): void {
    for (const entry of effect.entries) {
      this.#machine.apply(entry);
      this.#hashes.set(entry.pos, this.#machine.digest());
    }
  }

  #takeApply(header: ApplyHeader): Divergence | null {
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
