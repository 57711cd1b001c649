/**
 * The browser lab's transport: the built dashboard over HTTP and contract frames over a WebSocket,
 * on 127.0.0.1 only. Knows nothing of the lab.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ApiHub } from '../api/hub.ts';
import { LabError } from '../contract/errors.ts';
import { serveConnection } from './rpc-connection.ts';
import { readStaticFile } from './static-files.ts';
import {
  hasToken,
  isOwnHost,
  isOwnOrigin,
  newToken,
  requestUrl,
  securityHeaders,
} from './web-access.ts';

/** The largest call is a scenario or a list of runs; a frame beyond this is a mistake. */
const FRAME_BYTES_MAX = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const CONNECTIONS_MAX = 32;

export interface BrowserLabOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Directory of the built dashboard. */
  readonly pages: string;
  readonly token?: string;
}

export interface BrowserLab {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** @throws LabError `port-in-use`, `bad-input`. */
export async function startBrowserLab(
  hub: ApiHub,
  options: BrowserLabOptions,
): Promise<BrowserLab> {
  const token = options.token ?? newToken();
  const http = createServer((request, response) => {
    void servePage(request, response, options.pages, token, portOf(http));
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const admitted = mayConnect(request, token, portOf(http));
    if (!admitted || sockets.clients.size >= CONNECTIONS_MAX) return refuseUpgrade(socket);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.emit('connection', webSocket, request);
      serveSocket(hub, webSocket);
    });
  });
  await listen(http, options.port);
  const stopHeartbeat = startHeartbeat(sockets);
  const port = portOf(http);
  return {
    port,
    url: `http://127.0.0.1:${port}/?token=${token}`,
    close: async () => {
      stopHeartbeat();
      for (const client of sockets.clients) client.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function mayConnect(request: IncomingMessage, token: string, port: number): boolean {
  const url = requestUrl(request);
  if (url === null || url.pathname !== '/ws') return false;
  return isOwnHost(request, port) && isOwnOrigin(request, port) && hasToken(url, token);
}

function refuseUpgrade(socket: Duplex): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

/** The page needs the token; its scripts and styles hold no secret and cannot carry it. */
async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  pages: string,
  token: string,
  port: number,
): Promise<void> {
  const headers = securityHeaders(port);
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(`${text}\n`);
  };
  const url = requestUrl(request);
  if (url === null) return refuse(400, 'Not an address.');
  if (!isOwnHost(request, port)) return refuse(403, 'This host name is not allowed.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET.');
  const isPage = url.pathname === '/' || url.pathname === '/index.html';
  if (isPage && !hasToken(url, token)) {
    return refuse(403, 'Open the address that qlab printed: it carries the token of this lab.');
  }
  const file = await readStaticFile(pages, isPage ? '/index.html' : url.pathname);
  if (file === null) return refuse(404, 'There is no such page.');
  response.writeHead(200, { ...headers, 'Content-Type': file.type });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

function serveSocket(hub: ApiHub, socket: WebSocket): void {
  const handleClosed = serveConnection(hub, {
    send: (data) => socket.send(data),
    onMessage: (handler) => {
      socket.on('message', (data, isBinary) => {
        if (!isBinary) handler((data as Buffer).toString('utf8'));
      });
    },
    bufferedBytes: () => socket.bufferedAmount,
    close: (reason) => socket.close(1013, reason),
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', handleClosed);
}

/** Ends connections whose other side is gone without a word (a suspended machine). */
function startHeartbeat(sockets: WebSocketServer): () => void {
  const alive = new WeakSet<WebSocket>();
  sockets.on('connection', (socket: WebSocket) => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
  });
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.has(socket)) socket.terminate();
      alive.delete(socket);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }, HEARTBEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function portOf(http: Server): number {
  return (http.address() as AddressInfo | null)?.port ?? 0;
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    http.listen(port, '127.0.0.1', resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new LabError(
      'port-in-use',
      `port ${port} of 127.0.0.1 is taken; allowed: --port with another number, or 0 for any`,
    );
  }
  if (error.code === 'EACCES') {
    return new LabError('bad-input', `port ${port} needs more rights; allowed: 1024 to 65535`);
  }
  return error;
}
