/**
 * One key of the lab's key-value store, as services/kv.ts answers: a value and a version, which is
 * 1 when the key is made, one more with each change, and 0 (value null) while there is no key.
 * Commands are those of services/kv-command.ts except `list`. Positions (`modPos`, `createPos`) are
 * not looked at: read-check.ts does that. An answer may leave out the version or all of itself, as
 * histories of others do.
 */
import type { Json } from '../../../vocabulary/json.ts';
import type { KvCommand } from '../../../services/kv-command.ts';
import { textOf, type Model, type Plan } from '../model.ts';
import type { Operation } from '../operation.ts';
import { fieldsOf } from './fields.ts';

interface KvState {
  readonly value: string | number | null;
  /** null: any. */
  readonly version: number | null;
  /** Of the value, too, nothing is known. */
  readonly isOpen: boolean;
}

const ABSENT: KvState = { value: null, version: 0, isOpen: false };
const ANYTHING: KvState = { value: null, version: null, isOpen: true };

type Put = KvCommand & { op: 'put' };
type Cas = KvCommand & { op: 'cas' };

/** Value and version that an answer tells of; undefined where it does not. */
interface Told {
  readonly value?: string | number | null;
  readonly version?: number;
}

function toldBy(answer: Json): Told {
  const { value, version } = fieldsOf(answer);
  return {
    ...(value === undefined ? {} : { value: value as string | number | null }),
    ...(typeof version === 'number' ? { version } : {}),
  };
}

/** `state` with what an answer tells of it; null when they contradict each other. */
function narrowed(state: KvState, { value, version }: Told): KvState | null {
  if (!state.isOpen && value !== undefined && value !== state.value) return null;
  if (state.version !== null && version !== undefined && version !== state.version) return null;
  const isOpen = state.isOpen && value === undefined;
  const known = version ?? state.version;
  if (isOpen === state.isOpen && known === state.version) return state;
  return { value: value ?? state.value, version: known, isOpen };
}

/** After one more change. */
function changed({ version }: KvState, value: string | number): KvState {
  return { value, version: version === null ? null : version + 1, isOpen: false };
}

/** null where too little is known to tell. */
function matches(state: KvState, { expectVersion, expectValue }: Cas): boolean | null {
  if (expectVersion !== undefined) {
    return state.version === null ? null : state.version === expectVersion;
  }
  return state.isOpen ? null : state.value === expectValue;
}

function stepCas(state: KvState, command: Cas, answer: Json | undefined): KvState | null {
  const swapped = answer === undefined ? undefined : fieldsOf(answer)['swapped'];
  const match = matches(state, command);
  if (swapped === undefined) return match === false ? state : changed(state, command.value);
  if (match !== null && swapped !== match) return null;
  if (swapped !== true) return narrowed(state, toldBy(answer ?? null));
  const told = toldBy(answer ?? null);
  return narrowed(changed(state, command.value), {
    ...(told.version === undefined ? {} : { version: told.version }),
  });
}

/** A command that the store refused changed nothing. */
function hasError(answer: Json): boolean {
  return fieldsOf(answer)['error'] !== undefined;
}

function stepIncr(state: KvState, by: number, answer: Json | undefined): KvState | null {
  const told = answer === undefined ? {} : toldBy(answer);
  if (state.isOpen) {
    if (answer === undefined || hasError(answer)) return state;
    return narrowed({ ...changed(state, 0), value: null, isOpen: true }, told);
  }
  const before = state.value ?? 0;
  const sum = typeof before === 'number' ? before + by : Number.NaN;
  const failed = answer !== undefined && hasError(answer);
  if (!Number.isSafeInteger(sum)) return failed || answer === undefined ? state : null;
  return failed ? null : narrowed(changed(state, sum), told);
}

function stepDelete(state: KvState, answer: Json | undefined): KvState | null {
  const deleted = answer === undefined ? undefined : fieldsOf(answer)['deleted'];
  if (state.isOpen) return ABSENT;
  const present = state.value !== null;
  if (deleted !== undefined && deleted !== present) return null;
  return present ? ABSENT : state;
}

function step(state: KvState, { call, answer }: Operation): KvState | null {
  const command = call as KvCommand;
  const value = answer?.value;
  if (command.op !== 'incr' && value !== undefined && hasError(value)) return state;
  switch (command.op) {
    case 'get':
      return value === undefined ? state : narrowed(state, toldBy(value));
    case 'put':
      return narrowed(changed(state, command.value), value === undefined ? {} : toldBy(value));
    case 'cas':
      return stepCas(state, command, value);
    case 'incr':
      return stepIncr(state, command.by ?? 1, value);
    case 'delete':
      return stepDelete(state, value);
    default:
      return null;
  }
}

function showState({ value, version, isOpen }: KvState): string {
  if (isOpen) return 'any value';
  if (value === null) return 'no such key';
  return `${textOf(value)}${version === null ? '' : ` (version ${version})`}`;
}

function showCommand(command: KvCommand): string {
  switch (command.op) {
    case 'put':
      return `put ${textOf(command.value)}`;
    case 'cas': {
      const { expectVersion, expectValue, value } = command;
      const expected =
        expectVersion === undefined ? textOf(expectValue ?? null) : `version ${expectVersion}`;
      return `cas ${expected} to ${textOf(value)}`;
    }
    case 'incr':
      return `incr by ${command.by ?? 1}`;
    default:
      return command.op;
  }
}

function showAnswer(answer: Json): string {
  const { value, version, swapped, deleted, error } = fieldsOf(answer);
  if (error !== undefined) return textOf(error);
  const words: string[] = [];
  if (swapped !== undefined) words.push(swapped === true ? 'swapped' : 'not swapped');
  if (deleted !== undefined) words.push(deleted === true ? 'deleted' : 'no such key');
  if (value !== undefined) words.push(value === null ? 'no such key' : textOf(value));
  if (version !== undefined && version !== 0) words.push(`version ${textOf(version)}`);
  return words.length === 0 ? 'done' : words.join(', ');
}

/** Commands on one key. A version rises with every change unless a delete begins it anew. */
function planOf(operations: readonly Operation[]): Plan<KvState> {
  const commands = operations.map(({ call }) => call as KvCommand);
  const rises = !commands.some(({ op }) => op === 'delete');
  const hasIncrements = commands.some(({ op }) => op === 'incr');
  const wanted = new Set<string>();
  for (const { call, answer } of operations) {
    const { expectValue } = fieldsOf(call);
    if (expectValue !== undefined) wanted.add(textOf(expectValue));
    const told = answer === null ? undefined : toldBy(answer.value).value;
    if (told !== undefined) wanted.add(textOf(told));
  }
  const isWanted = (value: string | number): boolean =>
    wanted.has(textOf(value)) || (hasIncrements && typeof value === 'number');
  return {
    // Values that nobody saw or asked for cannot be told from one another.
    sameness({ call }) {
      const command = call as Put | Cas;
      const { op, value } = command;
      if ((op !== 'put' && op !== 'cas') || isWanted(value)) return textOf(call);
      return op === 'put' ? 'put' : textOf([op, command.expectVersion, command.expectValue]);
    },
    isPointless: ({ call }) => (call as KvCommand).op === 'get',
    isHopeless(state, { call, answer }) {
      const version = answer === null ? undefined : toldBy(answer.value).version;
      if (!rises || version === undefined || state.version === null) return false;
      const { op } = call as KvCommand;
      const isChange =
        op === 'put' || op === 'incr' || fieldsOf(answer?.value ?? null)['swapped'] === true;
      return isChange ? version <= state.version : version < state.version;
    },
  };
}

export const kvModel: Model<KvState> = {
  name: 'kv',
  initial: ABSENT,
  anything: ANYTHING,
  step,
  isRead({ call, answer }) {
    if ((call as KvCommand).op === 'get') return true;
    if (answer === null) return false;
    const { swapped, deleted } = fieldsOf(answer.value);
    return swapped === false || deleted === false || hasError(answer.value);
  },
  key: ({ value, version, isOpen }) => `${isOpen ? '?' : ''}${version} ${textOf(value)}`,
  showState,
  showOperation({ call, answer }) {
    const text = showCommand(call as KvCommand);
    return answer === null ? text : `${text} -> ${showAnswer(answer.value)}`;
  },
  why: (state) => `the key has ${showState(state)}`,
  problem({ call }) {
    const { op } = fieldsOf(call);
    const known = ['get', 'put', 'delete', 'cas', 'incr'];
    return known.includes(op as string) ? null : `op must be one of ${known.join(', ')}`;
  },
  plan: planOf,
};
