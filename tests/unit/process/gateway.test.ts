/** The edge of a node: what clients and the operator ask gets a number, a check and one answer. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Gateway } from '../../../src-main/runtime/process/gateway.ts';
import type { IpcConnection } from '../../../src-main/runtime/process/ipc.ts';
import { isRequestsFrame, type WireOp } from '../../../src-main/runtime/process/wire.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';

const READ: WireOp = { kind: 'read', level: 'index', minPos: 3, payload: { op: 'get', key: 'k' } };

let gateway: Gateway;
let sent: unknown[];
let connection: IpcConnection;

beforeEach(() => {
  const opOf = (payload: Json): unknown => (payload as { readonly op?: Json }).op;
  gateway = new Gateway({
    check: (payload) => (['get', 'put'].includes(String(opOf(payload))) ? null : 'no such command'),
    isRead: (payload) => opOf(payload) === 'get',
  });
  sent = [];
  const send = (_event: string, data: unknown): boolean => {
    sent.push(...(data as { readonly answers: readonly unknown[] }).answers);
    return true;
  };
  connection = { send } as unknown as IpcConnection;
});

describe('reads', () => {
  test('of one turn are one input, apart from commands', () => {
    const put: WireOp = {
      kind: 'command',
      session: 1,
      seq: 1,
      acked: 0,
      payload: { op: 'put', key: 'k', value: 'v' },
    };
    gateway.receive(connection, {
      requests: [
        [1, READ],
        [2, put],
        [3, { ...READ, level: 'local' }],
      ],
    });
    expect(gateway.takeReads()).toMatchObject([
      { reqId: 1, level: 'index', minPos: 3 },
      { reqId: 3, level: 'local' },
    ]);
    expect(gateway.takeArrived().map(({ reqId }) => reqId)).toEqual([2]);
    expect(gateway.takeReads()).toEqual([]);
    gateway.answer(3, { ok: true, result: 'v', pos: 9 });
    gateway.flush();
    expect(sent).toEqual([[3, 1, 'v', 9]]);
  });

  test('that would change something, or are none of the service, are refused at the edge', () => {
    const wrong = { ...READ, payload: { op: 'put', key: 'k', value: 'v' } };
    gateway.receive(connection, {
      requests: [
        [1, wrong],
        [2, { ...READ, payload: {} }],
      ],
    });
    gateway.flush();
    expect(gateway.takeReads()).toEqual([]);
    expect(sent).toEqual([
      [1, 0, 'bad-request', 'only a command that reads can be a read', null],
      [2, 0, 'bad-request', 'no such command', null],
    ]);
  });

  test.each([
    { ...READ, level: 'log' },
    { ...READ, level: 'newest' },
    { ...READ, minPos: -1 },
    { ...READ, minPos: 0.5 },
    { kind: 'read', level: 'index', minPos: 0 },
  ])('in a frame with %o close the connection', (op) => {
    expect(isRequestsFrame({ requests: [[1, op]] })).toBe(false);
    expect(isRequestsFrame({ requests: [[1, READ]] })).toBe(true);
  });
});

test('a command of the operator is answered once, to the operator', () => {
  const answers: unknown[] = [];
  const reqId = gateway.expect((answer) => answers.push(answer));
  gateway.answer(reqId, { ok: true, result: { to: 'n2' }, pos: 4 });
  gateway.answer(reqId, { ok: true, result: null, pos: 5 });
  expect(answers).toEqual([{ ok: true, result: { to: 'n2' }, pos: 4 }]);
});
