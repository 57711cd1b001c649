/**
 * The typed client of the lab: one promise per call, one handler list per pushed event. It opens
 * the channel again when it is lost and says so; who uses it asks for the state anew on `open`.
 */
import { createBirpc } from 'birpc';
import type {
  CallInput,
  CallName,
  CallOutput,
  PushEvents,
  PushName,
} from '../../src-main/contract/calls.ts';
import { ERRORS, LabError, type ErrorCode } from '../../src-main/contract/errors.ts';
import type { Channel, OpenChannel } from './channel.ts';

export type ConnectionStatus = 'connecting' | 'open' | 'reconnecting';

type Envelope =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly details?: unknown;
      };
    };

interface ServerFunctions {
  call(name: string, input: unknown): Promise<Envelope>;
}

interface ClientFunctions {
  push(name: string, payload: unknown): void;
}

export interface ClientOptions {
  readonly openChannel: OpenChannel;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** Waits before the next attempt; injected so that tests need no clock. */
  readonly wait?: (ms: number) => Promise<void>;
}

type Handler = (payload: never) => void;

const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 4_000;
/** A re-execution of a long run takes its time. */
const CALL_TIMEOUT_MS = 300_000;

/** The connection is gone: whether the lab carried the call out is not known. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

export class LabClient {
  readonly #options: ClientOptions;
  readonly #handlers = new Map<PushName, Set<Handler>>();
  /** Rejections of calls under way: one that never ended would hide that the lab is gone. */
  readonly #waiting = new Set<(error: ConnectionLost) => void>();
  #rpc: ReturnType<typeof createBirpc<ServerFunctions, ClientFunctions>> | null = null;
  #pending = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Calls under way. */
  get pending(): number {
    return this.#pending;
  }

  /** Opens the channel, for as long as it takes; later losses are repaired on their own. */
  async connect(): Promise<void> {
    const wait = this.#options.wait ?? ((ms) => new Promise<void>((done) => setTimeout(done, ms)));
    let retryMs = RETRY_MS_MIN;
    for (;;) {
      try {
        this.#useChannel(await this.#options.openChannel());
        return;
      } catch {
        await wait(retryMs);
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
      }
    }
  }

  /** Calls the lab. @throws LabError for what it refused, ConnectionLost for what is unknown */
  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const rpc = this.#rpc;
    if (rpc === null) throw new ConnectionLost('There is no connection to the lab.');
    const lost = Promise.withResolvers<never>();
    this.#waiting.add(lost.reject);
    this.#pending += 1;
    try {
      const answer = await Promise.race([rpc.$call('call', name, input), lost.promise]);
      if (answer.ok) return answer.value as CallOutput<N>;
      throw rebuildError(answer.error);
    } finally {
      this.#waiting.delete(lost.reject);
      this.#pending -= 1;
    }
  }

  /** Registers for a pushed event; returns the undo. */
  on<N extends PushName>(name: N, handler: (payload: PushEvents[N]) => void): () => void {
    const handlers = this.#handlers.get(name) ?? new Set<Handler>();
    this.#handlers.set(name, handlers);
    handlers.add(handler as Handler);
    return () => handlers.delete(handler as Handler);
  }

  #useChannel(channel: Channel): void {
    this.#rpc = createBirpc<ServerFunctions, ClientFunctions>(
      { push: (name, payload) => this.#handlePush(name, payload) },
      {
        post: (data: string) => channel.send(data),
        on: (handler) => channel.onMessage(handler),
        serialize: (value) => JSON.stringify(value),
        deserialize: (text: string) => JSON.parse(text) as unknown,
        timeout: CALL_TIMEOUT_MS,
      },
    );
    channel.onClose(() => this.#handleClose());
    this.#options.onStatus('open');
  }

  #handleClose(): void {
    this.#rpc = null;
    const error = new ConnectionLost('The connection to the lab was lost.');
    for (const reject of [...this.#waiting]) reject(error);
    this.#options.onStatus('reconnecting');
    void this.connect();
  }

  #handlePush(name: string, payload: unknown): void {
    for (const handler of this.#handlers.get(name as PushName) ?? []) handler(payload as never);
  }
}

function rebuildError(error: { code: string; message: string; details?: unknown }): LabError {
  const code = (error.code in ERRORS ? error.code : 'internal') as ErrorCode;
  return new LabError(
    code,
    error.message,
    typeof error.details === 'string' ? error.details : null,
  );
}
