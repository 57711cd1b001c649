/**
 * The parameters of every kind of fault as a person sets them: names, units, limits and what stands
 * there at first. Limits are those of the lab, which refuses what is beyond them.
 */
import {
  CRASH_POINT_NAMES,
  type CrashPoint,
  type Distribution,
  type FaultKindName,
  type LinkEffect,
  type LinkFaultKind,
  type NodeEffect,
  type NodeFaultKind,
} from '../../src-main/contract/words.ts';

export interface NumberField {
  readonly is: 'number';
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number | 'any';
  readonly initial: number;
}

export interface ChoiceField {
  readonly is: 'choice';
  readonly name: string;
  readonly label: string;
  readonly choices: readonly string[];
  readonly initial: string;
}

export type FaultField = NumberField | ChoiceField;
export type FaultValues = Readonly<Record<string, number | string>>;

const DELAY_MS_MAX = 60_000;

const PROBABILITY = number('probability', 'share', '%', { min: 0, max: 100, initial: 20 });

const FIELDS: Readonly<Record<FaultKindName, readonly FaultField[]>> = {
  kill: [],
  stop: [],
  pause: [],
  wipe: [],
  'hold-disk': [],
  'full-disk': [],
  corrupt: [],
  'power-cut': [
    number('ms', 'writes lost of the last', 'ms', { min: 0, max: 60_000, initial: 200 }),
  ],
  'crash-at': [
    choice('point', 'at', CRASH_POINT_NAMES, 'after-persist'),
    number('nth', 'passage', '', { min: 1, max: 1_000_000, initial: 1 }),
  ],
  slow: [
    number('stallMs', 'stands still for', 'ms', { min: 1, max: 800, initial: 200 }),
    number('everyMs', 'every', 'ms', { min: 2, max: 60_000, initial: 500 }),
  ],
  'slow-disk': [
    number('delayMs', 'each sync takes longer by', 'ms', { min: 0, max: 60_000, initial: 50 }),
    number('jitterMs', 'give or take', 'ms', { min: 0, max: 60_000, initial: 10 }),
  ],
  'io-error': [choice('on', 'the next', ['sync', 'write'], 'sync')],
  skew: [number('rate', 'its clock runs at', '×', { min: 0.1, max: 10, initial: 2, step: 'any' })],
  jump: [number('ms', 'its clock goes forward by', 'ms', { min: 1, max: 600_000, initial: 1_000 })],
  cut: [],
  hold: [],
  delay: [
    number('delayMs', 'by', 'ms', { min: 0, max: DELAY_MS_MAX, initial: 50 }),
    number('jitterMs', '±', 'ms', { min: 0, max: DELAY_MS_MAX, initial: 10 }),
    choice('distribution', 'spread', ['uniform', 'normal', 'exponential'], 'uniform'),
  ],
  loss: [PROBABILITY],
  duplicate: [
    { ...PROBABILITY, initial: 100 },
    number('windowMs', 'copy within', 'ms', { min: 0, max: 60_000, initial: 20 }),
  ],
  reorder: [number('windowMs', 'within', 'ms', { min: 1, max: 60_000, initial: 50 })],
  bandwidth: [
    number('bytesPerSecond', 'to', 'bytes/s', { min: 100, max: 1_000_000_000, initial: 5_000 }),
  ],
};

export function fieldsOf(kind: FaultKindName): readonly FaultField[] {
  return FIELDS[kind];
}

/** What stands in the form of a kind at first. */
export function initialValues(kind: FaultKindName): FaultValues {
  return Object.fromEntries(FIELDS[kind].map(({ name, initial }) => [name, initial]));
}

/** What is wrong with a value, or null. */
export function problemOf(field: FaultField, value: number | string | null): string | null {
  if (field.is === 'choice') return field.choices.includes(String(value)) ? null : 'choose one';
  const { label, unit, min, max, step } = field;
  const ok = typeof value === 'number' && value >= min && value <= max;
  const whole = step === 'any' || (ok && Number.isInteger(value));
  return ok && whole ? null : `${label}: ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`;
}

/** The first thing that is wrong with the values of a kind, or null. */
export function problemOfValues(kind: FaultKindName, values: FaultValues): string | null {
  for (const field of FIELDS[kind]) {
    const problem = problemOf(field, values[field.name] ?? null);
    if (problem !== null) return problem;
  }
  const { stallMs, everyMs } = values;
  if (kind === 'slow' && Number(everyMs) <= Number(stallMs)) return 'every: more than it stands';
  return null;
}

/** @param values without a problem */
export function nodeEffect(kind: NodeFaultKind, values: FaultValues): NodeEffect {
  const of = (name: string): number => Number(values[name]);
  switch (kind) {
    case 'power-cut':
    case 'jump':
      return { kind, ms: of('ms') };
    case 'crash-at':
      return { kind, point: values['point'] as CrashPoint, nth: of('nth') };
    case 'slow':
      return { kind, stallMs: of('stallMs'), everyMs: of('everyMs') };
    case 'slow-disk':
      return { kind, delayMs: of('delayMs'), jitterMs: of('jitterMs') };
    case 'io-error':
      return { kind, on: values['on'] === 'write' ? 'write' : 'sync' };
    case 'skew':
      return { kind, rate: of('rate') };
    default:
      return { kind };
  }
}

/** @param values without a problem */
export function linkEffect(kind: LinkFaultKind, values: FaultValues): LinkEffect {
  const of = (name: string): number => Number(values[name]);
  const probability = of('probability') / 100;
  switch (kind) {
    case 'delay': {
      const distribution = values['distribution'] as Distribution;
      return { kind, delayMs: of('delayMs'), jitterMs: of('jitterMs'), distribution };
    }
    case 'loss':
      return { kind, probability };
    case 'duplicate':
      return { kind, probability, windowMs: of('windowMs') };
    case 'reorder':
      return { kind, windowMs: of('windowMs') };
    case 'bandwidth':
      return { kind, bytesPerSecond: of('bytesPerSecond') };
    default:
      return { kind };
  }
}

function number(
  name: string,
  label: string,
  unit: string,
  rest: Pick<NumberField, 'min' | 'max' | 'initial'> & Partial<Pick<NumberField, 'step'>>,
): NumberField {
  return { is: 'number', name, label, unit, step: 1, ...rest };
}

function choice(
  name: string,
  label: string,
  choices: readonly string[],
  initial: string,
): ChoiceField {
  return { is: 'choice', name, label, choices, initial };
}
