/**
 * Assertions: the first of the three kinds of error. A failed one is a bug of ours, so it always
 * throws, in every build; the host crashes the node and the lab shows it.
 */

export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** Throws AssertionError when `condition` is false. The message should carry ids and numbers. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Returns `value` narrowed to non-null, or throws AssertionError. */
export function ensure<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new AssertionError(message);
  return value;
}

/** Marks a branch that the type system proves impossible; throws if it is reached after all. */
export function assertUnreachable(value: never, where: string): never {
  throw new AssertionError(`${where}: impossible value ${JSON.stringify(value)}`);
}
