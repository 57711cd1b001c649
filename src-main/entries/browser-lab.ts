/** The browser lab: the whole dashboard without Electron. Used by `qlab serve` and `npm start`. */
import { spawn } from 'node:child_process';
import { ApiHub } from '../api/hub.ts';
import { startBrowserLab } from '../transports/web-socket.ts';
import { openLabHost } from './compose.ts';
import { PAGES_DIRECTORY, type DataPlaces } from './data-places.ts';
import { ensureRendererBuilt } from './renderer-build.ts';

export interface ServedLab {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the lab of `places` and serves it. Everything is closed again when any part fails. */
export async function serveBrowserLab(
  places: DataPlaces,
  options: { readonly port: number; readonly open: boolean },
): Promise<ServedLab> {
  await ensureRendererBuilt((text) => process.stderr.write(`${text}\n`));
  const host = await openLabHost(places);
  const hub = new ApiHub(host.api);
  try {
    const served = await startBrowserLab(hub, { port: options.port, pages: PAGES_DIRECTORY });
    if (options.open) openSystemBrowser(served.url);
    return {
      url: served.url,
      port: served.port,
      close: async () => {
        hub.close();
        await served.close();
        await host.close();
      },
    };
  } catch (error) {
    hub.close();
    await host.close();
    throw error;
  }
}

/** Failure is fine: the address stands in the terminal. */
function openSystemBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url.replaceAll('&', '^&')]
        : ['xdg-open', url];
  const child = spawn(command ?? '', args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
