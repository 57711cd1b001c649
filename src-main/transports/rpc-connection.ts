/**
 * Contract frames over any two-way channel of strings: birpc on the wire, one function `call` on
 * this side, one function `push` on the other. Garbage from the other side is dropped here.
 */
import { createBirpc } from 'birpc';
import type { Answer } from '../api/handlers.ts';
import type { ApiHub } from '../api/hub.ts';

/** A dashboard has a handful of calls under way; more is a page gone wild. */
export const CALLS_OPEN_MAX = 64;
/** Pushes wait for a slow window (api/session.ts), answers cannot: beyond this it is given up. */
export const BUFFERED_BYTES_MAX = 16 * 1024 * 1024;

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
  let openCalls = 0;
  let isGivenUp = false;
  const functions = {
    call: async (name: unknown, input: unknown): Promise<Answer> => {
      if (openCalls >= CALLS_OPEN_MAX) return TOO_MANY_CALLS;
      openCalls += 1;
      try {
        return await connection.call(name, input);
      } finally {
        openCalls -= 1;
      }
    },
  };
  const post = (text: string): void => {
    if (isGivenUp) return;
    channel.send(text);
    if (channel.bufferedBytes() <= BUFFERED_BYTES_MAX) return;
    isGivenUp = true;
    connection.close();
    channel.close('too slow: open the connection again');
  };
  const rpc = createBirpc<WindowFunctions, typeof functions>(functions, {
    post,
    on: (handler) =>
      channel.onMessage((text) => {
        const frame = isGivenUp ? null : readRequest(text);
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

const TOO_MANY_CALLS: Answer = {
  ok: false,
  error: {
    code: 'not-possible-now',
    message: `${CALLS_OPEN_MAX} calls are under way; wait until one is answered`,
    details: null,
  },
};

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
