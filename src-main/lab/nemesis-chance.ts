/** Draws that the nemesis is made of. */
import type { Prng } from '../base/prng.ts';

/** True so many times in a hundred. */
export function withChance(prng: Prng, percent: number): boolean {
  return prng.nextInt(1, 100) <= percent;
}

/** A share of whole per cents. */
export function percentOf(prng: Prng, least: number, most: number): number {
  return prng.nextInt(least, most) / 100;
}

export function shuffled<T>(prng: Prng, all: readonly T[]): T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(prng.nextInt(0, left.length - 1), 1));
}

/** So many of them, in the order they stand in. */
export function aFew<T>(prng: Prng, all: readonly T[], count: number): T[] {
  const chosen = new Set(shuffled(prng, all).slice(0, count));
  return all.filter((each) => chosen.has(each));
}
