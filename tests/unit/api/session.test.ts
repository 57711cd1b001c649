import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Session, type PushChannel, type SessionLimits } from '../../../src-main/api/session.ts';
import type { PushEvents, PushName } from '../../../src-main/contract/calls.ts';
import type { ViewEvent } from '../../../src-main/contract/events.ts';

const LIMITS: SessionLimits = {
  flushMs: 50,
  bufferedBytesMax: 100,
  eventsSoftMax: 4,
  eventsHardMax: 8,
  othersMax: 3,
};

class RecordingChannel implements PushChannel {
  readonly pushed: [PushName, unknown][] = [];
  readonly closed: string[] = [];
  buffered = 0;

  push<N extends PushName>(name: N, payload: PushEvents[N]): void {
    this.pushed.push([name, payload]);
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  close(reason: string): void {
    this.closed.push(reason);
  }
}

const pause = (us: number): ViewEvent => ({ k: 'pause', us, node: 'n1' });
const send = (us: number): ViewEvent => ({
  k: 'send',
  us,
  node: 'n1',
  id: `n1:1:${us}:0`,
  to: 'n2',
  type: 'append',
  mk: 'replicate',
  lam: us,
});

describe('a session', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open(): { session: Session; channel: RecordingChannel } {
    const channel = new RecordingChannel();
    return { session: new Session(channel, LIMITS), channel };
  }

  test('pushes what came within one interval as one batch per cluster', () => {
    const { session, channel } = open();
    session.addEvents('a', [pause(1)]);
    session.addEvents('b', [pause(2)]);
    session.addEvents('a', [pause(3)]);
    expect(channel.pushed).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(channel.pushed).toEqual([
      ['cluster-events', { cluster: 'a', events: [pause(1), pause(3)] }],
      ['cluster-events', { cluster: 'b', events: [pause(2)] }],
    ]);
  });

  test('waits for a window that is behind, leaves messages out first and says how many', () => {
    const { session, channel } = open();
    channel.buffered = 101;
    session.addEvents('a', [send(1), send(2), pause(3), send(4)]);
    session.addEvents('a', [pause(5)]);
    vi.advanceTimersByTime(500);
    expect(channel.pushed).toEqual([]);
    channel.buffered = 0;
    vi.advanceTimersByTime(50);
    expect(channel.pushed).toEqual([
      [
        'cluster-events',
        { cluster: 'a', events: [pause(3), pause(5), { k: 'skipped', us: 5, count: 3 }] },
      ],
    ]);
  });

  test('closes a connection that even the picture itself is too much for', () => {
    const { session, channel } = open();
    channel.buffered = 101;
    session.addEvents(
      'a',
      Array.from({ length: 9 }, (_, us) => pause(us)),
    );
    expect(channel.closed).toHaveLength(1);
    session.addEvents('a', [pause(10)]);
    channel.buffered = 0;
    vi.advanceTimersByTime(500);
    expect(channel.pushed).toEqual([]);
  });

  test('keeps only the newest state of a thing, and every notice', () => {
    const { session, channel } = open();
    session.add('clusters-changed', { clusters: [] }, 'all');
    session.add('notice', { level: 'info', text: 'one' }, null);
    session.add('notice', { level: 'info', text: 'two' }, null);
    session.add('clusters-changed', { clusters: [] }, 'all');
    vi.advanceTimersByTime(50);
    expect(channel.pushed.map(([name]) => name)).toEqual(['notice', 'notice', 'clusters-changed']);
  });

  test('pushes nothing after it was closed', () => {
    const { session, channel } = open();
    session.addEvents('a', [pause(1)]);
    session.close();
    vi.advanceTimersByTime(500);
    expect(channel.pushed).toEqual([]);
  });
});
