/**
 * One connected window: pushes are batched, and a window that cannot keep up costs the lab a
 * bounded amount of memory. Messages in flight are left out first (and counted in a `skipped`
 * event); what the picture is made of is kept, and when even that becomes too much the connection
 * is closed: the window opens it again and starts from `clusters.catchUp`.
 */
import type { PushEvents, PushName } from '../contract/calls.ts';
import type { ViewEvent } from '../contract/events.ts';

/** The way out of a session; a transport gives it. */
export interface PushChannel {
  push<N extends PushName>(name: N, payload: PushEvents[N]): void;
  /** Bytes accepted by `push` that the other side has not taken yet. */
  bufferedBytes(): number;
  close(reason: string): void;
}

export interface SessionLimits {
  readonly flushMs: number;
  /** Nothing is pushed while more than this is on its way. */
  readonly bufferedBytesMax: number;
  /** Waiting events of one cluster: from here on messages are left out. */
  readonly eventsSoftMax: number;
  /** Waiting events of one cluster: from here on the connection is closed. */
  readonly eventsHardMax: number;
  /** Other waiting pushes. */
  readonly othersMax: number;
}

export const SESSION_LIMITS: SessionLimits = {
  flushMs: 50,
  bufferedBytesMax: 1024 * 1024,
  eventsSoftMax: 4_000,
  eventsHardMax: 50_000,
  othersMax: 1_000,
};

interface Backlog {
  events: ViewEvent[];
  skipped: number;
}

export class Session {
  readonly #channel: PushChannel;
  readonly #limits: SessionLimits;
  readonly #backlogs = new Map<string, Backlog>();
  /** Waiting pushes that are not cluster events; of those with a key only the newest. */
  readonly #others = new Map<string, () => void>();
  #otherNumber = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(channel: PushChannel, limits: SessionLimits = SESSION_LIMITS) {
    this.#channel = channel;
    this.#limits = limits;
  }

  /** Queues new events of a cluster. */
  addEvents(cluster: string, events: readonly ViewEvent[]): void {
    if (this.#closed) return;
    const backlog = this.#backlogs.get(cluster) ?? { events: [], skipped: 0 };
    this.#backlogs.set(cluster, backlog);
    for (const event of events) backlog.events.push(event);
    if (backlog.events.length > this.#limits.eventsSoftMax) leaveOutMessages(backlog);
    if (backlog.events.length > this.#limits.eventsHardMax) {
      this.#overflow();
      return;
    }
    this.#arm();
  }

  /** Queues another push; with `key`, it replaces a waiting one of the same key. */
  add<N extends PushName>(name: N, payload: PushEvents[N], key: string | null): void {
    if (this.#closed) return;
    this.#otherNumber += 1;
    const slot = key === null ? `#${this.#otherNumber}` : `${name} ${key}`;
    this.#others.delete(slot);
    this.#others.set(slot, () => this.#channel.push(name, payload));
    if (this.#others.size > this.#limits.othersMax) this.#overflow();
    else this.#arm();
  }

  /** Pushes what waits, unless the other side is behind. Returns whether anything still waits. */
  flush(): boolean {
    if (this.#channel.bufferedBytes() > this.#limits.bufferedBytesMax) return true;
    for (const push of this.#others.values()) push();
    this.#others.clear();
    for (const [cluster, backlog] of this.#backlogs) {
      const { events, skipped } = backlog;
      const us = events.at(-1)?.us ?? 0;
      if (skipped > 0) events.push({ k: 'skipped', us, count: skipped });
      this.#channel.push('cluster-events', { cluster, events });
    }
    this.#backlogs.clear();
    return false;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#backlogs.clear();
    this.#others.clear();
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.flush()) this.#arm();
    }, this.#limits.flushMs);
  }

  #overflow(): void {
    this.close();
    this.#channel.close('too slow: open the connection again and catch up');
  }
}

function leaveOutMessages(backlog: Backlog): void {
  const kept = backlog.events.filter(
    (event) => event.k !== 'send' && event.k !== 'recv' && event.k !== 'drop',
  );
  backlog.skipped += backlog.events.length - kept.length;
  backlog.events = kept;
}
