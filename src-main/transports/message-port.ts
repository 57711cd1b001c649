/**
 * The desktop window's transport: contract frames over Electron's IPC. Structural types instead of
 * Electron's own, so that only entries/electron imports it.
 */
import type { ApiHub } from '../api/hub.ts';
import { FRAME_TO_WINDOW } from './frame-channels.ts';
import { serveConnection } from './rpc-connection.ts';

/** As in transports/web-socket.ts: a frame beyond this is a mistake. */
const FRAME_CHARACTERS_MAX = 1024 * 1024;

/** The page side of one window: `webContents` of Electron has this shape. */
export interface WindowPort {
  send(channel: string, data: string): void;
  isDestroyed(): boolean;
  /** Loads the page anew; whoever serves the window then serves it a fresh connection. */
  reload(): void;
}

/** Frames from one window; `receive` is called for every IPC message that window sent. */
export interface WindowConnection {
  receive(data: unknown): void;
  close(): void;
}

/** Serves one window over IPC. What it sends is validated here and again by the API. */
export function serveWindow(hub: ApiHub, port: WindowPort): WindowConnection {
  let handle: (data: string) => void = () => undefined;
  const handleClosed = serveConnection(hub, {
    send: (data) => {
      if (!port.isDestroyed()) port.send(FRAME_TO_WINDOW, data);
    },
    onMessage: (handler) => {
      handle = handler;
    },
    // Electron does not tell; the window lives on the same machine and takes what comes.
    bufferedBytes: () => 0,
    // IPC cannot be closed, and a window that is told nothing more would look frozen.
    close: () => {
      if (!port.isDestroyed()) port.reload();
    },
  });
  return {
    receive: (data) => {
      if (typeof data === 'string' && data.length <= FRAME_CHARACTERS_MAX) handle(data);
    },
    close: handleClosed,
  };
}
