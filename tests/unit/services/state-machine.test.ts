import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../../src-main/base/assert.ts';
import type { Entry } from '../../../src-main/protocols/kernel/entry.ts';
import { createService, SERVICE_NAMES } from '../../../src-main/services/index.ts';
import { KvService } from '../../../src-main/services/kv.ts';
import { RESPONSES_MAX, SESSIONS_MAX } from '../../../src-main/services/sessions.ts';
import { StateMachine, type ApplyResult } from '../../../src-main/services/state-machine.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { clientRef, closeEntry, commandEntry, noopEntry, openEntry } from './entries.ts';

const INCR: Json = { op: 'incr', key: 'k' };

/** A machine with session 1 open. */
function machineWithSession(): StateMachine {
  const machine = new StateMachine(new KvService());
  machine.apply(openEntry(1));
  return machine;
}

function send(machine: StateMachine, seq: number, acked = 0, payload = INCR): ApplyResult {
  return machine.apply(commandEntry(machine.position + 1, clientRef(1, seq, acked), payload));
}

function codeOf(outcome: ApplyResult): string {
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

describe('sessions', () => {
  test('the id of a session is the position of its entry', () => {
    const machine = new StateMachine(new KvService());
    machine.apply(noopEntry(1));
    expect(machine.apply(openEntry(2))).toEqual({
      ok: true,
      result: { session: 2 },
      effective: true,
    });
  });

  test('a retry gets the first answer and has no effect', () => {
    const machine = machineWithSession();
    const first = send(machine, 1);
    expect(first).toEqual({ ok: true, result: { value: 1, version: 1 }, effective: true });
    expect(send(machine, 1)).toEqual({ ...first, effective: false });
    expect(send(machine, 2)).toMatchObject({ result: { value: 2 } });
  });

  test('numbers may come out of order, each takes effect once', () => {
    const machine = machineWithSession();
    expect(send(machine, 3).effective).toBe(true);
    expect(send(machine, 1).effective).toBe(true);
    expect(send(machine, 3).effective).toBe(false);
  });

  test('another command under a used number is a payload mismatch', () => {
    const machine = machineWithSession();
    send(machine, 1);
    expect(codeOf(send(machine, 1, 0, { op: 'incr', key: 'other' }))).toBe('payload-mismatch');
  });

  test('what the client acknowledged is stale, also when the acknowledgement is absurd', () => {
    const machine = machineWithSession();
    send(machine, 1);
    expect(codeOf(send(machine, 2, 1))).toBe('ok');
    expect(codeOf(send(machine, 1))).toBe('stale-seq');
    expect(codeOf(send(machine, 3, Number.MAX_SAFE_INTEGER))).toBe('stale-seq');
  });

  test.each([0, -1, 0.5, Number.NaN, 2 ** 60])('number %d is refused without effect', (seq) => {
    const machine = machineWithSession();
    expect(send(machine, seq)).toMatchObject({ ok: false, refusal: { code: 'bad-request' } });
  });

  test('a closed or unknown session is expired', () => {
    const machine = machineWithSession();
    expect(machine.apply(closeEntry(2, 1)).effective).toBe(true);
    expect(codeOf(send(machine, 1))).toBe('session-expired');
    expect(codeOf(machine.apply(closeEntry(4, 1)))).toBe('session-expired');
  });

  test('too many kept answers drop the lowest number for good, never run it again', () => {
    const machine = machineWithSession();
    for (let seq = 1; seq <= RESPONSES_MAX + 1; seq += 1) send(machine, seq);
    expect(codeOf(send(machine, 1))).toBe('stale-seq');
    expect(send(machine, 2)).toMatchObject({ result: { value: 2 }, effective: false });
  });

  test('too many sessions end the one renewed longest ago', () => {
    const machine = new StateMachine(new KvService());
    for (let pos = 1; pos <= SESSIONS_MAX; pos += 1) machine.apply(openEntry(pos));
    send(machine, 1);
    machine.apply(openEntry(machine.position + 1));
    expect(machine.sessionCount).toBe(SESSIONS_MAX);
    expect(codeOf(send(machine, 2))).toBe('ok');
    const client = clientRef(2, 1);
    expect(codeOf(machine.apply(commandEntry(machine.position + 1, client, INCR)))).toBe(
      'session-expired',
    );
  });
});

describe('the state machine', () => {
  test('the service clock never goes back', () => {
    const machine = new StateMachine(new KvService());
    machine.apply(noopEntry(1, 50));
    machine.apply(noopEntry(2, 40));
    expect(machine.time).toBe(50);
  });

  test('applying out of order is a bug', () => {
    const machine = machineWithSession();
    expect(() => machine.apply(noopEntry(3))).toThrow(AssertionError);
    expect(() => machine.apply(noopEntry(1))).toThrow(AssertionError);
  });

  test('the digest does not depend on the stamp of a protocol', () => {
    const [one, two] = [machineWithSession(), machineWithSession()];
    const entry = commandEntry(2, clientRef(1, 1), INCR);
    one.apply({ ...entry, ballot: { round: 1, node: 'n1' } } as Entry);
    two.apply({ ...entry, ballot: { round: 7, node: 'n3' } } as Entry);
    expect(one.digest()).toEqual(two.digest());
  });

  test('the digest tells apart payloads, clients, types and histories', () => {
    const entries = [
      commandEntry(2, clientRef(1, 1), INCR),
      commandEntry(2, clientRef(1, 2), INCR),
      commandEntry(2, clientRef(9, 1), INCR),
      commandEntry(2, clientRef(1, 1), { op: 'get', key: 'k' }),
      noopEntry(2),
    ];
    const digests = entries.map((entry) => {
      const machine = machineWithSession();
      machine.apply(entry);
      machine.apply(noopEntry(3));
      return JSON.stringify(machine.digest());
    });
    expect(new Set(digests).size).toBe(entries.length);
  });

  test('restored from what it saved, it goes on the same', () => {
    const machine = machineWithSession();
    for (let seq = 1; seq <= 5; seq += 1) send(machine, seq, Math.max(0, seq - 2));
    const copy = new StateMachine(new KvService());
    copy.restore(JSON.parse(JSON.stringify(machine.save())) as Json);
    expect(copy.digest()).toEqual(machine.digest());
    for (const seq of [4, 6, 2]) expect(send(copy, seq)).toEqual(send(machine, seq));
    expect(copy.digest()).toEqual(machine.digest());
    expect(copy.save()).toEqual(machine.save());
  });
});

describe('the registry', () => {
  test('makes every service it names, and nothing else', () => {
    for (const name of SERVICE_NAMES) expect(createService(name)).not.toBeNull();
    expect(createService('no-such')).toBeNull();
    expect(createService('toString')).toBeNull();
  });
});
