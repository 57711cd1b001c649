/**
 * The named gaps of the driver (vocabulary/crash-points.ts), passed in their order. Where nobody
 * waits at one, the host lends no `passing`, and a passage costs the look at a field.
 */
import type { Token } from '../../protocols/kernel/core.ts';
import type { PersistOp } from '../../protocols/kernel/durable.ts';
import type { CrashPoint } from '../../vocabulary/crash-points.ts';
import type { DriverPorts } from './ports.ts';

/** What is passed besides when this barrier is durable. */
interface Mark {
  readonly token: Token;
  readonly points: readonly CrashPoint[];
}

export type SavedPassages = readonly Mark[];

export class Passages {
  readonly #ports: Pick<DriverPorts, 'passing'>;
  /** Of barriers that began while somebody waited, oldest first. */
  #marks: Mark[] = [];

  constructor(ports: Pick<DriverPorts, 'passing'>) {
    this.#ports = ports;
  }

  at(point: CrashPoint): void {
    this.#ports.passing?.(point);
  }

  /** These operations become the barrier up to `token`. */
  beginBarrier(token: Token, ops: readonly PersistOp[]): void {
    if ((this.#ports.passing ?? null) === null) return;
    const points = pointsOf(ops);
    if (points.length > 0) this.#marks.push({ token, points });
  }

  /** Everything up to `token` is on disk, and nothing was done about it. */
  durable(token: Token): void {
    this.at('after-persist');
    for (let mark = this.#marks[0]; mark !== undefined; mark = this.#marks[0]) {
      if (mark.token > token) return;
      this.#marks.shift();
      for (const point of mark.points) this.at(point);
    }
  }

  save(): SavedPassages {
    return [...this.#marks];
  }

  restore(saved: SavedPassages): void {
    this.#marks = [...saved];
  }
}

function pointsOf(ops: readonly PersistOp[]): CrashPoint[] {
  const points: CrashPoint[] = [];
  if (ops.some(({ op }) => op === 'hard')) points.push('after-persist-hard');
  if (ops.some(hasConfig)) points.push('config-persisted');
  if (ops.some(({ op }) => op === 'snapshot')) points.push('snapshot-recorded');
  return points;
}

function hasConfig(op: PersistOp): boolean {
  return op.op === 'put' && op.entries.some(({ type }) => type === 'config');
}
