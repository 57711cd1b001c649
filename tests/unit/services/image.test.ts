import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KvService } from '../../../src-main/services/kv.ts';
import { StateMachine } from '../../../src-main/services/state-machine.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { clientRef, commandEntry, noopEntry, openEntry } from './entries.ts';

/** A machine with session 1 that carried out these commands. */
function machineAfter(commands: readonly Json[]): StateMachine {
  const machine = new StateMachine(new KvService());
  machine.apply(openEntry(1));
  commands.forEach((payload, i) => {
    machine.apply(commandEntry(i + 2, clientRef(1, i + 1, 0), payload));
  });
  return machine;
}

function loaded(chunks: Iterable<string>): StateMachine {
  const machine = machineAfter([{ op: 'put', key: 'old', value: 'state' }]);
  for (const chunk of chunks) machine.loadChunk(chunk);
  return machine;
}

const put = (key: string, value: string): Json => ({ op: 'put', key, value });

describe('an image of the state machine', () => {
  test('gives another machine the same state, sessions and digest', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'käse');
    const command = fc.oneof(
      fc.tuple(key, fc.string({ maxLength: 50 })).map(([k, value]) => put(k, value)),
      key.map((k): Json => ({ op: 'delete', key: k })),
      key.map((k): Json => ({ op: 'incr', key: k })),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const machine = machineAfter(commands);
        const copy = loaded(machine.image());
        expect(copy.digest()).toEqual(machine.digest());
        expect(copy.save()).toEqual(machine.save());
        const next = commandEntry(machine.position + 1, clientRef(1, 99, 0), put('a', 'next'));
        expect(copy.apply(next)).toEqual(machine.apply(next));
        expect(copy.digest()).toEqual(machine.digest());
      }),
    );
  });

  test('does not show what is applied while it is read', () => {
    const machine = machineAfter([put('a', '1'), put('b', '1')]);
    const before = machine.save();
    const chunks: string[] = [];
    for (const chunk of machine.image()) {
      chunks.push(chunk);
      const pos = machine.position + 1;
      machine.apply(commandEntry(pos, clientRef(1, pos, 0), put(`new-${pos}`, 'x')));
    }
    expect(loaded(chunks).save()).toEqual(before);
  });

  test('comes in chunks of bounded size when its records are small', () => {
    const value = 'v'.repeat(1_000);
    const commands = Array.from({ length: 500 }, (_, i) => put(`k${i}`, value));
    const sizes = [...machineAfter(commands).image()].map((chunk) => chunk.length);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThan(70_000);
  });
});

describe('a read', () => {
  test('answers as the same command in the log would, and leaves no trace', () => {
    const machine = machineAfter([put('a', '1'), put('ab', '2')]);
    const before = machine.digest();
    const reads: Json[] = [
      { op: 'get', key: 'a' },
      { op: 'get', key: 'nobody' },
      { op: 'list', prefix: 'a' },
    ];
    for (const payload of reads) {
      expect(machine.isRead(payload)).toBe(true);
      const answer = machine.read(payload);
      expect(machine.digest()).toEqual(before);
      const copy = machineAfter([put('a', '1'), put('ab', '2')]);
      const outcome = copy.apply(commandEntry(4, clientRef(1, 9, 0), payload));
      expect(outcome).toMatchObject({ ok: true, result: answer });
    }
    machine.apply(noopEntry(4));
  });

  test('never changes anything, even when it is no read', () => {
    const machine = machineAfter([put('a', '1')]);
    const before = machine.digest();
    expect(machine.isRead(put('a', '2'))).toBe(false);
    expect(machine.read(put('a', '2'))).toMatchObject({ error: 'bad-command' });
    expect(machine.read(null)).toMatchObject({ error: 'bad-command' });
    expect(machine.digest()).toEqual(before);
  });
});
