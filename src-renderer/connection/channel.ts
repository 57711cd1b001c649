/**
 * What carries the contract to the lab: strings out, strings in, and a close. In the desktop window
 * it is the preload's bridge, in a browser a WebSocket; the client above cannot tell.
 */

export interface Channel {
  send(data: string): void;
  onMessage(handler: (data: string) => void): void;
  onClose(handler: () => void): void;
}

export type OpenChannel = () => Promise<Channel>;

interface PreloadBridge {
  post(data: string): void;
  onMessage(handler: (data: string) => void): void;
}

declare global {
  interface Window {
    readonly quorumLab?: PreloadBridge;
  }
}

const TOKEN_KEY = 'quorum-lab-token';

/** The channel that fits where this page runs. */
export function chooseChannel(page: Window): OpenChannel {
  const bridge = page.quorumLab;
  if (bridge !== undefined) return () => Promise.resolve(bridgeChannel(bridge));
  return () => openWebSocket(webSocketUrl(page.location, page.sessionStorage));
}

/** The token comes with the page's address and is kept for reloads without it. */
export function webSocketUrl(
  location: Pick<Location, 'protocol' | 'host' | 'search'>,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): string {
  const given = new URLSearchParams(location.search).get('token');
  if (given !== null) storage.setItem(TOKEN_KEY, given);
  const token = given ?? storage.getItem(TOKEN_KEY) ?? '';
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/ws?token=${encodeURIComponent(token)}`;
}

function bridgeChannel(bridge: PreloadBridge): Channel {
  return {
    send: (data) => bridge.post(data),
    onMessage: (handler) => bridge.onMessage(handler),
    // The window and the lab share one life.
    onClose: () => undefined,
  };
}

function openWebSocket(url: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onerror = () => reject(new Error('The lab does not answer.'));
    socket.onopen = () =>
      resolve({
        send: (data) => socket.send(data),
        onMessage: (handler) => {
          socket.onmessage = (message: MessageEvent<unknown>) => handler(String(message.data));
        },
        onClose: (handler) => {
          socket.onclose = handler;
        },
      });
  });
}
