import { describe, expect, test } from 'vitest';
import { ManualInboxes } from '../../../src-main/lab/manual-inboxes.ts';
import type { InboxReport } from '../../../src-main/lab/node-handle.ts';
import type { ManualItem } from '../../../src-main/vocabulary/manual.ts';

function report(change: {
  readonly added?: readonly ManualItem[];
  readonly gone?: readonly number[];
  readonly timerTicks?: number;
  readonly firedTicks?: number;
  readonly traffic?: InboxReport['traffic'];
}): InboxReport {
  const { added = [], gone = [], timerTicks = 10, firedTicks = 0, traffic = {} } = change;
  const era = { number: 1, owner: null };
  const words = { role: 'follower', word: 'follower', era, committed: 3, applied: 3 } as const;
  return { added, gone, overflowed: 0, node: { ...words, timerTicks, firedTicks }, traffic };
}

function item(id: number, us: number, kind: ManualItem['kind'] = 'message'): ManualItem {
  return { id, kind, from: 'n9', type: 'T', text: '', bytes: 1, us };
}

const NODES = ['n1', 'n2'];

describe('what is next', () => {
  test('is the oldest item of all nodes that can move, frames of sessions left aside', () => {
    const inboxes = new ManualInboxes();
    inboxes.note('n1', report({ added: [item(1, 5, 'link'), item(2, 30)] }));
    inboxes.note('n2', report({ added: [item(1, 20)] }));
    inboxes.note('n3', report({ added: [item(1, 10)] }));
    expect(inboxes.next(NODES)).toMatchObject({ do: 'deliver', node: 'n2', item: { us: 20 } });
    inboxes.note('n2', report({ gone: [1] }));
    expect(inboxes.next(NODES)).toMatchObject({ do: 'deliver', node: 'n1', item: { id: 2 } });
    expect(inboxes.waiting).toBe(3);
  });

  test('is the timer that is due first on the time all clocks follow, when nothing waits', () => {
    const inboxes = new ManualInboxes();
    inboxes.note('n1', report({ timerTicks: 4 }));
    inboxes.note('n2', report({ timerTicks: 9 }));
    expect(inboxes.next(NODES)).toEqual({ do: 'fire', node: 'n1', ticks: 4 });
    inboxes.note('n1', report({ timerTicks: 6, firedTicks: 4 }));
    // n1 is due at 10, n2 at 9.
    expect(inboxes.next(NODES)).toEqual({ do: 'fire', node: 'n2', ticks: 9 });
    expect(inboxes.lagOf('n2')).toBe(4);
    expect(inboxes.lagOf('n1')).toBe(0);
  });

  test('treats a node that comes in later as if it had been there all the time', () => {
    const inboxes = new ManualInboxes();
    inboxes.note('n1', report({ timerTicks: 5, firedTicks: 100 }));
    inboxes.note('n2', report({ timerTicks: 9 }));
    expect(inboxes.lagOf('n2')).toBe(0);
    expect(inboxes.next(NODES)).toMatchObject({ do: 'fire', node: 'n1' });
  });
});

describe('everything has arrived', () => {
  test('when each end has read what the other put on the connection', () => {
    const inboxes = new ManualInboxes();
    inboxes.note('n1', report({ traffic: { n2: { sent: 3, read: 1 } } }));
    expect(inboxes.isSettled(NODES)).toBe(false);
    inboxes.note('n2', report({ traffic: { n1: { sent: 1, read: 2 } } }));
    expect(inboxes.isSettled(NODES)).toBe(false);
    inboxes.note('n2', report({ traffic: { n1: { sent: 1, read: 3 } } }));
    expect(inboxes.isSettled(NODES)).toBe(true);
    inboxes.forget('n2');
    expect(inboxes.isSettled(['n1'])).toBe(true);
  });
});
