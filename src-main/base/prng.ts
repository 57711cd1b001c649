/**
 * The only source of chance in the pure rooms: xoroshiro128+ from pure-rand, seeded, its state
 * plain data so that a core can be saved and restored in the middle of a sequence (protocols.md
 * 6.3).
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

type Generator = ReturnType<typeof xoroshiro128plus>;

export interface PrngState {
  readonly generator: readonly number[];
  readonly draws: number;
}

export class Prng {
  #generator: Generator;
  #draws: number;

  /** @param seed any integer; only its low 32 bits count. */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed | 0);
    this.#draws = 0;
  }

  /** Uniform integer in [from, to], both inclusive. */
  nextInt(from: number, to: number): number {
    this.#draws += 1;
    return uniformInt(this.#generator, from, to);
  }

  /** Uniform number in [0, 1) with 32 bits of resolution. */
  nextUnit(): number {
    return (this.nextInt(-0x80000000, 0x7fffffff) + 0x80000000) / 0x100000000;
  }

  /** How many draws were made since the seed; part of the trace. */
  get draws(): number {
    return this.#draws;
  }

  save(): PrngState {
    return { generator: [...this.#generator.getState()], draws: this.#draws };
  }

  static restore(state: PrngState): Prng {
    const prng = new Prng(0);
    prng.#generator = xoroshiro128plusFromState([...state.generator]);
    prng.#draws = state.draws;
    return prng;
  }
}

/** A 32-bit seed from a parent seed and a label, so that each purpose has a sequence of its own. */
export function deriveSeed(seed: number, label: string): number {
  let hash = (seed | 0) ^ 0x9e3779b9;
  for (let i = 0; i < label.length; i += 1) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}
