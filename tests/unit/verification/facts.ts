/** Short ways to write down what journals and clients say. */
import type { FaultRecord, FaultSpec } from '../../../src-main/vocabulary/fault.ts';
import type { ApplyHeader, StepHeader } from '../../../src-main/vocabulary/journal.ts';
import type { Role, TraceEvent } from '../../../src-main/vocabulary/trace.ts';
import type { OperationRecord } from '../../../src-main/vocabulary/workload.ts';

export function step(n: number, us: number, ...trace: TraceEvent[]): StepHeader {
  return { k: 's', n, us, lam: n, input: 'tick', d: '0', trace };
}

/** The disk has what was given to it before. */
export function persisted(n: number, us: number): StepHeader {
  return { ...step(n, us), input: 'persisted' };
}

export function role(
  what: Role,
  era: number,
  ready = false,
  owner: string | null = null,
): TraceEvent {
  const leader = what === 'leader' ? 'n1' : null;
  return {
    kind: 'role',
    role: what,
    word: what,
    era: { number: era, owner },
    leader,
    ready,
    why: '',
  };
}

export function hashOf(value: number): string {
  return value.toString(16).padStart(16, '0');
}

export function applied(
  us: number,
  from: number,
  to: number,
  change: Partial<ApplyHeader> = {},
): ApplyHeader {
  const hashes: [number, string][] = [];
  for (let pos = from; pos <= to; pos += 1) hashes.push([pos, hashOf(pos)]);
  return { k: 'a', n: 1, us, from, to, hashes, effective: [], repeats: 0, ...change };
}

export function operation(
  seq: number,
  returnUs: number,
  change: Partial<OperationRecord> = {},
): OperationRecord {
  return {
    client: 0,
    session: 1,
    seq,
    op: 'write',
    key: 'k',
    invokeUs: returnUs - 1_000,
    returnUs,
    outcome: 'ok',
    code: null,
    attempts: 1,
    node: 'n1',
    pos: seq,
    request: null,
    result: null,
    ...change,
  };
}

export function fault(
  id: number,
  spec: FaultSpec,
  startUs: number,
  endUs: number | null = null,
): FaultRecord {
  return { id, spec, label: `fault ${id}`, origin: 'scenario', startUs, endUs, outcome: null };
}
