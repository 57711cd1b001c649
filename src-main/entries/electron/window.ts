/** The one window: locked down, and as large as it was left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrowserWindow, session, shell } from 'electron';

const SIZE_FILE = 'window.json';
const SIZE_DEFAULT = { width: 1440, height: 900 };
const SIZE_MIN = { minWidth: 1024, minHeight: 640 };

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Opens the window on the built dashboard. Nothing in it can reach Node, the web or a device. */
export function openWindow(dataDir: string, pages: string, preload: string): BrowserWindow {
  restrictSession();
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
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url);
    return { action: 'deny' };
  });
  void window.loadFile(join(pages, 'index.html'));
  return window;
}

function restrictSession(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.webRequest.onHeadersReceived((details, answer) => {
    const policy = { 'Content-Security-Policy': [CONTENT_SECURITY_POLICY] };
    answer({ responseHeaders: { ...details.responseHeaders, ...policy } });
  });
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
