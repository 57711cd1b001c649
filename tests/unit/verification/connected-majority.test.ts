import { describe, expect, test } from 'vitest';
import { hasConnectedMajority } from '../../../src-main/verification/connected-majority.ts';

const FIVE = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** @param cuts directed links, `n1>n2`. */
function connected(nodeIds: readonly string[], down: string, cuts: string, member?: string) {
  const cut = new Set(cuts.split(' '));
  const running = nodeIds.filter((node) => !down.split(' ').includes(node));
  const isCut = (from: string, to: string): boolean => cut.has(`${from}>${to}`);
  return hasConnectedMajority({ nodeIds, running, isCut }, member);
}

describe('a connected majority', () => {
  test('is found among nodes that have other, broken neighbours too', () => {
    expect(connected(FIVE, '', 'n2>n3 n4>n5')).toBe(true);
    expect(connected(FIVE, 'n1', 'n2>n3 n4>n5')).toBe(false);
  });

  test('is not a hub whose leaves do not reach one another', () => {
    expect(connected(['n1', 'n2', 'n3'], '', 'n2>n3')).toBe(true);
    expect(connected(FIVE, 'n5', 'n2>n3 n3>n4 n4>n2')).toBe(false);
  });

  test('needs both directions, and nodes that run', () => {
    expect(connected(['n1', 'n2', 'n3'], 'n3', '')).toBe(true);
    expect(connected(['n1', 'n2', 'n3'], 'n3', 'n2>n1')).toBe(false);
    expect(connected(['n1'], '', '')).toBe(true);
    expect(connected(['n1'], 'n1', '')).toBe(false);
  });

  test('of a node is one that this node belongs to', () => {
    const isolated = 'n1>n2 n1>n3 n1>n4 n1>n5';
    expect(connected(FIVE, '', isolated)).toBe(true);
    expect(connected(FIVE, '', isolated, 'n1')).toBe(false);
    expect(connected(FIVE, '', isolated, 'n2')).toBe(true);
    expect(connected(FIVE, 'n2', '', 'n2')).toBe(false);
  });
});
