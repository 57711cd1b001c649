import { describe, expect, test } from 'vitest';
import { LOG_START, RaftLog } from '../../../src-main/protocols/raft/log.ts';
import { entryAt, logOf } from './one-node.ts';

describe('RaftLog', () => {
  test('knows terms at its entries and at its base, and nowhere else', () => {
    const log = new RaftLog({ pos: 4, term: 2, time: 0 }, [entryAt(5, 2), entryAt(6, 3)]);
    expect([3, 4, 5, 6, 7].map((pos) => log.termAt(pos))).toEqual([null, 2, 2, 3, null]);
    expect(log).toMatchObject({ lastPos: 6, lastTerm: 3 });
    expect(log.range(5, 6).map((entry) => entry.pos)).toEqual([5, 6]);
  });

  test('an empty log ends at its base', () => {
    expect(new RaftLog({ pos: 9, term: 5, time: 0 }, [])).toMatchObject({
      lastPos: 9,
      lastTerm: 5,
    });
  });

  test('finds the last entry of a term at most as large, like a walk does', () => {
    const log = new RaftLog(LOG_START, logOf(1, 1, 3, 3, 3, 6, 7, 7));
    for (let pos = 0; pos <= 12; pos += 1) {
      for (let term = 0; term <= 8; term += 1) {
        let walked = Math.min(pos, 8);
        while (walked > 0 && log.at(walked).term > term) walked -= 1;
        expect(log.lastWithTermAtMost(pos, term)).toBe(walked);
      }
    }
  });

  test('refuses holes and falling terms', () => {
    const log = new RaftLog(LOG_START, logOf(2));
    expect(() => log.append(entryAt(3, 2))).toThrow(/hole/);
    expect(() => log.append(entryAt(2, 1))).toThrow(/term 1/);
  });

  test('truncation keeps what stands below', () => {
    const log = new RaftLog(LOG_START, logOf(1, 1, 1));
    log.truncate(2);
    expect(log.lastPos).toBe(1);
    log.truncate(5);
    expect(log.lastPos).toBe(1);
  });
});
