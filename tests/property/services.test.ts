/** The services against naive models, and sessions under retries, doubles and disorder. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import { compareUtf8 } from '../../src-main/services/key-order.ts';
import type { KvCommand } from '../../src-main/services/kv-command.ts';
import { KvService } from '../../src-main/services/kv.ts';
import { StateMachine } from '../../src-main/services/state-machine.ts';
import type { Json } from '../../src-main/vocabulary/json.ts';

const key = fc.constantFrom('a', 'ab', 'b', 'é', '\uffee', '\u{1f600}');
const value = fc.oneof(fc.constantFrom('x', 'y'), fc.integer({ min: -2, max: 2 }));
const command: fc.Arbitrary<KvCommand> = fc.oneof(
  fc.record({ op: fc.constant('put' as const), key, value }),
  fc.record({ op: fc.constantFrom('get' as const, 'delete' as const), key }),
  fc.record({ op: fc.constant('cas' as const), key, value, expectVersion: fc.nat(3) }),
  fc.record({ op: fc.constant('cas' as const), key, value, expectValue: fc.option(value) }),
  fc.record({ op: fc.constant('incr' as const), key, by: fc.integer({ min: -3, max: 3 }) }),
  fc.record({
    op: fc.constant('list' as const),
    prefix: fc.constantFrom('', 'a', 'é', '\u{1f600}'),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
);

type Row = { value: string | number; version: number; createPos: number; modPos: number };

/** The store as its description reads, without any of the shortcuts. */
class NaiveStore {
  readonly rows = new Map<string, Row>();

  apply(each: KvCommand, pos: number): Json {
    if (each.op === 'list') return this.#list(each.prefix ?? '', each.limit ?? 100);
    const row = this.rows.get(each.key);
    switch (each.op) {
      case 'put':
        return { version: this.#write(each.key, each.value, pos) };
      case 'get':
        return row === undefined ? { value: null, version: 0 } : { ...row };
      case 'delete':
        return { deleted: this.rows.delete(each.key) };
      case 'incr': {
        const sum = typeof (row?.value ?? 0) === 'number' ? Number(row?.value ?? 0) : Number.NaN;
        if (Number.isNaN(sum)) return { error: 'not-an-integer' };
        const after = sum + (each.by ?? 1);
        return { value: after, version: this.#write(each.key, after, pos) };
      }
      case 'cas': {
        const met =
          'expectVersion' in each
            ? (row?.version ?? 0) === each.expectVersion
            : (row?.value ?? null) === each.expectValue;
        if (met) return { swapped: true, version: this.#write(each.key, each.value, pos) };
        return { swapped: false, value: row?.value ?? null, version: row?.version ?? 0 };
      }
    }
  }

  #write(at: string, written: string | number, pos: number): number {
    const row = this.rows.get(at) ?? { version: 0, createPos: pos };
    const version = row.version + 1;
    this.rows.set(at, { value: written, version, createPos: row.createPos, modPos: pos });
    return version;
  }

  #list(prefix: string, limit: number): Json {
    const found = [...this.rows]
      .filter(([each]) => each.startsWith(prefix))
      .sort(([a], [b]) => compareBytes(a, b));
    const items = found.slice(0, limit).map(([each, row]) => {
      return { key: each, value: row.value, version: row.version };
    });
    return { items, more: found.length > limit };
  }
}

function compareBytes(a: string, b: string): number {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

test('keys are in the order of their UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 }).filter((each) => each.isWellFormed());
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(compareBytes(a, b)));
    }),
    { numRuns: 1000 },
  );
});

describe('the key-value store', () => {
  test('answers as a naive one does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const [service, naive] = [new KvService(), new NaiveStore()];
        commands.forEach((each, i) => {
          expect(service.apply(each as Json, i + 1)).toMatchObject(
            naive.apply(each, i + 1) as object,
          );
        });
      }),
      { numRuns: 300 },
    );
  });

  test('its digest is a function of its state, however it got there', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const [service, naive, copy] = [new KvService(), new NaiveStore(), new KvService()];
        commands.forEach((each, i) => {
          service.apply(each as Json, i + 1);
          naive.apply(each, i + 1);
        });
        const rows = [...naive.rows].map(([at, row]) => {
          return [at, row.value, row.version, row.createPos, row.modPos];
        });
        copy.restore(rows.reverse() as Json);
        expect(copy.digest()).toEqual(service.digest());
      }),
    );
  });

  test('never throws on any JSON', () => {
    const op = fc.constantFrom('put', 'get', 'cas', 'incr', 'list', 'delete', 'no-such');
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          op,
          key: fc.jsonValue({ maxDepth: 1 }),
          value: fc.jsonValue({ maxDepth: 1 }),
          by: fc.jsonValue({ maxDepth: 1 }),
          expectVersion: fc.jsonValue({ maxDepth: 1 }),
          prefix: fc.jsonValue({ maxDepth: 1 }),
          limit: fc.jsonValue({ maxDepth: 1 }),
        },
        { requiredKeys: ['op'] },
      ),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (payloads) => {
        const service = new KvService();
        payloads.forEach((payload, i) => {
          const bad = service.check(payload as Json) !== null;
          const result = service.apply(payload as Json, i + 1) as { error?: string };
          expect(result.error === 'bad-command').toBe(bad);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('sessions', () => {
  /** One send of command `seq` of client 0 or 1; the same may be sent again at any time. */
  const send = fc.record({
    client: fc.nat(1),
    seq: fc.integer({ min: 1, max: 6 }),
    acks: fc.boolean(),
  });

  function entriesOf(sends: readonly { client: number; seq: number; acks: boolean }[]): Entry[] {
    const common = { type: 'command' as const, time: 0 };
    const open = [1, 2].map((pos): Entry => {
      return { pos, type: 'session-open', time: 0, client: null, payload: null };
    });
    const commands = sends.map(({ client, seq, acks }, i): Entry => {
      const session = client + 1;
      const payload = { op: 'incr', key: `${session}:${seq}` };
      const acked = acks ? seq - 1 : 0;
      return { ...common, pos: i + 3, client: { session, seq, acked }, payload };
    });
    return [...open, ...commands];
  }

  test('every command takes effect at most once and every answer is the first one', () => {
    fc.assert(
      fc.property(fc.array(send, { maxLength: 60 }), (sends) => {
        const machine = new StateMachine(new KvService());
        const first = new Map<string, Json>();
        for (const entry of entriesOf(sends)) {
          const outcome = machine.apply(entry);
          if (entry.type !== 'command') continue;
          const name = `${entry.client?.session}:${entry.client?.seq}`;
          if (!outcome.ok) {
            expect(outcome.refusal.code).toBe('stale-seq');
            continue;
          }
          expect(outcome.effective).toBe(!first.has(name));
          expect(outcome.result).toEqual(first.get(name) ?? { value: 1, version: 1 });
          first.set(name, outcome.result);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('two machines agree after every entry, also when one was saved and restored', () => {
    fc.assert(
      fc.property(fc.array(send, { maxLength: 40 }), fc.nat(40), (sends, at) => {
        const one = new StateMachine(new KvService());
        let two = new StateMachine(new KvService());
        for (const entry of entriesOf(sends)) {
          if (entry.pos === at) {
            const saved = JSON.parse(JSON.stringify(two.save())) as Json;
            two = new StateMachine(new KvService());
            two.restore(saved);
          }
          expect(two.apply(structuredClone(entry))).toEqual(one.apply(entry));
          expect(two.digest()).toEqual(one.digest());
        }
        expect(two.save()).toEqual(one.save());
      }),
    );
  });
});
