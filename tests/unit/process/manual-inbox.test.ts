import { beforeEach, describe, expect, test } from 'vitest';
import { ManualInbox, type Arrival } from '../../../src-main/runtime/process/manual-inbox.ts';

let log: string[];
let inbox: ManualInbox;

beforeEach(() => {
  log = [];
  inbox = new ManualInbox(() => 0, 1, 5);
  inbox.open();
});

function arrival(from: string, type: string, kind: Arrival['kind'] = 'message'): Arrival {
  return {
    kind,
    from,
    type,
    text: '',
    bytes: 1,
    deliver: () => log.push(type),
    drop: (why) => log.push(`${type} ${why}`),
    again: () => (kind === 'message' ? arrival(from, `${type} again`) : null),
  };
}

function keep(from: string, ...types: readonly string[]): void {
  for (const type of types) expect(inbox.keep(arrival(from, type))).toBe(true);
}

/** Numbers of what waits, by type. */
function ids(): Record<string, number> {
  return Object.fromEntries(inbox.takeChanges().added.map(({ id, type }) => [type, id]));
}

describe('an inbox', () => {
  test('keeps nothing while the mode is off', () => {
    inbox.release();
    expect(inbox.keep(arrival('n2', 'a'))).toBe(false);
    expect(log).toEqual([]);
  });

  test('delivers in any order that is asked for, each item once', () => {
    keep('n2', 'a', 'b');
    keep('n3', 'c');
    const { a = 0, b = 0, c = 0 } = ids();
    expect(inbox.act('deliver', c)).toBe(null);
    expect(inbox.act('deliver', b)).toBe(null);
    expect(inbox.act('deliver', b)).toContain('does not wait any more');
    expect(inbox.act('drop', a)).toBe(null);
    expect(log).toEqual(['c', 'b', 'a manual']);
    expect(inbox.takeChanges()).toEqual({ added: [], gone: [c, b, a], overflowed: 0 });
  });

  test('puts a copy behind everything that waits, and delivers both', () => {
    keep('n2', 'a', 'b');
    expect(inbox.act('duplicate', ids()['a'] ?? 0)).toBe(null);
    inbox.release();
    expect(log).toEqual(['a', 'b', 'a again']);
  });

  test('releases everything in order of arrival', () => {
    keep('n2', 'a');
    keep('n3', 'b');
    keep('n2', 'c');
    inbox.release();
    expect(log).toEqual(['a', 'b', 'c']);
    expect(inbox.isOpen).toBe(false);
  });

  test('loses the oldest when it is full, and says how many', () => {
    keep('n2', 'a', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(log).toEqual(['a overflow', 'b overflow']);
    const { added, gone, overflowed } = inbox.takeChanges();
    expect(added.map(({ type }) => type)).toEqual(['c', 'd', 'e', 'f', 'g']);
    // What came and went since the last report is none of the supervisor's business.
    expect(gone).toEqual([]);
    expect(overflowed).toBe(2);
  });
});

describe('a frame of a session', () => {
  test('passes at once when nothing of its link waits', () => {
    keep('n3', 'a');
    expect(inbox.keep(arrival('n2', 'syn', 'link'))).toBe(false);
  });

  test('passes by itself, in its place, once the messages before it are gone', () => {
    keep('n2', 'a', 'b');
    expect(inbox.keep(arrival('n2', 'rst', 'link'))).toBe(true);
    keep('n2', 'c');
    const { a = 0, b = 0, rst = 0 } = ids();
    expect(inbox.act('drop', rst)).toContain('passes by itself');
    inbox.act('deliver', b);
    expect(log).toEqual(['b']);
    inbox.act('drop', a);
    expect(log).toEqual(['b', 'a manual', 'rst']);
  });

  test('goes before a message that was sent after it, however that is delivered', () => {
    keep('n2', 'a');
    inbox.keep(arrival('n2', 'rst', 'link'));
    keep('n2', 'c');
    inbox.act('deliver', ids()['c'] ?? 0);
    expect(log).toEqual(['rst', 'c']);
  });
});
