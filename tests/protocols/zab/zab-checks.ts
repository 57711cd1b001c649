/** Safety of ZAB as a checker outside of the nodes sees it (protocols.md 7.1 and 7.4). */
import { expect } from 'vitest';
import type { Effect } from '../../../src-main/protocols/kernel/core.ts';
import type { ZabEntry } from '../../../src-main/protocols/zab/log.ts';
import type { ZabMessage } from '../../../src-main/protocols/zab/messages.ts';
import { compareZxids, type Zxid } from '../../../src-main/protocols/zab/zxid.ts';

type ZabEffect = Effect<ZabMessage, ZabEntry>;

export interface Disk {
  acceptedEpoch: number;
  currentEpoch: number;
  log: ZabEntry[];
}

/** What the checks may know of a node. */
export interface Observed {
  readonly id: string;
  readonly incarnation: number;
  readonly disk: Disk;
  readonly asked: ReadonlyMap<number, string>;
}

const label = (entry: Zxid & { payload: unknown }) =>
  `${entry.epoch}:${entry.counter} ${JSON.stringify(entry.payload)}`;

export class ZabChecks {
  /** Ghosts: they only grow. */
  readonly committed: string[] = [];
  readonly acked = new Map<string, number>();
  truncations = 0;
  readonly #entryOf = new Map<string, string>();
  readonly #leaders = new Map<number, string>();
  readonly #senders = new Map<number, string>();
  readonly #appliedPos = new Map<string, number>();
  readonly #epochs = new Map<string, { accepted: number; current: number }>();
  readonly #nodes: readonly Observed[];

  constructor(nodes: readonly Observed[]) {
    this.#nodes = nodes;
  }

  get leadersSeen(): number {
    return this.#leaders.size;
  }

  afterStep(node: Observed, effects: readonly ZabEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'apply') this.#apply(node, effect);
      else if (effect.kind === 'trace') this.#trace(node, effect.event);
      else if (effect.kind === 'persist') {
        for (const op of effect.ops) if (op.op === 'put') op.entries.forEach((e) => this.#made(e));
      }
    }
  }

  #trace(node: Observed, event: Extract<ZabEffect, { kind: 'trace' }>['event']): void {
    if (event.kind === 'truncate') this.truncations += 1;
    if (event.kind !== 'role' || !event.ready) return;
    this.#onlyOne(this.#leaders, event.era.number, node, 'X8: leads epoch');
  }

  #onlyOne(map: Map<number, string>, epoch: number, node: Observed, what: string): void {
    const name = `${node.id} in life ${node.incarnation}`;
    const first = map.get(epoch) ?? name;
    map.set(epoch, first);
    expect(name, `${what} ${epoch}`).toBe(first);
  }

  /** Z12, and a zxid has one position: together log matching. */
  #made(entry: ZabEntry): void {
    const name = `${entry.epoch}:${entry.counter}`;
    const content = `${entry.pos} ${entry.time} ${JSON.stringify(entry.payload)}`;
    const first = this.#entryOf.get(name) ?? content;
    this.#entryOf.set(name, first);
    expect(content, `Z12: zxid ${name}`).toBe(first);
  }

  #apply(node: Observed, effect: Extract<ZabEffect, { kind: 'apply' }>): void {
    const life = `${node.id}/${node.incarnation}`;
    for (const entry of effect.entries) {
      const pos = (this.#appliedPos.get(life) ?? 0) + 1;
      expect(entry.pos, `${life} applies in order`).toBe(pos);
      this.#appliedPos.set(life, pos);
      if (this.committed.length < pos) {
        this.committed.push(label(entry));
        this.#onQuorum(pos, label(entry));
      }
      expect(label(entry), `X1: ${life} at ${pos}`).toBe(this.committed[pos - 1]);
    }
    for (const { pos, reqId } of effect.waiting) {
      const payload = node.asked.get(reqId);
      expect(payload, `X4: ${life} answers ${reqId}`).toBeDefined();
      expect(this.committed[pos - 1], `X4: ${life}, ${reqId}`).toContain(JSON.stringify(payload));
      expect(this.acked.has(payload ?? ''), `${payload} answered twice`).toBe(false);
      this.acked.set(payload ?? '', pos);
    }
  }

  /** X3: at the moment of commitment a quorum has it on disk. */
  #onQuorum(pos: number, wanted: string): void {
    const holders = this.#nodes.filter(({ disk }) => {
      const entry = disk.log[pos - 1];
      return entry !== undefined && label(entry) === wanted;
    });
    expect(holders.length * 2, `X3: ${wanted} at ${pos}`).toBeGreaterThan(this.#nodes.length);
  }

  /** Z1 and X6 on the disk; X3 for ever: a quorum always holds what is committed. */
  afterBarrier(node: Observed, torn = false): void {
    const { acceptedEpoch, currentEpoch, log } = node.disk;
    const epoch = log.at(-1)?.epoch ?? 0;
    expect(acceptedEpoch, `Z1: ${node.id}`).toBeGreaterThanOrEqual(currentEpoch);
    if (torn) expect(acceptedEpoch, `Z1: ${node.id}`).toBeGreaterThanOrEqual(epoch);
    else expect(currentEpoch, `Z1: ${node.id}`).toBeGreaterThanOrEqual(epoch);
    const before = this.#epochs.get(node.id) ?? { accepted: 0, current: 0 };
    expect(acceptedEpoch, `X6: ${node.id}`).toBeGreaterThanOrEqual(before.accepted);
    expect(currentEpoch, `X6: ${node.id}`).toBeGreaterThanOrEqual(before.current);
    this.#epochs.set(node.id, { accepted: acceptedEpoch, current: currentEpoch });
    const last = this.committed.length;
    const wanted = this.committed[last - 1];
    if (wanted !== undefined) this.#onQuorum(last, wanted);
  }

  /** X7: what a message reveals is durable when it leaves. Z2: one sender per epoch. */
  atSend(node: Observed, msg: ZabMessage): void {
    const { acceptedEpoch, currentEpoch, log } = node.disk;
    const holds = (zxid: Zxid) =>
      zxid.epoch === 0 || log.some((entry) => compareZxids(entry, zxid) === 0);
    if (msg.type === 'LeaderInfo' || msg.type === 'AckEpoch') {
      expect(acceptedEpoch, `X7: ${node.id} ${msg.type}`).toBeGreaterThanOrEqual(msg.epoch);
    } else if (msg.type === 'NewLeaderAck') {
      expect(currentEpoch, `X7: ${node.id} ${msg.type}`).toBeGreaterThanOrEqual(msg.epoch);
      expect(holds(msg.lastZxid) || currentEpoch > msg.epoch, 'X7: history of the ack').toBe(true);
    } else if (msg.type === 'Ack') {
      expect(holds(msg.zxid) || acceptedEpoch > msg.epoch, 'X7: acknowledged').toBe(true);
    } else if (msg.type === 'NewLeader' || msg.type === 'Proposal') {
      this.#onlyOne(this.#senders, msg.epoch, node, `Z2: ${msg.type} of epoch`);
    }
  }

  /** Nothing answered is ever missing from what is committed. */
  atEnd(): void {
    for (const [payload, pos] of this.acked) {
      expect(this.committed[pos - 1], `acked ${payload}`).toContain(JSON.stringify(payload));
    }
  }
}
