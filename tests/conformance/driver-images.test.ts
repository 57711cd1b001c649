/**
 * Snapshots and reads in the driver: an image is made of exactly the state that was asked for, is
 * durable before anything refers to it, is loaded in order with what is applied, and a bounded part
 * of it is done per turn where the host asks for that.
 */
import { describe, expect, test } from 'vitest';
import type { Core, CoreDescription, Effect, Input } from '../../src-main/protocols/kernel/core.ts';
import type { SnapshotRef } from '../../src-main/protocols/kernel/durable.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import { NodeDriver } from '../../src-main/runtime/driver/node-driver.ts';
import type { DriverPorts, ImageStore, Incoming } from '../../src-main/runtime/driver/ports.ts';
import { KvService } from '../../src-main/services/kv.ts';
import { StateMachine } from '../../src-main/services/state-machine.ts';
import { memoryImages } from '../support/memory-images.ts';

type Script = (input: Input) => Effect[];

interface Host {
  readonly driver: NodeDriver;
  readonly machine: StateMachine;
  readonly images: ImageStore;
  readonly inputs: Input[];
  readonly log: string[];
}

function makeHost(script: Script, ports: Partial<DriverPorts> = {}): Host {
  const log: string[] = [];
  const inputs: Input[] = [];
  const core: Core = {
    step: (input) => {
      inputs.push(input);
      return script(input);
    },
    sleepTicks: () => 1,
    save: () => null,
    describe: (): CoreDescription => {
      throw new Error('not asked here');
    },
  };
  const machine = new StateMachine(new KvService());
  const images = loggingImages(log);
  const driver: NodeDriver = new NodeDriver(core, machine, 'n1', {
    nowUs: () => 0,
    journal: null,
    send: (message) => log.push(`send ${message.msg.type} ${message.bulk ?? '-'}`),
    flush: () => undefined,
    persist: (_ops, token) => {
      log.push(`persist ${token}`);
      driver.persisted(token);
    },
    images,
    wake: null,
    reply: (reqId, answer) => log.push(`reply ${reqId} ${JSON.stringify(answer)}`),
    closeLink: () => undefined,
    members: (members) => log.push(`members ${members.map(({ nodeId }) => nodeId).join()}`),
    trace: () => undefined,
    ...ports,
  });
  return { driver, machine, images, inputs, log };
}

function loggingImages(log: string[]): ImageStore {
  const images = memoryImages();
  return {
    put: (handle, chunk, text) => images.put(handle, chunk, text),
    get: (handle, chunk) => images.get(handle, chunk),
    seal: (handle, chunks) => {
      log.push(`seal ${handle}`);
      images.seal(handle, chunks);
    },
    keepOnly: (handles) => {
      log.push(`keep ${handles.join()}`);
      images.keepOnly(handles);
    },
  };
}

const command = (pos: number, key: string): Entry => ({
  pos,
  type: 'command',
  time: 0,
  client: null,
  payload: { op: 'put', key, value: `at ${pos}` },
});

const apply = (...entries: Entry[]): Effect => ({ kind: 'apply', entries, waiting: [] });
const take = (lastPos: number, handle: string): Effect => ({
  kind: 'take-snapshot',
  lastPos,
  handle,
});

function refOf(input: Input & { kind: 'snapshot-ready' }): SnapshotRef {
  const { handle, lastPos, chunks, bytes } = input;
  return { handle, lastPos, chunks, bytes, meta: null };
}

/** Applies two entries, asks for an image between them, and keeps what it gets. */
const snapshotScript: Script = (input) => {
  if (input.kind === 'tick')
    return [apply(command(1, 'a')), take(1, 'own-1'), apply(command(2, 'b'))];
  if (input.kind !== 'snapshot-ready') return [];
  const ops = [{ op: 'snapshot', snapshot: refOf(input) } as const];
  return [{ kind: 'persist', token: 1, ops }];
};

const tick: Input = { kind: 'tick', elapsed: 1 };

test('an image is of the position asked for, and sealed before anything refers to it', () => {
  const host = makeHost(snapshotScript);
  host.driver.turn([tick]);
  const { machine, images, log, inputs } = host;
  expect(inputs.map(({ kind }) => kind)).toEqual(['tick', 'snapshot-ready', 'persisted']);
  expect(log).toEqual(['seal own-1', 'persist 1', 'keep own-1']);
  expect(machine.position).toBe(2);
  const copy = new StateMachine(new KvService());
  for (let chunk = 0; images.get('own-1', chunk) !== null; chunk += 1) {
    copy.loadChunk(images.get('own-1', chunk) ?? '');
  }
  expect(copy.position).toBe(1);
  expect(copy.read({ op: 'get', key: 'b' })).toMatchObject({ value: null });
});

test('an image is loaded in order: what is applied behind it stands on it', () => {
  const source = makeHost(snapshotScript);
  source.driver.turn([tick]);
  const host = makeHost((input) =>
    input.kind === 'tick'
      ? [{ kind: 'load-snapshot', lastPos: 1, handle: 'own-1' }, apply(command(2, 'b'))]
      : [],
  );
  for (let chunk = 0; source.images.get('own-1', chunk) !== null; chunk += 1) {
    host.images.put('own-1', chunk, source.images.get('own-1', chunk) ?? '');
  }
  host.driver.turn([tick]);
  expect(host.driver.applied).toBe(2);
  expect(host.machine.digest()).toEqual(source.machine.digest());
  expect(host.inputs.at(-1)).toEqual({ kind: 'snapshot-loaded', lastPos: 1 });
});

test('a chunk travels with the message that names it and is kept as the core says', () => {
  const sender = makeHost((input) =>
    input.kind === 'tick'
      ? [0, 1, 2].map((chunk) => ({
          kind: 'send',
          to: 'n2',
          msg: { type: `chunk-${chunk}`, image: { handle: 'mine', chunk } },
          after: 0,
        }))
      : [],
  );
  sender.images.put('mine', 0, '["head"]');
  sender.images.put('mine', 1, '["service"]');
  sender.driver.turn([tick]);
  // The third chunk does not exist: as if it was lost on the way.
  expect(sender.log).toEqual(['send chunk-0 ["head"]', 'send chunk-1 ["service"]']);

  const receiver = makeHost((input) =>
    input.kind === 'recv' ? [{ kind: 'keep-chunk', handle: 'in-1', chunk: 0 }] : [],
  );
  const incoming: Incoming = {
    from: 'n2',
    fromIncarnation: 1,
    linkEpoch: 1,
    step: 1,
    index: 0,
    lamport: 1,
    msg: { type: 'chunk-0', image: { handle: 'mine', chunk: 0 } },
    bulk: null,
  };
  receiver.driver.turn([incoming]);
  expect(receiver.inputs).toEqual([]);
  receiver.driver.turn([{ ...incoming, bulk: '["head"]' }]);
  expect(receiver.images.get('in-1', 0)).toBe('["head"]');
});

describe('where the host asks for small pieces', () => {
  const LARGE = 'x'.repeat(60_000);
  const entries = Array.from({ length: 40 }, (_, i) => ({
    ...command(i + 1, `k${i}`),
    payload: { op: 'put', key: `k${i}`, value: LARGE },
  }));

  test('a large image takes several turns, and other inputs go on in between', () => {
    let wakes = 0;
    const host = makeHost(
      (input) => {
        if (input.kind === 'boot') return [];
        if (input.kind === 'tick') return [apply(...entries), take(40, 'own-40')];
        if (input.kind !== 'read') return [];
        return [{ kind: 'read', reqId: 7, pos: 40, payload: { op: 'get', key: 'k0' } }];
      },
      { wake: () => (wakes += 1) },
    );
    host.driver.turn([tick]);
    expect(host.inputs.map(({ kind }) => kind)).toEqual(['tick']);
    host.driver.turn([{ kind: 'read', requests: [] }]);
    expect(host.log.filter((line) => line.startsWith('reply 7'))).toHaveLength(1);
    let turns = 2;
    while (!host.inputs.some(({ kind }) => kind === 'snapshot-ready')) {
      host.driver.turn([]);
      turns += 1;
      expect(turns).toBeLessThan(100);
    }
    expect(turns).toBeGreaterThan(3);
    expect(wakes).toBe(turns - 1);
  });

  test('a half loaded machine answers no read', () => {
    const source = makeHost((input) =>
      input.kind === 'tick' ? [apply(...entries), take(40, 'own-40')] : [],
    );
    source.driver.turn([tick]);
    const host = makeHost(
      (input) => {
        if (input.kind === 'tick') {
          return [
            { kind: 'load-snapshot', lastPos: 40, handle: 'own-40' },
            { kind: 'read', reqId: 3, pos: 0, payload: { op: 'get', key: 'k39' } },
          ];
        }
        return [];
      },
      { wake: () => undefined },
    );
    for (let chunk = 0; source.images.get('own-40', chunk) !== null; chunk += 1) {
      host.images.put('own-40', chunk, source.images.get('own-40', chunk) ?? '');
    }
    host.driver.turn([tick]);
    expect(host.log).toEqual([]);
    while (host.driver.applied < 40) host.driver.turn([]);
    expect(host.log).toHaveLength(1);
    expect(host.log[0]).toContain(LARGE);
  });
});

test('a life that begins drops every image its snapshot does not name', () => {
  const host = makeHost(() => []);
  host.images.put('left', 0, '[]');
  host.driver.turn([
    {
      kind: 'boot',
      cluster: 'c',
      nodeId: 'n1',
      storageId: 's',
      incarnation: 2,
      members: [],
      durable: { hard: {}, snapshot: null, log: [] },
      seed: 1,
      timing: { tickMs: 10, heartbeatTicks: 1, electionTicksMin: 10, electionTicksMax: 20 },
      options: {},
      mutants: [],
    },
  ]);
  expect(host.images.get('left', 0)).toBeNull();
});
