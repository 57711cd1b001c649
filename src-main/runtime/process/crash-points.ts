/**
 * A node that kills itself at a named point of what it does with an input, with the signal that
 * nothing can be done about; on Windows the same call ends the process as abruptly. Its last words
 * are one line on standard error, written before the call returns, by which the supervisor tells
 * this death from a crash.
 */
import fs from 'node:fs';
import { CRASH_POINT_NAMES, type CrashPoint } from '../../vocabulary/crash-points.ts';
import type { NodeRules } from '../../vocabulary/fault.ts';

type CrashAt = NodeRules['crashAt'][number];

const STDERR_FD = 2;
const LAST_WORDS = /^crash-at fault=(\d+) point=([a-z-]+) nth=(\d+)$/m;

export class CrashPoints {
  #armed: { readonly crash: CrashAt; passed: number }[] = [];
  readonly #kill: (crash: CrashAt) => void;

  constructor(kill: (crash: CrashAt) => void = killSelf) {
    this.#kill = kill;
  }

  /** From now on exactly these; one that is armed already goes on counting. */
  setArmed(wanted: readonly CrashAt[]): void {
    this.#armed = wanted.map((crash) => {
      return this.#armed.find((known) => known.crash.fault === crash.fault) ?? { crash, passed: 0 };
    });
  }

  /** null while none is armed: whoever passes a point looks at this, and at nothing else. */
  get passing(): ((point: CrashPoint) => void) | null {
    return this.#armed.length === 0 ? null : this.#pass;
  }

  readonly #pass = (point: CrashPoint): void => {
    for (const armed of this.#armed) {
      if (armed.crash.point !== point) continue;
      armed.passed += 1;
      if (armed.passed === armed.crash.nth) this.#kill(armed.crash);
    }
  };
}

function killSelf({ fault, point, nth }: CrashAt): void {
  fs.writeSync(STDERR_FD, `\ncrash-at fault=${fault} point=${point} nth=${nth}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** What the end of a node's standard error says of such a death; null when it was none. */
export function crashAtIn(stderr: string): CrashAt | null {
  const [, fault, name, nth] = LAST_WORDS.exec(stderr) ?? [];
  const point = CRASH_POINT_NAMES.find((known) => known === name);
  if (point === undefined) return null;
  return { fault: Number(fault), point, nth: Number(nth) };
}
