/**
 * The driver keeps the one order of protocols.md 0.2 for every host: a scripted core says what it
 * wants, a recording host notes what happened when, with a disk that is instant, late, or broken.
 */
import { describe, expect, test } from 'vitest';
import type { Core, CoreDescription, Effect, Input } from '../../src-main/protocols/kernel/core.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import { NodeDriver } from '../../src-main/runtime/driver/node-driver.ts';
import { memoryImages } from '../support/memory-images.ts';
import type { DriverPorts } from '../../src-main/runtime/driver/ports.ts';
import { KvService } from '../../src-main/services/kv.ts';
import { StateMachine } from '../../src-main/services/state-machine.ts';

type Script = (input: Input) => Effect[];

class ScriptedCore implements Core {
  readonly inputs: Input[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  step(input: Input): Effect[] {
    this.inputs.push(input);
    return this.#script(input);
  }

  sleepTicks(): number {
    return 1;
  }

  save(): null {
    return null;
  }

  describe(): CoreDescription {
    throw new Error('not asked here');
  }
}

interface Host {
  readonly driver: NodeDriver;
  readonly core: ScriptedCore;
  readonly log: string[];
  readonly tokens: number[];
}

/**
 * @param disk `instant` completes inside `persist`, `late` when the test says so.
 * @param isWatched whether passed crash points are noted.
 */
function makeHost(disk: 'instant' | 'late', script: Script, isWatched = false): Host {
  const log: string[] = [];
  const tokens: number[] = [];
  const core = new ScriptedCore(script);
  const ports: DriverPorts = {
    nowUs: () => 7,
    journal: (lines) => {
      for (const line of lines.trimEnd().split('\n')) {
        const header = JSON.parse(line.split('\t')[0] ?? '') as { k: string; n: number };
        log.push(`journal ${header.k}${header.n}`);
      }
    },
    send: (message) => log.push(`send ${message.msg.type} to ${message.to}`),
    flush: () => undefined,
    persist: (_ops, token) => {
      log.push(`persist ${token}`);
      tokens.push(token);
      if (disk === 'instant') host.driver.persisted(token);
    },
    reply: (reqId, answer) => log.push(`reply ${reqId} ${answer.ok ? 'ok' : answer.refusal.code}`),
    closeLink: (peer) => log.push(`close ${peer}`),
    trace: () => undefined,
    images: memoryImages(),
    wake: null,
    members: () => undefined,
    passing: isWatched ? (point) => log.push(`at ${point}`) : null,
  };
  const driver = new NodeDriver(core, new StateMachine(new KvService()), 'n1', ports);
  const host = { driver, core, log, tokens };
  return host;
}

const entry = (pos: number): Entry => ({
  pos,
  type: 'noop',
  time: 0,
  client: null,
  payload: null,
});

const put = (pos: number): Effect & { kind: 'persist' } => ({
  kind: 'persist',
  token: pos,
  ops: [{ op: 'put', entries: [entry(pos)] }],
});

/** A leader that sends, persists, sends gated, and applies on one client input. */
const leaderScript: Script = (input) =>
  input.kind === 'client'
    ? [
        put(1),
        { kind: 'send', to: 'n2', msg: { type: 'free' }, after: 0 },
        { kind: 'send', to: 'n3', msg: { type: 'gated' }, after: 1 },
        { kind: 'apply', entries: [entry(1)], waiting: [{ pos: 1, reqId: 9 }] },
      ]
    : [];

const clientInput: Input = { kind: 'client', requests: [] };

describe('crash points', () => {
  const hardScript: Script = (input) => {
    const effects = leaderScript(input);
    const record = { op: 'hard', record: { term: 1 } } as const;
    return effects.map((effect) =>
      effect.kind === 'persist' ? { ...effect, ops: [record, ...effect.ops] } : effect,
    );
  };

  test('each is passed where its description says, in the order of the durability rule', () => {
    const host = makeHost('instant', hardScript, true);
    host.driver.turn([clientInput]);
    expect(host.log).toEqual([
      'journal s1',
      'at after-journal',
      'at before-send',
      'send free to n2',
      'at before-persist',
      'persist 1',
      'at after-persist',
      'at after-persist-hard',
      'send gated to n3',
      'at after-send',
      'journal s2',
      'at after-journal',
      'at before-apply',
      'at before-reply',
      'reply 9 ok',
      'journal a1',
      'at after-reply',
    ]);
  });

  test('what a barrier under way stands for outlives saving', () => {
    const before = makeHost('late', hardScript, true);
    before.driver.turn([clientInput]);
    expect(before.log.at(-1)).toBe('persist 1');
    const after = makeHost('late', hardScript, true);
    after.driver.restore(before.driver.save());
    expect(after.driver.save()).toEqual(before.driver.save());
    after.driver.persisted(1);
    expect(after.log.slice(0, 3)).toEqual([
      'at after-persist',
      'at after-persist-hard',
      'send gated to n3',
    ]);
  });
});

describe('order of one turn', () => {
  test('journal, free sends, persist, gated sends, apply, reply: in this order', () => {
    const host = makeHost('instant', leaderScript);
    host.driver.turn([clientInput]);
    expect(host.log).toEqual([
      'journal s1',
      'send free to n2',
      'persist 1',
      'send gated to n3',
      'journal s2',
      'reply 9 ok',
      'journal a1',
    ]);
  });

  test('with a late disk nothing that waits for it leaves before it is done', () => {
    const host = makeHost('late', leaderScript);
    host.driver.turn([clientInput]);
    expect(host.log).toEqual(['journal s1', 'send free to n2', 'persist 1']);
    host.driver.persisted(1);
    expect(host.log.slice(3)).toEqual([
      'send gated to n3',
      'journal s2',
      'reply 9 ok',
      'journal a1',
    ]);
  });

  test('the core hears of a completed barrier as one input, with its token', () => {
    const host = makeHost('late', leaderScript);
    host.driver.turn([clientInput]);
    expect(host.core.inputs.map((input) => input.kind)).toEqual(['client']);
    host.driver.persisted(1);
    expect(host.core.inputs.at(-1)).toEqual({ kind: 'persisted', token: 1 });
  });
});

describe('barriers', () => {
  const stepScript = (): Script => {
    let token = 0;
    return (input) => {
      if (input.kind !== 'tick') return [];
      token += 1;
      return [put(token), { kind: 'send', to: 'n2', msg: { type: `m${token}` }, after: token }];
    };
  };
  const tick: Input = { kind: 'tick', elapsed: 1 };

  test('all persists of a turn become one barrier with the newest token', () => {
    const host = makeHost('late', stepScript());
    host.driver.turn([tick, tick, tick]);
    expect(host.tokens).toEqual([3]);
  });

  test('a second turn while the disk is busy gets a barrier of its own, sends in order', () => {
    const host = makeHost('late', stepScript());
    host.driver.turn([tick]);
    host.driver.turn([tick]);
    expect(host.tokens).toEqual([1, 2]);
    host.driver.persisted(1);
    expect(host.log.filter((line) => line.startsWith('send'))).toEqual(['send m1 to n2']);
    host.driver.persisted(2);
    expect(host.log.filter((line) => line.startsWith('send'))).toEqual([
      'send m1 to n2',
      'send m2 to n2',
    ]);
  });

  test('a completion may cover several barriers at once', () => {
    const host = makeHost('late', stepScript());
    host.driver.turn([tick]);
    host.driver.turn([tick]);
    host.driver.persisted(2);
    expect(host.log.filter((line) => line.startsWith('send'))).toHaveLength(2);
  });

  test('a completion of a barrier that was never begun, or twice, is a bug', () => {
    const host = makeHost('late', stepScript());
    host.driver.turn([tick]);
    expect(() => host.driver.persisted(2)).toThrow(/persisted 2 of 1/);
    host.driver.persisted(1);
    expect(() => host.driver.persisted(1)).toThrow(/persisted 1 of 1/);
  });

  test('an empty persist still gates and completes', () => {
    const host = makeHost('late', (input) =>
      input.kind === 'tick'
        ? [
            { kind: 'persist', token: 1, ops: [] },
            { kind: 'send', to: 'n2', msg: { type: 'm' }, after: 1 },
          ]
        : [],
    );
    host.driver.turn([tick]);
    expect(host.tokens).toEqual([1]);
    expect(host.log).not.toContain('send m to n2');
    host.driver.persisted(1);
    expect(host.log).toContain('send m to n2');
  });
});

describe('ends', () => {
  test('after a failed disk the driver takes no further input and sends nothing', () => {
    const host = makeHost('late', leaderScript);
    host.driver.turn([clientInput]);
    host.driver.persistFailed(1, 'ENOSPC');
    expect(host.core.inputs.at(-1)).toEqual({ kind: 'persist-failed', token: 1, error: 'ENOSPC' });
    expect(host.log).not.toContain('send gated to n3');
    expect(() => host.driver.turn([clientInput])).toThrow(/stopped driver/);
  });

  test('a core that sends to itself is stopped as a bug', () => {
    const host = makeHost('instant', () => [
      { kind: 'send', to: 'n1', msg: { type: 'm' }, after: 0 },
    ]);
    expect(() => host.driver.turn([clientInput])).toThrow(/to itself/);
  });

  test('positions are applied once each and without holes', () => {
    const host = makeHost('instant', () => [{ kind: 'apply', entries: [entry(2)], waiting: [] }]);
    expect(() => host.driver.turn([clientInput])).toThrow(/apply 2 after 0/);
  });
});

test('a gated send keeps the session the core knew when it sent it', () => {
  const epochs: number[] = [];
  const core = new ScriptedCore((input) =>
    input.kind === 'tick' ? [put(1), { kind: 'send', to: 'n2', msg: { type: 'm' }, after: 1 }] : [],
  );
  const driver = new NodeDriver(core, new StateMachine(new KvService()), 'n1', {
    nowUs: () => 0,
    journal: () => undefined,
    send: (message) => epochs.push(message.linkEpoch),
    flush: () => undefined,
    persist: () => undefined,
    reply: () => undefined,
    closeLink: () => undefined,
    trace: () => undefined,
    images: memoryImages(),
    wake: null,
    members: () => undefined,
  });
  driver.turn([
    { kind: 'link-up', peer: 'n2', linkEpoch: 4 },
    { kind: 'tick', elapsed: 1 },
    { kind: 'link-down', peer: 'n2', linkEpoch: 4 },
    { kind: 'link-up', peer: 'n2', linkEpoch: 5 },
  ]);
  driver.persisted(1);
  expect(epochs).toEqual([4]);
});

describe('Lamport time', () => {
  test('a received message lifts it above the sender, and every send carries it', () => {
    const seen: number[] = [];
    const core = new ScriptedCore((input) =>
      input.kind === 'recv' ? [{ kind: 'send', to: 'n2', msg: { type: 'm' }, after: 0 }] : [],
    );
    const driver = new NodeDriver(core, new StateMachine(new KvService()), 'n1', {
      nowUs: () => 0,
      journal: () => undefined,
      send: (message) => seen.push(message.lamport),
      flush: () => undefined,
      persist: () => undefined,
      reply: () => undefined,
      closeLink: () => undefined,
      trace: () => undefined,
      images: memoryImages(),
      wake: null,
      members: () => undefined,
    });
    const from = { from: 'n2', fromIncarnation: 1, linkEpoch: 1, step: 1, index: 0, bulk: null };
    driver.turn([{ ...from, lamport: 41, msg: { type: 'x' } }]);
    driver.turn([{ ...from, step: 2, lamport: 3, msg: { type: 'x' } }]);
    expect(seen).toEqual([42, 43]);
  });
});
