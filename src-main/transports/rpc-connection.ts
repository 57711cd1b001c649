/**
 * Contract frames over any two-way channel of strings: birpc on the wire, one function `call` on
 * this side, one function `push` on the other. Garbage from the other side is dropped here.
 */
import { createBirpc } from 'birpc';
import type { ApiHub } from '../api/hub.ts';

export interface StringChannel {
  send(data: string): void;
  onMessage(handler: (data: string) => void): void;
  bufferedBytes(): number;
  close(reason: string): void;
}

interface WindowFunctions {
  push(name: string, payload: unknown): void;
}

/** A request as birpc writes it; anything else is not for us, since we never wait for answers. */
interface RequestFrame {
  readonly t: 'q';
  readonly m: 'call';
  readonly i: string;
  readonly a: readonly unknown[];
}

/** Serves one window; returns what to call when the channel has closed. */
export function serveConnection(hub: ApiHub, channel: StringChannel): () => void {
  const functions = {
    call: (name: unknown, input: unknown) => connection.call(name, input),
  };
  const rpc = createBirpc<WindowFunctions, typeof functions>(functions, {
    post: (text: string) => channel.send(text),
    on: (handler) =>
      channel.onMessage((text) => {
        const frame = readRequest(text);
        if (frame !== null) handler(frame);
      }),
    serialize: (frame: unknown) => JSON.stringify(frame),
    timeout: -1,
    // A channel that closed under an answer: nobody is left to tell.
    onGeneralError: () => true,
  });
  const connection = hub.connect({
    push: (name, payload) => void rpc.$callEvent('push', name, payload).catch(() => undefined),
    bufferedBytes: () => channel.bufferedBytes(),
    close: (reason) => channel.close(reason),
  });
  return () => {
    connection.close();
    rpc.$close();
  };
}

function readRequest(text: string): RequestFrame | null {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof frame !== 'object' || frame === null) return null;
  const { t, m, i, a } = frame as { [key: string]: unknown };
  const isRequest = t === 'q' && m === 'call' && typeof i === 'string' && i.length <= 64;
  return isRequest && Array.isArray(a) ? { t, m, i, a } : null;
}
