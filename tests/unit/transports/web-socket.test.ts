import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBirpc } from 'birpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ApiHub } from '../../../src-main/api/hub.ts';
import type { Answer } from '../../../src-main/api/handlers.ts';
import { startBrowserLab, type BrowserLab } from '../../../src-main/transports/web-socket.ts';
import { ScriptedHost } from '../../support/scripted-host.ts';

const TOKEN = 'the-token-of-this-test';

let directory: string;
let host: ScriptedHost;
let hub: ApiHub;
let lab: BrowserLab;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'qlab-pages-'));
  const pages = join(directory, 'pages');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>lab</title>');
  writeFileSync(join(pages, 'assets', 'app.js'), 'export {};');
  writeFileSync(join(directory, 'secret.js'), 'secret');
  symlinkSync(join(directory, 'secret.js'), join(pages, 'link.js'));
  host = new ScriptedHost();
  hub = new ApiHub(host);
  lab = await startBrowserLab(hub, { port: 0, pages, token: TOKEN });
});

afterAll(async () => {
  hub.close();
  await lab.close();
  rmSync(directory, { recursive: true });
});

interface Page {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request whose path goes out exactly as written: no client may tidy it. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Page> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: lab.port, path, headers, method };
    const asked = request(options, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the page', () => {
  test('is served to whoever has the token, with a strict policy', async () => {
    const page = await get(`/?token=${TOKEN}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>lab</title>');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
  });

  test.each([
    ['no token', '/', {}, 403],
    ['a wrong token', '/?token=wrong', {}, 403],
    ['a token of equal length', `/?token=${'x'.repeat(TOKEN.length)}`, {}, 403],
    ['a rebound host name', `/?token=${TOKEN}`, { host: 'evil.example:80' }, 403],
    ['the way out by dots', '/../secret.js', {}, 404],
    ['encoded dots', '/%2e%2e/secret.js', {}, 404],
    ['encoded slashes', '/..%2fsecret.js', {}, 404],
    ['a link that leads out', '/link.js', {}, 404],
    ['a null byte', '/assets/app.js%00.js', {}, 404],
    ['broken encoding', '/%E0%A4%A.js', {}, 404],
    ['a directory', '/assets', {}, 404],
    ['no such file', '/assets/none.js', {}, 404],
  ])('%s is refused', async (_title, path, headers, status) => {
    const page = await get(path, headers);
    expect(page.status).toBe(status);
    expect(page.body).not.toContain('secret');
  });

  test('assets are served by type, and nothing is changed by other methods', async () => {
    const asset = await get('/assets/app.js');
    expect(asset.status).toBe(200);
    expect(asset.headers['content-type']).toContain('text/javascript');
    expect((await get('/assets/app.js', {}, 'POST')).status).toBe(405);
  });
});

function connect(query: string, origin?: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${lab.port}/ws${query}`, { origin });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

interface Client {
  readonly socket: WebSocket;
  readonly pushed: [string, unknown][];
  call(name: string, input: unknown): Promise<Answer>;
}

async function openClient(): Promise<Client> {
  const socket = await connect(`?token=${TOKEN}`, `http://127.0.0.1:${lab.port}`);
  const pushed: [string, unknown][] = [];
  const rpc = createBirpc<{ call(name: string, input: unknown): Promise<Answer> }>(
    { push: (name: string, payload: unknown) => void pushed.push([name, payload]) },
    {
      post: (text: string) => socket.send(text),
      on: (handler) => socket.on('message', (data: Buffer) => handler(data.toString())),
      serialize: (frame) => JSON.stringify(frame),
      deserialize: (text: string) => JSON.parse(text) as unknown,
      timeout: 5_000,
    },
  );
  return { socket, pushed, call: (name, input) => rpc.call(name, input) };
}

describe('the socket', () => {
  test.each([
    ['without a token', '', undefined],
    ['with a wrong token', '?token=wrong', undefined],
    ['from a page of another origin', `?token=${TOKEN}`, 'http://evil.example'],
    ['from another port of this machine', `?token=${TOKEN}`, 'http://127.0.0.1:1'],
  ])('is refused %s', async (_title, query, origin) => {
    await expect(connect(query, origin)).rejects.toThrow('403');
  });

  test('answers calls and pushes events', async () => {
    const { socket, pushed, call } = await openClient();
    expect(await call('lab.state', {})).toMatchObject({ ok: true });
    expect(await call('runs.get', { run: 7 })).toEqual({
      ok: false,
      error: { code: 'unknown-run', message: 'no run has the number 7', details: null },
    });
    host.tell('notice', 'warning', 'the disk is slow');
    await expect
      .poll(() => pushed)
      .toEqual([['notice', { level: 'warning', text: 'the disk is slow' }]]);
    socket.close();
    await expect.poll(() => hub.connectionCount).toBe(0);
  });

  test('garbage is dropped and harms nobody', async () => {
    const { socket, call } = await openClient();
    const frames = ['', 'x', '{}', '[]', 'null', '{"t":"q","m":"constructor","i":"1","a":[]}'];
    const deep = `{"t":"q","m":"call","i":"2","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    for (const frame of [...frames, '{"t":"q","m":"call","i":1,"a":{}}', deep]) socket.send(frame);
    socket.send(Buffer.from([1, 2, 3]));
    expect(await call('runs.list', {})).toMatchObject({ ok: true });
    socket.close();
  });

  test('a frame that is too large ends that connection only', async () => {
    const [first, second] = [await openClient(), await openClient()];
    const closed = new Promise<number>((resolve) => first.socket.on('close', resolve));
    first.socket.send('x'.repeat(2 * 1024 * 1024));
    expect(await closed).toBe(1009);
    expect(await second.call('runs.list', {})).toMatchObject({ ok: true });
    second.socket.close();
  });
});

test('a port that is taken is told by its number', async () => {
  await expect(startBrowserLab(hub, { port: lab.port, pages: directory })).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining(String(lab.port)) as string,
  });
});
