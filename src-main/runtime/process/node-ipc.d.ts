/** node-ipc 14.0.0 ships no types: the part of it that ipc.ts uses. */
declare module 'node-ipc' {
  import type { Socket } from 'node:net';

  export interface IpcConfig {
    id: string;
    silent: boolean;
    parser: 'raw' | 'fast' | 'guarded' | 'assured';
    retry: number;
    maxRetries: number;
    stopRetrying: boolean;
    maxConnections: number;
    maxMessageSize: number;
    maxPendingBytes: number;
    messageTimeout: number;
    socketRoot: string;
    appspace: string;
    secureSocketRoot: boolean;
    unlink: boolean;
  }

  export interface IpcClient {
    readonly socket: Socket | false;
    on(event: string, listener: (data: unknown) => void): void;
    emit(event: string, data: unknown): boolean | undefined;
  }

  export interface IpcServer {
    readonly server: import('node:net').Server | false;
    on(event: string, listener: (data: unknown, socket: Socket) => void): void;
    emit(socket: Socket, event: string, data: unknown): boolean | undefined;
    start(): void;
    stop(): void;
  }

  export class IPCModule {
    config: IpcConfig;
    of: Record<string, IpcClient | undefined>;
    server: IpcServer | false;
    serve(path: string, callback: () => void): void;
    connectTo(id: string, path: string, callback?: () => void): void;
    disconnect(id: string): void;
  }
}
