/** One connection must not cost the lab more than it was given, whatever its window does. */
import { describe, expect, test } from 'vitest';
import { ApiHub } from '../../../src-main/api/hub.ts';
import type { VerifyResult } from '../../../src-main/contract/calls.ts';
import {
  BUFFERED_BYTES_MAX,
  CALLS_OPEN_MAX,
  serveConnection,
  type StringChannel,
} from '../../../src-main/transports/rpc-connection.ts';
import { ScriptedHost } from '../../support/scripted-host.ts';

interface Frame {
  readonly i: string;
  readonly r: { readonly ok: boolean; readonly error?: { readonly code: string } };
}

class WrittenChannel implements StringChannel {
  readonly sent: Frame[] = [];
  readonly closed: string[] = [];
  buffered = 0;
  receive: (data: string) => void = () => undefined;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Frame);
  }

  onMessage(handler: (data: string) => void): void {
    this.receive = handler;
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  close(reason: string): void {
    this.closed.push(reason);
  }

  call(id: number, name: string, input: unknown): void {
    this.receive(JSON.stringify({ t: 'q', m: 'call', i: String(id), a: [name, input] }));
  }
}

const RESULT: VerifyResult = { runId: 1, inputs: 1, nodes: 1, divergence: null, skipped: [] };

function open(): { channel: WrittenChannel; hub: ApiHub; answerAll: () => void } {
  const waiting: ((result: VerifyResult) => void)[] = [];
  const host = new ScriptedHost();
  const verify = (): Promise<VerifyResult> => new Promise((resolve) => void waiting.push(resolve));
  const slow = Object.assign(host, { runs: { ...host.runs, verify } });
  const hub = new ApiHub(slow);
  const channel = new WrittenChannel();
  serveConnection(hub, channel);
  const answerAll = (): void => {
    for (const resolve of waiting.splice(0)) resolve(RESULT);
  };
  return { channel, hub, answerAll };
}

describe('a connection', () => {
  test(`has at most ${CALLS_OPEN_MAX} calls under way; one more is refused`, async () => {
    const { channel, answerAll } = open();
    for (let id = 1; id <= CALLS_OPEN_MAX + 1; id += 1) channel.call(id, 'runs.verify', { run: 1 });
    await expect.poll(() => channel.sent).toHaveLength(1);
    expect(channel.sent[0]).toMatchObject({
      i: String(CALLS_OPEN_MAX + 1),
      r: { ok: false, error: { code: 'not-possible-now' } },
    });
    answerAll();
    await expect.poll(() => channel.sent).toHaveLength(CALLS_OPEN_MAX + 1);
    channel.call(99, 'runs.list', {});
    await expect.poll(() => channel.sent.at(-1)).toMatchObject({ i: '99', r: { ok: true } });
  });

  test('whose window takes no answers is closed, and asks in vain from then on', async () => {
    const { channel } = open();
    channel.buffered = BUFFERED_BYTES_MAX + 1;
    channel.call(1, 'runs.list', {});
    await expect.poll(() => channel.closed).toHaveLength(1);
    channel.call(2, 'runs.list', {});
    channel.buffered = 0;
    channel.call(3, 'runs.list', {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(channel.sent.map(({ i }) => i)).toEqual(['1']);
    expect(channel.closed).toHaveLength(1);
  });
});
