/**
 * Several independent objects as one: for orders that have to hold across all of them at once.
 * Sequential consistency is not local: each object by itself may have an order, and all of them
 * together none (Herlihy and Wing 1990, 3.3).
 */
import type { Model, Plan } from '../model.ts';
import type { Operation } from '../operation.ts';

/** States of the objects, by the number of the key. */
type JointState<State> = readonly State[];

/** Shown of many; `--json` has the operations. */
const KEYS_SHOWN = 8;

/** @param keys of all operations; the first ones are shown first */
export function jointModel<State>(
  model: Model<State>,
  keys: readonly (string | null)[],
): Model<JointState<State>> {
  const numbers = new Map(keys.map((key, number) => [key, number]));
  const numberOf = ({ key }: Operation): number => numbers.get(key) ?? 0;
  const stateOf = (states: JointState<State>, operation: Operation): State =>
    states[numberOf(operation)] as State;
  const named = (operation: Operation, text: string): string =>
    operation.key === null ? text : `${operation.key}: ${text}`;
  return {
    name: model.name,
    initial: keys.map(() => model.initial),
    step(states, operation) {
      const before = stateOf(states, operation);
      const after = model.step(before, operation);
      if (after === null) return null;
      return after === before ? states : states.with(numberOf(operation), after);
    },
    isRead: (operation) => model.isRead(operation),
    key: (states) => states.map((state) => lengthened(model.key(state))).join(''),
    showState(states) {
      const shown = states.slice(0, KEYS_SHOWN).map((state, number) => {
        return `${keys[number]}: ${model.showState(state)}`;
      });
      return `${shown.join('; ')}${states.length > KEYS_SHOWN ? '; ...' : ''}`;
    },
    showOperation: (operation) => named(operation, model.showOperation(operation)),
    why: (states, operation) => named(operation, model.why(stateOf(states, operation), operation)),
    problem: (operation) => model.problem(operation),
    plan: (operations) => jointPlan(model, keys, operations),
  };
}

/** Texts of several states cannot run into one another. */
function lengthened(text: string): string {
  return `${text.length}:${text}`;
}

function jointPlan<State>(
  model: Model<State>,
  keys: readonly (string | null)[],
  operations: readonly Operation[],
): Plan<JointState<State>> {
  const plans = keys.map((key) => {
    return model.plan?.(operations.filter((operation) => operation.key === key)) ?? {};
  });
  const numbers = new Map(keys.map((key, number) => [key, number]));
  const numberOf = ({ key }: Operation): number => numbers.get(key) ?? 0;
  const planOf = (operation: Operation): Plan<State> => plans[numberOf(operation)] ?? {};
  return {
    sameness(operation) {
      const { process, call, answer } = operation;
      const same =
        planOf(operation).sameness?.(operation) ?? JSON.stringify([process, call, answer]);
      return `${numberOf(operation)} ${same}`;
    },
    isPointless: (operation) => planOf(operation).isPointless?.(operation) === true,
    isHopeless(states, operation, placed) {
      const state = states[numberOf(operation)] as State;
      return planOf(operation).isHopeless?.(state, operation, placed) === true;
    },
    key(states, placed) {
      const texts = states.map((state, number) => {
        return lengthened(plans[number]?.key?.(state, placed) ?? model.key(state));
      });
      return texts.join('');
    },
    rank: (operation) => planOf(operation).rank?.(operation) ?? operation.return ?? 0,
  };
}
