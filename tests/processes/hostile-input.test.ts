/** Whatever arrives on a node's socket, the node lives, and so does the cluster. */
import net from 'node:net';
import path from 'node:path';
import fs from 'node:fs';
import os from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { nextSuccess, openProcessLab, type ProcessLab } from '../support/process-lab.ts';

let host: ProcessLab;
let cluster: LiveCluster;
beforeEach(async () => {
  host = await openProcessLab();
  cluster = await host.start('raft');
});
afterEach(() => host.close());

/** Sends bytes to a node's socket; resolves when the node closes the connection. */
function sendAndWait(bytes: Buffer | string): Promise<void> {
  const socket = net.connect(socketOf('n1'));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the connection stayed open')), 10_000);
    socket.on('connect', () => socket.write(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function socketOf(node: string): string {
  const { socketDir } = JSON.parse(
    fs.readFileSync(path.join(path.dirname(host.database), 'lab-state.json'), 'utf8'),
  ) as { socketDir: string };
  return path.join(socketDir, cluster.plan.id, node);
}

const frame = (type: string, data: unknown): string => `${JSON.stringify({ type, data })}\f`;

test.skipIf(process.platform === 'win32')(
  'garbage closes its own connection and nothing else',
  async () => {
    const pid = cluster.pidOf('n1');
    const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + 13) % 256));
    await sendAndWait(Buffer.concat([noise, Buffer.from('\f')]));
    await sendAndWait('{"type":"messages","data"\f');
    await sendAndWait(frame('hello', { cluster: 'another' }));
    await sendAndWait(frame('messages', { items: [] }));
    await sendAndWait(frame('requests', { requests: [[1, { kind: 'open-session' }]] }));
    await sendAndWait(frame('__proto__', {}));
    await sendAndWait(frame('hello', null));
    await nextSuccess(cluster);
    expect(cluster.pidOf('n1')).toBe(pid);
  },
);

test.skipIf(process.platform === 'win32')(
  'a caller with another storage is not taken for a peer',
  async () => {
    const member = cluster.members.find(({ nodeId }) => nodeId === 'n2');
    const hello = { cluster: cluster.address, protocol: 'raft', node: 'n2', incarnation: 9 };
    await sendAndWait(frame('hello', { ...hello, storageId: 'stolen' }));
    // The same with the right storage is let in: it was the storage that was refused.
    const socket = net.connect(socketOf('n1'));
    let closed = false;
    socket.on('close', () => (closed = true));
    socket.write(frame('hello', { ...hello, storageId: member?.storageId }));
    await nextSuccess(cluster);
    expect(closed).toBe(false);
    socket.destroy();
  },
);

test.skipIf(process.platform === 'win32')(
  'the sockets are in a directory that only the owner can enter',
  () => {
    const directory = path.dirname(path.dirname(socketOf('n1')));
    expect(fs.statSync(directory).mode & 0o077).toBe(0);
    expect(directory.startsWith(os.tmpdir())).toBe(true);
  },
);
