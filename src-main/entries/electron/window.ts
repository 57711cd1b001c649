/** The one window: locked down, and as large as it was left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrowserWindow, protocol, session } from 'electron';
import { readStaticFile } from '../../transports/static-files.ts';

/** A scheme of our own instead of file: the page then has an origin, and no way to other files. */
const SCHEME = 'quorum-lab';
const SIZE_FILE = 'window.json';
const SIZE_DEFAULT = { width: 1440, height: 900 };
const SIZE_MIN = { minWidth: 1024, minHeight: 640 };

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
};

/** Has to be called before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true } },
  ]);
}

/** Opens the window on the built dashboard. Nothing in it can reach Node, the web or a device. */
export function openWindow(dataDir: string, pages: string, preload: string): BrowserWindow {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  protocol.handle(SCHEME, (request) => servePage(pages, new URL(request.url).pathname));
  const window = new BrowserWindow({
    ...readSize(dataDir),
    ...SIZE_MIN,
    title: 'Quorum Lab',
    show: false,
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false },
  });
  window.once('ready-to-show', () => window.show());
  window.on('close', () => writeSize(dataDir, window));
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  void window.loadURL(`${SCHEME}://lab/index.html`);
  return window;
}

async function servePage(pages: string, pathname: string): Promise<Response> {
  const file = await readStaticFile(pages, pathname);
  if (file === null) return new Response('There is no such page.', { status: 404 });
  const headers = { ...HEADERS, 'Content-Type': file.type };
  return new Response(new Uint8Array(file.body), { headers });
}

function readSize(dataDir: string): { width: number; height: number } {
  try {
    const size: unknown = JSON.parse(readFileSync(join(dataDir, SIZE_FILE), 'utf8'));
    const { width, height } = size as { width?: unknown; height?: unknown };
    if (Number.isInteger(width) && Number.isInteger(height)) {
      return { width: Number(width), height: Number(height) };
    }
  } catch {
    // The first start, or a file somebody edited.
  }
  return SIZE_DEFAULT;
}

function writeSize(dataDir: string, window: BrowserWindow): void {
  const { width, height } = window.getNormalBounds();
  try {
    writeFileSync(join(dataDir, SIZE_FILE), JSON.stringify({ width, height }));
  } catch {
    // Only a convenience.
  }
}
