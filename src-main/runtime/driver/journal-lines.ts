/** Builds the lines of the flight journal (vocabulary/journal.ts has their shape). */
import type { Effect, Input } from '../../protocols/kernel/core.ts';
import { digestHex, digestOf } from '../../protocols/kernel/digest.ts';
import type { ApplyHeader, LoadHeader, MessageId, StepHeader } from '../../vocabulary/journal.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import type { Incoming } from './ports.ts';

export type SentMessage = readonly [x: number, to: string, type: string];

interface StepFacts {
  readonly n: number;
  readonly us: number;
  readonly lamport: number;
  readonly input: Input;
  readonly incoming: Incoming | null;
  readonly effects: readonly Effect[];
  readonly sends: readonly SentMessage[];
  readonly trace: readonly TraceEvent[];
}

export function messageId(
  from: string,
  incarnation: number,
  step: number,
  index: number,
): MessageId {
  return `${from}:${incarnation}:${step}:${index}`;
}

/** What a re-execution compares: 16 hexadecimal digits over all effects of a step, in order. */
export function effectsDigest(effects: readonly Effect[]): string {
  return digestHex(digestOf(effects));
}

export function stepLine(facts: StepFacts): string {
  const header: StepHeader = {
    k: 's',
    n: facts.n,
    us: facts.us,
    lam: facts.lamport,
    input: facts.input.kind,
    ...(facts.input.kind === 'boot' ? { disk: facts.input.storageId } : {}),
    d: effectsDigest(facts.effects),
    ...(facts.incoming === null ? {} : { recv: received(facts.incoming) }),
    ...(facts.sends.length === 0 ? {} : { sends: facts.sends }),
    ...(facts.trace.length === 0 ? {} : { trace: facts.trace }),
  };
  return `${JSON.stringify(header)}\t${JSON.stringify(facts.input)}\n`;
}

function received(incoming: Incoming): StepHeader['recv'] & object {
  const { from, fromIncarnation, step, index, msg } = incoming;
  return [messageId(from, fromIncarnation, step, index), from, msg.type];
}

export function applyLine(header: ApplyHeader | LoadHeader): string {
  return `${JSON.stringify(header)}\t\n`;
}
