/** The desktop window around the lab. Holds no lab decision: compose.ts builds, the API decides. */
import { join } from 'node:path';
import { app, dialog, ipcMain, Menu, type BrowserWindow, type IpcMainEvent } from 'electron';
import { ApiHub } from '../../api/hub.ts';
import { LabError } from '../../contract/errors.ts';
import { FRAME_TO_LAB } from '../../transports/frame-channels.ts';
import { serveWindow } from '../../transports/message-port.ts';
import { openLabHost, type LabHost } from '../compose.ts';
import { dataPlaces, PAGES_DIRECTORY } from '../data-places.ts';
import { bundledPrograms } from './bundled-programs.ts';
import { openWindow, registerScheme } from './window.ts';

async function start(): Promise<void> {
  const places = dataPlaces(process.env.QLAB_DB || null);
  const host = await openLabHost(places, bundledPrograms());
  const hub = new ApiHub(host.api);
  closeBeforeQuit(host, hub);
  const preload = join(import.meta.dirname, '..', 'preload', 'preload.cjs');
  const window = openWindow(places.dataDir, PAGES_DIRECTORY, preload);
  connect(hub, window);
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
}

/** Only the main frame of our own window is listened to. A reload starts a fresh connection. */
function connect(hub: ApiHub, window: BrowserWindow): void {
  const contents = window.webContents;
  let connection = serveWindow(hub, contents);
  const handleFrame = (event: IpcMainEvent, data: unknown): void => {
    if (event.sender === contents && event.senderFrame === contents.mainFrame) {
      connection.receive(data);
    }
  };
  ipcMain.on(FRAME_TO_LAB, handleFrame);
  contents.on('did-start-navigation', (details) => {
    if (!details.isMainFrame || details.isSameDocument) return;
    connection.close();
    connection = serveWindow(hub, contents);
  });
  contents.on('destroyed', () => {
    ipcMain.off(FRAME_TO_LAB, handleFrame);
    connection.close();
  });
}

/** Every way out ends the runs and their processes first. */
function closeBeforeQuit(host: LabHost, hub: ApiHub): void {
  let isClosed = false;
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    hub.close();
    void host.close().finally(() => {
      isClosed = true;
      app.quit();
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
}

function buildMenu(): Menu {
  return Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]);
}

function fail(error: unknown): void {
  const text = error instanceof LabError ? error.message : String(error);
  dialog.showErrorBox('Quorum Lab cannot start', text);
  app.exit(4);
}

app.enableSandbox();
registerScheme();
if (app.requestSingleInstanceLock()) {
  Menu.setApplicationMenu(buildMenu());
  app.whenReady().then(start).catch(fail);
} else {
  app.quit();
}
