/**
 * The only file that imports node-ipc (14.0.0 exactly; its history of hostile releases is why).
 * Local sockets in an owner-only directory, named pipes on Windows; `guarded` profile: JSON frames
 * with limits on size, pending bytes and time, a bad frame closes the connection and nothing else.
 */
import { IPCModule, type IpcClient } from 'node-ipc';
import type { Socket } from 'node:net';
import path from 'node:path';

/** A frame larger than this is refused on both sides. The largest legal ones are far below:
 *  messages carry about 256 KiB of entries, a frame of a client 32 requests. */
export const FRAME_BYTES_MAX = 8 * 1024 * 1024;
/** Above this much waiting for a slow or frozen peer nothing more is queued for it. */
export const PENDING_BYTES_MAX = 8 * 1024 * 1024;
const RECONNECT_MS = 40;
const PARTIAL_FRAME_MS = 30_000;

function makeIpc(socketDir: string, id: string): IPCModule {
  const ipc = new IPCModule();
  const { config } = ipc;
  config.id = id;
  config.silent = true;
  config.parser = 'guarded';
  config.retry = RECONNECT_MS;
  config.maxRetries = Infinity;
  config.maxConnections = 256;
  config.maxMessageSize = FRAME_BYTES_MAX;
  // Our own limit is checked first; this one closes the connection if we ever get it wrong.
  config.maxPendingBytes = FRAME_BYTES_MAX * 2 + PENDING_BYTES_MAX;
  config.messageTimeout = PARTIAL_FRAME_MS;
  config.appspace = '';
  config.socketRoot = socketDir + path.sep;
  return ipc;
}

/** Path of the socket of a node; the directory must be owner-only. */
export function socketPath(socketDir: string, nodeId: string): string {
  return path.join(socketDir, nodeId);
}

function trySend(socket: Socket, emit: () => unknown): boolean {
  if (socket.destroyed || socket.writableLength > PENDING_BYTES_MAX) return false;
  try {
    emit();
    return true;
  } catch {
    // Frame over the limit: dropped like a lost message, the connection stays.
    return false;
  }
}

/** The server's side of one connection. */
export class IpcConnection {
  readonly #socket: Socket;
  readonly #emit: (event: string, data: unknown) => unknown;

  constructor(socket: Socket, emit: (event: string, data: unknown) => unknown) {
    this.#socket = socket;
    this.#emit = emit;
  }

  /** @returns false when it was dropped (closed, backlog full, too large). */
  send(event: string, data: unknown): boolean {
    return trySend(this.#socket, () => this.#emit(event, data));
  }

  close(): void {
    this.#socket.destroy();
  }
}

export interface IpcServerHandlers {
  connected(connection: IpcConnection): void;
  closed(connection: IpcConnection): void;
  /** A frame of one of the served events; never called for other events. */
  received(connection: IpcConnection, event: string, data: unknown): void;
  failed(error: Error): void;
}

export interface IpcServerHandle {
  close(): void;
}

/** Listens on `socketDir/id` for frames of these events; resolves when it accepts connections. */
export function serveIpc(
  socketDir: string,
  id: string,
  events: readonly string[],
  handlers: IpcServerHandlers,
): Promise<IpcServerHandle> {
  const ipc = makeIpc(socketDir, id);
  const connections = new Map<Socket, IpcConnection>();
  return new Promise((resolve, reject) => {
    ipc.serve(socketPath(socketDir, id), () => {
      resolve({ close: () => server.stop() });
    });
    if (ipc.server === false) throw new Error('node-ipc made no server');
    const server = ipc.server;
    server.on('connect', (raw) => {
      const socket = raw as Socket;
      // node-ipc passes the listening server through this event, too, in other modes.
      if (typeof socket.destroy !== 'function') return;
      const connection = new IpcConnection(socket, (event, data) =>
        server.emit(socket, event, data),
      );
      connections.set(socket, connection);
      socket.once('close', () => {
        connections.delete(socket);
        handlers.closed(connection);
      });
      handlers.connected(connection);
    });
    for (const event of events) {
      server.on(event, (data, socket) => {
        const connection = connections.get(socket);
        if (connection !== undefined) handlers.received(connection, event, data);
      });
    }
    server.on('error', (error) => {
      handlers.failed(error as Error);
      reject(error as Error);
    });
    server.start();
  });
}

export interface IpcClientHandlers {
  connected(): void;
  disconnected(): void;
  received(event: string, data: unknown): void;
}

/** A connection to a server that is made again whenever it is lost, until closed. */
export class IpcDialer {
  readonly #ipc: IPCModule;
  readonly #id: string;
  readonly #path: string;
  readonly #events: readonly string[];
  readonly #handlers: IpcClientHandlers;
  #client: IpcClient | null = null;
  #connected = false;
  #closed = false;
  #bytesBefore = 0;
  #retry: NodeJS.Timeout | null = null;

  constructor(
    socketDir: string,
    id: string,
    events: readonly string[],
    handlers: IpcClientHandlers,
  ) {
    this.#ipc = makeIpc(socketDir, id);
    this.#id = id;
    this.#path = socketPath(socketDir, id);
    this.#events = events;
    this.#handlers = handlers;
    this.#dial();
  }

  #dial(): void {
    this.#ipc.connectTo(this.#id, this.#path);
    const client = this.#ipc.of[this.#id];
    if (client === undefined) throw new Error(`node-ipc made no client for ${this.#id}`);
    this.#client = client;
    client.on('connect', () => {
      this.#connected = true;
      this.#handlers.connected();
    });
    client.on('disconnect', () => this.#lost());
    // A broken frame ends node-ipc's own retries: begin again with a fresh client.
    client.on('destroy', () => this.#redial());
    client.on('error', () => undefined);
    for (const event of this.#events) {
      client.on(event, (data) => this.#handlers.received(event, data));
    }
  }

  #lost(): void {
    const socket = this.#client?.socket;
    if (socket) this.#bytesBefore += socket.bytesWritten;
    if (!this.#connected) return;
    this.#connected = false;
    this.#handlers.disconnected();
  }

  #redial(): void {
    if (this.#closed || this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      if (this.#closed) return;
      this.#ipc.disconnect(this.#id);
      this.#dial();
    }, RECONNECT_MS);
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** Everything sent so far is in the hands of the system, or there is no connection. */
  get isDrained(): boolean {
    const socket = this.#client?.socket;
    return !this.#connected || !socket || socket.writableLength === 0;
  }

  /** Bytes written over all connections so far. */
  get bytesWritten(): number {
    const socket = this.#client?.socket;
    return this.#bytesBefore + (this.#connected && socket ? socket.bytesWritten : 0);
  }

  /** @returns false when it was dropped (not connected, backlog full, too large). */
  send(event: string, data: unknown): boolean {
    const client = this.#client;
    if (!this.#connected || client === null || client.socket === false) return false;
    return trySend(client.socket, () => client.emit(event, data));
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#ipc.disconnect(this.#id);
  }
}
