import { describe, expect, test } from 'vitest';
import type { ViewEvent } from '../../../src-main/contract/events.ts';
import { LabError } from '../../../src-main/contract/errors.ts';
import type { Run } from '../../../src-main/contract/model.ts';
import { webSocketUrl, type Channel } from '../../../src-renderer/connection/channel.ts';
import {
  ConnectionLost,
  LabClient,
  type ConnectionStatus,
} from '../../../src-renderer/connection/client.ts';
import {
  compareRuns,
  endedWith,
  formatBehind,
  formatFigure,
  METRICS,
} from '../../../src-renderer/models/comparison.ts';
import { EventRing } from '../../../src-renderer/models/event-ring.ts';
import { LiveClock } from '../../../src-renderer/models/live-clock.ts';
import { EVENT_CLASSES } from '../../../src-renderer/timeline/event-text.ts';

/** The server's end of a channel: what the client sent, and a way to answer and to hang up. */
class FarEnd implements Channel {
  readonly sent: { t: string; i: string; m: string; a: unknown[] }[] = [];
  #message: (data: string) => void = () => undefined;
  #close: () => void = () => undefined;

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  onMessage(handler: (data: string) => void): void {
    this.#message = handler;
  }
  onClose(handler: () => void): void {
    this.#close = handler;
  }
  answer(index: number, value: unknown): void {
    this.#message(JSON.stringify({ t: 's', i: this.sent[index]?.i, r: value }));
  }
  push(name: string, payload: unknown): void {
    this.#message(JSON.stringify({ t: 'q', m: 'push', a: [name, payload], o: false }));
  }
  hangUp(): void {
    this.#close();
  }
}

async function connected(): Promise<{
  client: LabClient;
  ends: FarEnd[];
  seen: ConnectionStatus[];
}> {
  const ends: FarEnd[] = [];
  const seen: ConnectionStatus[] = [];
  const client = new LabClient({
    openChannel: () => {
      const end = new FarEnd();
      ends.push(end);
      return Promise.resolve(end);
    },
    onStatus: (status) => seen.push(status),
    wait: () => Promise.resolve(),
  });
  await client.connect();
  return { client, ends, seen };
}

describe('client', () => {
  test('a call carries its name and input and resolves with the value', async () => {
    const { client, ends } = await connected();
    const called = client.call('runs.get', { run: 7 });
    expect(client.pending).toBe(1);
    expect(ends[0]?.sent[0]).toMatchObject({ m: 'call', a: ['runs.get', { run: 7 }] });
    ends[0]?.answer(0, { ok: true, value: { id: 7 } });
    expect(await called).toEqual({ id: 7 });
    expect(client.pending).toBe(0);
  });

  test('a refusal is rebuilt as a LabError with its code', async () => {
    const { client, ends } = await connected();
    const called = client.call('runs.get', { run: 7 });
    const error = { code: 'unknown-run', message: 'There is no run 7.', details: null };
    ends[0]?.answer(0, { ok: false, error });
    await expect(called).rejects.toSatisfy(
      (e) => e instanceof LabError && e.code === 'unknown-run' && e.message === error.message,
    );
  });

  test('a lost connection ends calls under way and is opened again', async () => {
    const { client, ends, seen } = await connected();
    const called = client.call('lab.state', {});
    ends[0]?.hangUp();
    await expect(called).rejects.toBeInstanceOf(ConnectionLost);
    await expect.poll(() => seen).toEqual(['open', 'reconnecting', 'open']);
    expect(ends).toHaveLength(2);
  });

  test('pushes reach their handlers until these are removed', async () => {
    const { client, ends } = await connected();
    const heard: string[] = [];
    const remove = client.on('notice', ({ text }) => heard.push(text));
    ends[0]?.push('notice', { level: 'info', text: 'one' });
    await expect.poll(() => heard).toEqual(['one']);
    remove();
    ends[0]?.push('notice', { level: 'info', text: 'two' });
    await Promise.resolve();
    expect(heard).toEqual(['one']);
  });

  test('the token of the address is kept for a reload without it', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const page = { protocol: 'http:', host: '127.0.0.1:4800' };
    const first = webSocketUrl({ ...page, search: '?token=a%2Fb' }, storage);
    expect(first).toBe('ws://127.0.0.1:4800/ws?token=a%2Fb');
    expect(webSocketUrl({ ...page, search: '' }, storage)).toBe(first);
  });
});

describe('live clock', () => {
  test('it never runs backwards, whatever the delay of a batch', () => {
    const clock = new LiveClock();
    clock.observe(1_000_000, 1_010);
    const first = clock.read(1_300);
    clock.observe(1_100_000, 1_900);
    expect(clock.read(1_300)).toBeGreaterThanOrEqual(first);
    expect(clock.read(1_400)).toBeGreaterThan(first);
  });
});

describe('a silent lab', () => {
  test('time stands still when nothing is heard: what is not known is not drawn', () => {
    const clock = new LiveClock();
    clock.observe(1_000_000, 1_000);
    expect(clock.read(60_000)).toBe(2_500_000);
  });
});

describe('event ring', () => {
  test('the newest that pass come first, and it stays bounded', () => {
    const ring = new EventRing();
    for (let us = 0; us < 20_000; us += 1) {
      const node = us % 2 === 0 ? 'n1' : 'n2';
      ring.push({ k: 'pause', us, node } satisfies ViewEvent);
    }
    const filter = { classes: EVENT_CLASSES, node: 'n1', text: 'paused' };
    expect(ring.newest(filter, 2).map((event) => event.us)).toEqual([19_998, 19_996]);
    expect(ring.newest({ ...filter, node: null, text: '' }, 1e6).length).toBeLessThanOrEqual(6_000);
    expect(ring.newest({ ...filter, text: 'no such thing' }, 5)).toEqual([]);
  });

  test('the first election is still listed after a hundred thousand messages', () => {
    const ring = new EventRing();
    ring.push({ k: 'up', us: 1, node: 'n1', incarnation: 1 });
    for (let us = 2; us < 100_000; us += 1) {
      ring.push({ k: 'apply', us, node: 'n1', to: us, hash: '' });
    }
    ring.push({ k: 'pause', us: 100_000, node: 'n1' });
    const rare = { classes: ['roles', 'faults', 'rules'], node: null, text: '' } as const;
    expect(ring.newest(rare, 10).map((event) => event.us)).toEqual([100_000, 1]);
    const all = { ...rare, classes: EVENT_CLASSES };
    expect(ring.newest(all, 3).map((event) => event.us)).toEqual([100_000, 99_999, 99_998]);
  });
});

describe('recoveries', () => {
  test('what a node appends in its first step after a start came from its disk', () => {
    const ring = new EventRing();
    const append = (us: number, from: number, to: number): ViewEvent => {
      const e = { kind: 'append', from, to, era: { number: 1, owner: null }, noop: false } as const;
      return { k: 'trace', us, node: 'n1', e };
    };
    ring.push({ k: 'up', us: 10, node: 'n1', incarnation: 2 });
    ring.push(append(12, 2, 725));
    ring.push(append(20, 726, 726));
    const words = (text: string): number[] =>
      ring.newest({ classes: ['log'], node: null, text }, 9).map((event) => event.us);
    expect(words('recovers 2 to 725 from disk')).toEqual([12]);
    expect(words('appends')).toEqual([20]);
  });
});

describe('comparison', () => {
  function run(id: number, outageMs: number | null, committedOps: number): Run {
    const metrics = Object.fromEntries(METRICS.map(({ key }) => [key, null]));
    return { id, metrics: { ...metrics, outageMs, committedOps } } as unknown as Run;
  }

  test('the best is marked, and the others say how far they are', () => {
    const rows = compareRuns([run(1, 300, 100), run(2, 336, 100), run(3, 1_320, 100)]);
    const outage = rows.find((row) => row.info.key === 'outageMs');
    expect(outage?.cells.map((cell) => cell.best)).toEqual([true, false, false]);
    expect(outage?.cells.map(formatBehind)).toEqual(['', '+12 %', '×4.4']);
    expect(outage?.cells.map((cell) => cell.far)).toEqual([false, false, true]);
  });

  test('less than a tenth ahead is no merit, and two that share the lead have none', () => {
    const marked = (runs: Run[]): boolean[] | undefined =>
      compareRuns(runs)
        .find((row) => row.info.key === 'outageMs')
        ?.cells.map((cell) => cell.best);
    expect(marked([run(1, 300, 1), run(2, 329, 1)])).toEqual([false, false]);
    expect(marked([run(1, 300, 1), run(2, 331, 1)])).toEqual([true, false]);
    expect(marked([run(1, 300, 1), run(2, 300, 1), run(3, 900, 1)])).toEqual([false, false, false]);
  });

  test('equal values have no best, and a missing one is a dash, not a zero', () => {
    const rows = compareRuns([run(1, null, 100), run(2, 5, 100)]);
    const answered = rows.find((row) => row.info.key === 'committedOps');
    expect(answered?.cells.some((cell) => cell.best)).toBe(false);
    const outage = rows.find((row) => row.info.key === 'outageMs');
    expect(formatFigure(METRICS[0] as never, outage?.cells[0]?.value ?? null)).toBe('–');
  });

  test('what only some runs have stands beside a dash, and who was left is said', () => {
    const grown = run(1, 1, 1);
    const membership = { voters: ['n1', 'n4'], learners: ['n5'], changes: 3 };
    const changed = { ...grown, metrics: { ...grown.metrics, membership } } as Run;
    const rows = compareRuns([changed, run(2, 1, 1)]);
    const row = rows.find(({ info }) => info.key === 'configurations');
    expect(row?.cells.map(({ value }) => value)).toEqual([3, null]);
    expect(endedWith(changed)).toBe('ended with voters n1 n4, learners n5');
    expect(endedWith(run(2, 1, 1))).toBe('');
  });

  test('a metric that no run has is left out', () => {
    expect(compareRuns([run(1, 1, 1)]).map((row) => row.info.key)).toEqual([
      'committedOps',
      'outageMs',
    ]);
  });
});
