/** What is done to one direction between two nodes, in a few signs. */
import { onlyOf, type LinkEffect } from '../../src-main/contract/words.ts';

/** Whether it means some messages only: by their type, or the next so many. */
export function isLimited(effect: LinkEffect): boolean {
  const { types, first } = onlyOf(effect);
  return types !== null || first !== null;
}

/** The effect with its parameters, as short as it can be read: `+50 ± 10 ms`. */
export function effectText(effect: LinkEffect): string {
  const limit = limitText(effect);
  return limit === '' ? amountText(effect) : `${amountText(effect)} ${limit}`;
}

/** Which messages it means; empty for all. */
export function limitText(effect: LinkEffect): string {
  const { types, first } = onlyOf(effect);
  const count = first === null ? '' : `next ${first}`;
  return [count, types?.join(', ') ?? ''].filter((part) => part !== '').join(' ');
}

function amountText(effect: LinkEffect): string {
  switch (effect.kind) {
    case 'cut':
      return 'cut';
    case 'delay':
      return `+${effect.delayMs}${effect.jitterMs === 0 ? '' : ` ± ${effect.jitterMs}`} ms`;
    case 'loss':
      return effect.probability === 1 ? 'drop' : `−${percent(effect.probability)}`;
    case 'duplicate':
      return effect.probability === 1 ? 'twice' : `twice ${percent(effect.probability)}`;
    case 'reorder':
      return `reorder ${effect.windowMs} ms`;
    case 'hold':
      return 'held';
    case 'bandwidth':
      return rateText(effect.bytesPerSecond);
  }
}

function percent(probability: number): string {
  return `${Math.round(probability * 1_000) / 10} %`;
}

function rateText(bytesPerSecond: number): string {
  if (bytesPerSecond < 1_000) return `${bytesPerSecond} B/s`;
  if (bytesPerSecond < 1e6) return `${Math.round(bytesPerSecond / 100) / 10} kB/s`;
  return `${Math.round(bytesPerSecond / 1e5) / 10} MB/s`;
}
