import { expect, test } from 'vitest';
import { emptyHistory, recordHistory, wasHeld } from '../../../src-renderer/timeline/history.ts';

test('a time in which a cluster was stepped by hand is known, also while it goes on', () => {
  const history = emptyHistory(['n1']);
  recordHistory(history, { k: 'manual', us: 100, what: 'begin', note: '' });
  recordHistory(history, { k: 'manual', us: 150, what: 'duplicate', note: 'Accept' });
  expect(wasHeld(history, 0, 100)).toBe(false);
  expect(wasHeld(history, 500, 900)).toBe(true);
  recordHistory(history, { k: 'manual', us: 200, what: 'end', note: '' });
  expect(wasHeld(history, 50, 120)).toBe(true);
  expect(wasHeld(history, 200, 900)).toBe(false);
  recordHistory(history, { k: 'manual', us: 300, what: 'begin', note: '' });
  expect(wasHeld(history, 250, 301)).toBe(true);
});
