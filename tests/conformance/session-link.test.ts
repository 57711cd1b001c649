/**
 * FIFO sessions over a hostile network (protocols.md 0.6): what is delivered is a prefix of what
 * was sent in that session, and both ends agree on which session it was.
 */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../src-main/base/prng.ts';
import { SessionLink, type SessionFrame } from '../../src-main/runtime/driver/session-link.ts';

interface Delivered {
  readonly epoch: number;
  readonly text: string;
}

class End {
  readonly link: SessionLink;
  readonly events: string[] = [];
  readonly delivered: Delivered[] = [];
  readonly outbox: { frame: SessionFrame; text: string | null }[] = [];

  constructor(opens: boolean, incarnation = 1) {
    this.link = new SessionLink(opens, incarnation, {
      sendFrame: (frame) => this.outbox.push({ frame, text: null }),
      up: (epoch) => this.events.push(`up ${epoch}`),
      down: (epoch) => this.events.push(`down ${epoch}`),
    });
  }

  send(text: string): boolean {
    const frame = this.link.stamp(this.link.linkEpoch);
    if (frame === null) return false;
    this.outbox.push({ frame, text });
    return true;
  }

  receive(frame: SessionFrame, text: string | null): void {
    if (this.link.receive(frame) && text !== null) {
      this.delivered.push({ epoch: this.link.linkEpoch, text });
    }
  }
}

function exchange(a: End, b: End): void {
  for (let round = 0; round < 20 && a.outbox.length + b.outbox.length > 0; round += 1) {
    for (const { frame, text } of a.outbox.splice(0)) b.receive(frame, text);
    for (const { frame, text } of b.outbox.splice(0)) a.receive(frame, text);
  }
}

function connect(): { a: End; b: End } {
  const a = new End(true);
  const b = new End(false);
  a.link.tick(1);
  exchange(a, b);
  return { a, b };
}

describe('half-open sessions', () => {
  test('an answerer that closed is heard even if its rst is lost and the opener is silent', () => {
    const { a, b } = connect();
    b.link.close('lost a message');
    b.outbox.length = 0;
    for (let ticks = 0; ticks < 20; ticks += 1) {
      b.link.tick(1);
      exchange(a, b);
      a.link.tick(1);
      exchange(a, b);
    }
    expect([a.link.isOpen, b.link.isOpen]).toEqual([true, true]);
    expect(a.events).toHaveLength(3);
  });

  test('an answerer in a new life gets a session from an opener that noticed nothing', () => {
    const { a } = connect();
    const reborn = new End(false, 2);
    for (let ticks = 0; ticks < 20; ticks += 1) {
      reborn.link.tick(1);
      exchange(a, reborn);
      a.link.tick(1);
      exchange(a, reborn);
    }
    expect([a.link.isOpen, reborn.link.isOpen]).toEqual([true, true]);
  });

  test('a late question of the answerer does not end the session that came after it', () => {
    const a = new End(true);
    const b = new End(false);
    b.link.tick(1);
    const late = b.outbox.splice(0);
    a.link.tick(1);
    exchange(a, b);
    for (const { frame } of late) a.receive(frame, null);
    expect([a.link.isOpen, b.link.isOpen]).toEqual([true, true]);
  });
});

describe('opening', () => {
  test('one handshake opens both ends, and messages flow both ways in order', () => {
    const { a, b } = connect();
    expect([a.link.isOpen, b.link.isOpen]).toEqual([true, true]);
    for (const text of ['1', '2', '3']) a.send(text);
    b.send('x');
    exchange(a, b);
    expect(b.delivered.map(({ text }) => text)).toEqual(['1', '2', '3']);
    expect(a.delivered.map(({ text }) => text)).toEqual(['x']);
  });

  test('every frame of the handshake may be lost: retries open it all the same', () => {
    for (let lost = 0; lost < 3; lost += 1) {
      const a = new End(true);
      const b = new End(false);
      let count = 0;
      for (let ticks = 0; ticks < 40; ticks += 1) {
        a.link.tick(1);
        b.link.tick(1);
        for (const { frame, text } of a.outbox.splice(0))
          if (count++ !== lost) b.receive(frame, text);
        for (const { frame, text } of b.outbox.splice(0))
          if (count++ !== lost) a.receive(frame, text);
      }
      expect([lost, a.link.isOpen, b.link.isOpen]).toEqual([lost, true, true]);
      expect(a.events.filter((event) => event.startsWith('up'))).toHaveLength(1);
    }
  });

  test('nothing can be sent before a session is open', () => {
    expect(new End(true).send('early')).toBe(false);
  });
});

describe('closing', () => {
  test('a gap closes the session at once and nothing behind it is delivered', () => {
    const { a, b } = connect();
    for (const text of ['1', '2', '3']) a.send(text);
    a.outbox.splice(1, 1);
    exchange(a, b);
    expect(b.delivered.map(({ text }) => text)).toEqual(['1']);
    expect(a.link.isOpen).toBe(false);
    expect(b.events.at(-1)).toMatch(/^down/);
  });

  test('frames of an old session are never delivered in a new one', () => {
    const { a, b } = connect();
    a.send('old');
    const late = a.outbox.splice(0);
    a.link.close('test');
    exchange(a, b);
    a.link.tick(10);
    exchange(a, b);
    expect([a.link.isOpen, b.link.isOpen]).toEqual([true, true]);
    for (const { frame, text } of late) b.receive(frame, text);
    exchange(a, b);
    expect(b.delivered).toEqual([]);
    expect([a.link.isOpen, b.link.isOpen]).toEqual([true, true]);
  });

  test('an end that restarted makes the other close with the first frame it sends', () => {
    const { a, b } = connect();
    const reborn = new End(false, 2);
    a.send('to a dead session');
    exchange(a, reborn);
    expect(a.link.isOpen).toBe(false);
    expect(b.delivered).toEqual([]);
  });

  test('closing an epoch that is over does not touch the present session', () => {
    const { a, b } = connect();
    const epoch = a.link.linkEpoch;
    a.link.close('first');
    exchange(a, b);
    a.link.tick(10);
    exchange(a, b);
    a.link.close('late word of the first', epoch);
    expect(a.link.isOpen).toBe(true);
  });

  test('a message meant for an earlier session does not get into the next one', () => {
    const { a, b } = connect();
    const epoch = a.link.linkEpoch;
    a.link.close('first');
    exchange(a, b);
    a.link.tick(10);
    exchange(a, b);
    expect(a.link.stamp(epoch)).toBe(null);
    expect(a.link.stamp(a.link.linkEpoch)).not.toBe(null);
  });

  test('a repeated frame is delivered once and closes nothing', () => {
    const { a, b } = connect();
    a.send('1');
    const [sent] = a.outbox;
    if (sent !== undefined) a.outbox.push(sent);
    exchange(a, b);
    expect(b.delivered.map(({ text }) => text)).toEqual(['1']);
    expect(b.link.isOpen).toBe(true);
  });
});

test('under loss, repetition, reordering each session delivers a prefix of what was sent', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const prng = new Prng(seed);
    const ends = [new End(true), new End(false)] as const;
    const sent = new Map<number, string[]>();
    let counter = 0;
    for (let round = 0; round < 150; round += 1) {
      for (const [index, end] of ends.entries()) {
        end.link.tick(1);
        if (prng.nextUnit() < 0.5 && end.send(String(++counter))) {
          const epoch = index === 0 ? end.link.linkEpoch : -end.link.linkEpoch;
          sent.set(epoch, [...(sent.get(epoch) ?? []), String(counter)]);
        }
        if (prng.nextUnit() < 0.01) end.link.close('at random');
      }
      shake(ends[0], ends[1], prng);
      shake(ends[1], ends[0], prng);
    }
    for (const [index, end] of ends.entries()) {
      const streams = [...sent].filter(([epoch]) => epoch < 0 === (index === 0));
      for (const epoch of new Set(end.delivered.map((message) => message.epoch))) {
        const texts = end.delivered.filter((one) => one.epoch === epoch).map((one) => one.text);
        const isPrefix = streams.some(([, stream]) => texts.every((text, i) => stream[i] === text));
        expect([seed, isPrefix]).toEqual([seed, true]);
      }
    }
  }
});

function shake(from: End, to: End, prng: Prng): void {
  const keep: End['outbox'] = [];
  for (const item of from.outbox.splice(0)) {
    const chance = prng.nextUnit();
    if (chance < 0.03) continue;
    if (chance < 0.06) {
      keep.push(item);
      continue;
    }
    to.receive(item.frame, item.text);
    if (chance < 0.09) to.receive(item.frame, item.text);
  }
  from.outbox.push(...keep);
}
