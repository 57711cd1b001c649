/**
 * States of the replicated machine at positions where somebody took a snapshot: what one life had
 * there, re-executed, another life can go on from. A state is known by position and chained hash:
 * it does not matter whose it was.
 */
import { digestHex } from '../../protocols/kernel/digest.ts';
import type { StateMachine } from '../../services/state-machine.ts';
import type { Position } from '../../vocabulary/ids.ts';

/** All of them together; the oldest go first. */
const CHARS_MAX = 256 * 1024 * 1024;

interface Known {
  readonly pos: Position;
  readonly hash: string;
  readonly chunks: readonly string[];
  readonly chars: number;
}

export class KnownStates {
  readonly #known: Known[] = [];
  #chars = 0;

  /** The machine as it is now. */
  add(machine: StateMachine): void {
    const { position: pos } = machine;
    const hash = digestHex(machine.digest());
    if (this.#known.some((known) => known.pos === pos && known.hash === hash)) return;
    const chunks = [...machine.image()];
    const chars = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#known.push({ pos, hash, chunks, chars });
    this.#chars += chars;
    while (this.#chars > CHARS_MAX) this.#chars -= this.#known.shift()?.chars ?? CHARS_MAX;
  }

  /** Puts the machine into the state that was recorded. @returns false when nobody knows it. */
  restore(machine: StateMachine, pos: Position, hash: string): boolean {
    const found = this.#known.find((known) => known.pos === pos && known.hash === hash);
    if (found === undefined) return false;
    for (const chunk of found.chunks) machine.loadChunk(chunk);
    return true;
  }
}
