/**
 * One core of a cluster, driven input by input; its peers are what the test says they are. After
 * every input it is saved and restored, so each test also shows that nothing is lost by that.
 */
import type { AdminOp, BootInput, Effect } from '../../../src-main/protocols/kernel/core.ts';
import type { SnapshotRef } from '../../../src-main/protocols/kernel/durable.ts';
import type { ZabEntry } from '../../../src-main/protocols/zab/log.ts';
import type {
  FollowerInfo,
  NewLeader,
  Notification,
  Pong,
  ServerState,
  Vote,
  ZabMessage,
} from '../../../src-main/protocols/zab/messages.ts';
import { ZabCore } from '../../../src-main/protocols/zab/step.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';

type ZabEffect = Effect<ZabMessage, ZabEntry>;
type Send = Extract<ZabEffect, { kind: 'send' }>;
type MessageOf<T extends ZabMessage['type']> = Extract<ZabMessage, { type: T }>;

/** What a test leaves out is as in a cluster that has its first configuration. */
export type TestMessage =
  | ZabMessage
  | Omit<FollowerInfo, 'configVersion'>
  | Omit<NewLeader, 'configVersion'>
  | Omit<Notification, 'config' | 'pending'>
  | Omit<Pong, 'zxid'>;

const LEFT_OUT: { readonly [type: string]: object } = {
  FollowerInfo: { configVersion: { epoch: 0, counter: 0 } },
  ObserverInfo: { configVersion: { epoch: 0, counter: 0 } },
  NewLeader: { configVersion: { epoch: 0, counter: 0 } },
  Notification: { config: null, pending: null },
  Pong: { zxid: { epoch: 0, counter: 0 } },
};

export interface OneCoreSpec {
  readonly nodeId?: string;
  readonly nodes?: number;
  readonly storageId?: string;
  readonly accepted?: number;
  readonly current?: number;
  readonly log?: readonly ZabEntry[];
  readonly snapshot?: SnapshotRef;
  readonly options?: BootInput['options'];
  readonly mutants?: readonly string[];
}

export const TIMING = {
  tickMs: 10,
  heartbeatTicks: 2,
  electionTicksMin: 8,
  electionTicksMax: 16,
} as const;

/** syncLimit and initLimit that follow from TIMING. */
export const SYNC_LIMIT_TICKS = 12;
export const INIT_LIMIT_TICKS = 28;

export const LINK = 1;

/** `1:2` is transaction 2 of epoch 1; positions follow from the order. */
export function history(...zxids: string[]): ZabEntry[] {
  return zxids.map((text, i) => {
    const [epoch = 0, counter = 0] = text.split(':').map(Number);
    const client = { session: 1, seq: i + 1, acked: 0 };
    const pos = i + 1;
    return { pos, epoch, counter, type: 'command', time: 0, client, payload: `${text}` };
  });
}

export function zxid(text: string): { epoch: number; counter: number } {
  const [epoch = 0, counter = 0] = text.split(':').map(Number);
  return { epoch, counter };
}

export function vote(leader: string, epoch: number, last: string): Vote {
  return { leader, epoch, zxid: zxid(last) };
}

export class OneCore {
  core = new ZabCore();
  /** Effects of the last input. */
  effects: ZabEffect[] = [];
  /** Of all inputs since the last `forget()`. */
  all: ZabEffect[] = [];
  tokenLast = 0;
  #taken: Extract<ZabEffect, { kind: 'take-snapshot' }> | null = null;

  constructor(spec: OneCoreSpec = {}) {
    const { nodeId = 'n1', nodes = 3, accepted = 0, current = 0, log = [] } = spec;
    const members = Array.from({ length: nodes }, (_, i) => `n${i + 1}`).map((id) => ({
      nodeId: id,
      storageId: `disk-${id}`,
    }));
    this.step({
      kind: 'boot',
      cluster: 'test',
      nodeId,
      storageId: spec.storageId ?? `disk-${nodeId}`,
      incarnation: 1,
      members,
      durable: {
        hard: { acceptedEpoch: accepted, currentEpoch: current },
        snapshot: spec.snapshot ?? null,
        log,
      },
      seed: 1,
      timing: TIMING,
      options: spec.options ?? {},
      mutants: spec.mutants ?? [],
    });
    for (const { nodeId: peer } of members) if (peer !== nodeId) this.linkUp(peer);
  }

  step(input: Parameters<ZabCore['step']>[0]): ZabEffect[] {
    this.effects = this.core.step(input);
    this.core = ZabCore.restore(JSON.parse(JSON.stringify(this.core.save())) as Json);
    this.all.push(...this.effects);
    for (const effect of this.effects) {
      if (effect.kind === 'persist') this.tokenLast = effect.token;
      if (effect.kind === 'take-snapshot') this.#taken = effect;
    }
    return this.effects;
  }

  linkUp(peer: string, linkEpoch = LINK): void {
    this.step({ kind: 'link-up', peer, linkEpoch });
  }

  linkDown(peer: string, linkEpoch = LINK): void {
    this.step({ kind: 'link-down', peer, linkEpoch });
  }

  recv(from: string, received: TestMessage, linkEpoch = LINK): ZabEffect[] {
    const isMessage = typeof received === 'object' && received !== null;
    const full = isMessage ? { ...LEFT_OUT[received.type], ...received } : received;
    return this.step({ kind: 'recv', from, linkEpoch, msg: full as ZabMessage });
  }

  notify(from: string, state: ServerState, round: number, supported: Vote): ZabEffect[] {
    return this.recv(from, { type: 'Notification', state, round, vote: supported });
  }

  tick(elapsed = 1): ZabEffect[] {
    return this.step({ kind: 'tick', elapsed });
  }

  /** Everything asked for so far is durable. */
  sync(): ZabEffect[] {
    return this.step({ kind: 'persisted', token: this.tokenLast });
  }

  admin(reqId: number, op: AdminOp): ZabEffect[] {
    return this.step({ kind: 'admin', reqId, op });
  }

  reads(level: 'local' | 'sync', ...reqIds: number[]): ZabEffect[] {
    const requests = reqIds.map((reqId) => ({ reqId, level, minPos: 0, payload: null }));
    return this.step({ kind: 'read', requests });
  }

  /** The image asked for last is written. */
  imageReady(chunks = 1): ZabEffect[] {
    if (this.#taken === null) throw new Error('no image was asked for');
    const { lastPos, handle } = this.#taken;
    return this.step({ kind: 'snapshot-ready', lastPos, handle, chunks, bytes: 100 });
  }

  commands(...reqIds: number[]): ZabEffect[] {
    const requests = reqIds.map((reqId) => {
      const op = { kind: 'command', session: 1, seq: reqId, acked: 0, payload: `r${reqId}` };
      return { reqId, op: op as { kind: 'command' } & typeof op };
    });
    return this.step({ kind: 'client', requests });
  }

  /** Elected by n2, which knows nothing. */
  elected(): this {
    const { round } = this;
    const own = this.supported;
    this.notify('n2', 'following', round, own);
    return this;
  }

  /** Leads epoch `acceptedEpoch + 1` with n2 as its only follower so far. */
  leading(n2: { accepted?: number; last?: string } = {}): this {
    const { accepted = 0, last = '0:0' } = n2;
    this.elected();
    this.recv('n2', { type: 'FollowerInfo', acceptedEpoch: accepted });
    this.sync();
    const [epoch] = last.split(':').map(Number);
    this.recv('n2', {
      type: 'AckEpoch',
      epoch: this.sent('LeaderInfo').at(-1)?.msg.epoch ?? 0,
      already: false,
      currentEpoch: epoch ?? 0,
      lastZxid: zxid(last),
      ends: epoch === 0 ? [] : [[zxid(last).epoch, zxid(last).counter]],
    });
    this.sync();
    const lastZxid = zxid(this.own('lastZxid') as string);
    this.recv('n2', { type: 'NewLeaderAck', epoch: this.era, lastZxid });
    return this;
  }

  /** Follows n2 in epoch `epoch`, which sends the entries it misses. */
  following(epoch: number, entries: readonly ZabEntry[] = []): this {
    this.promised(epoch);
    this.recv('n2', { type: 'Diff', epoch, zxid: zxid(this.own('lastZxid') as string) });
    if (entries.length > 0) this.recv('n2', { type: 'Proposal', epoch, entries });
    this.sync();
    this.recv('n2', { type: 'NewLeader', epoch });
    this.sync();
    this.recv('n2', { type: 'UpToDate', epoch, zxid: zxid(this.own('lastZxid') as string) });
    this.sync();
    return this;
  }

  /** Elected n2 and promised it the epoch. */
  promised(epoch: number): this {
    this.learner();
    this.recv('n2', { type: 'LeaderInfo', epoch });
    this.sync();
    return this;
  }

  /** Elected n2 with the votes of n2 and n3. */
  learner(): this {
    const better = vote('n2', 1000, '1000:1');
    const { round } = this;
    for (const peer of ['n2', 'n3']) this.notify(peer, 'looking', round, better);
    return this;
  }

  get round(): number {
    return this.own('round') as number;
  }

  get supported(): Vote {
    const notification = this.sent('Notification').at(-1);
    if (notification === undefined) throw new Error('no vote was told');
    return notification.msg.vote;
  }

  get era(): number {
    return this.core.describe().era.number;
  }

  get word(): string {
    return this.core.describe().word;
  }

  own(name: string): unknown {
    return this.core.describe().own.find((field) => field.name === name)?.value;
  }

  forget(): this {
    this.all = [];
    return this;
  }

  /** Messages of a type sent since `forget()`. */
  sent<T extends ZabMessage['type']>(
    type: T,
    to?: string,
  ): (Omit<Send, 'msg'> & { msg: MessageOf<T> })[] {
    return this.all.filter(
      (effect): effect is Omit<Send, 'msg'> & { msg: MessageOf<T> } =>
        effect.kind === 'send' &&
        effect.msg.type === type &&
        (to === undefined || effect.to === to),
    );
  }

  /** Records and entries persisted since `forget()`, in order, as text. */
  persisted(): string[] {
    return this.all.flatMap((effect) => {
      if (effect.kind !== 'persist') return [];
      return effect.ops.map((op) => {
        if (op.op === 'hard') return `#${effect.token} ${JSON.stringify(op.record)}`;
        if (op.op === 'truncate') return `#${effect.token} truncate ${op.from}`;
        if (op.op === 'snapshot') return `#${effect.token} snapshot ${op.snapshot.lastPos}`;
        if (op.op === 'compact') return `#${effect.token} compact ${op.upTo}`;
        const names = op.entries.map((entry) => `${entry.epoch}:${entry.counter}`);
        return `#${effect.token} put ${names.join(' ')}`;
      });
    });
  }

  applied(): string[] {
    return this.all.flatMap((effect) => {
      if (effect.kind !== 'apply') return [];
      return effect.entries.map((entry) => `${entry.epoch}:${entry.counter}`);
    });
  }

  /** Effects of a kind since `forget()`. */
  did<K extends ZabEffect['kind']>(kind: K): Extract<ZabEffect, { kind: K }>[] {
    return this.all.filter((effect): effect is Extract<ZabEffect, { kind: K }> => {
      return effect.kind === kind;
    });
  }

  refusals(): string[] {
    return this.all.flatMap((effect) =>
      effect.kind === 'reply' ? [`${effect.reqId} ${effect.refusal.code}`] : [],
    );
  }

  closed(): string[] {
    return this.all.flatMap((effect) =>
      effect.kind === 'close-link' ? [`${effect.peer}/${effect.linkEpoch}`] : [],
    );
  }

  traced<K extends TraceEvent['kind']>(kind: K): Extract<TraceEvent, { kind: K }>[] {
    return this.all.flatMap((effect) =>
      effect.kind === 'trace' && effect.event.kind === kind
        ? [effect.event as Extract<TraceEvent, { kind: K }>]
        : [],
    );
  }
}
