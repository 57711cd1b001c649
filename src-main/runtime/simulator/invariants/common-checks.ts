/**
 * The invariants all three protocols share (protocols.md 7.1): X1 to X6, X8, and the order of
 * acknowledged operations that linearizability asks for while every read goes through the log.
 */
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { Digest } from '../../../protocols/kernel/digest.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import { majoritySize } from '../../../protocols/quorum/majority.ts';
import type { ApplyResult } from '../../../services/state-machine.ts';
import type { Era } from '../../../vocabulary/era.ts';
import type { Answer } from '../../driver/ports.ts';
import type { ClientRequestInfo, SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import { lifeName, type NodeMemory } from './memory.ts';
import type { Committed } from './protocol-checks.ts';
import { entryText, eraText, sameJson, sameValue, type Report } from './violation.ts';

interface FirstApply {
  readonly digest: Digest;
  readonly result: ApplyResult;
  readonly by: string;
}

export class CommonChecks implements Committed {
  readonly entries: (Entry | undefined)[] = [];
  readonly eras: (number | undefined)[] = [];
  max = 0;
  /** Answered `ok` so far. */
  acknowledged = 0;
  readonly #world: World;
  readonly #report: Report;
  readonly #majority: number;
  readonly #applied: (FirstApply | undefined)[] = [];
  readonly #leaders = new Map<string, string>();
  readonly #effective = new Map<string, number>();
  readonly #invoked = new Map<string, unknown>();
  /** Highest position answered before an operation was asked for the first time. */
  readonly #askedAfter = new Map<string, number>();
  #answeredMax = 0;

  constructor(world: World, report: Report) {
    this.#world = world;
    this.#report = report;
    this.#majority = majoritySize(world.ids.length);
  }

  /** X8: one leader an era, counting lives. */
  leads(node: SimNode, era: Era): void {
    const key = eraText(era);
    const name = lifeName(node);
    const first = this.#leaders.get(key);
    if (first === undefined) this.#leaders.set(key, name);
    else if (first !== name) this.#report('X8', node.id, `${first} and ${name} lead era ${key}`);
  }

  /** How many eras had a leader. */
  get elections(): number {
    return this.#leaders.size;
  }

  /** X2 and X3. @returns whether nobody had committed this position before. */
  commits(memory: NodeMemory, pos: number): boolean {
    const entry = memory.log[pos];
    const { id } = memory.node;
    if (entry === undefined) {
      this.#report('X1', id, `${id} commits position ${pos} but holds nothing there`);
      return false;
    }
    const known = this.entries[pos];
    if (known !== undefined) {
      if (!sameValue(known, entry)) {
        const text = `${id} commits ${entryText(entry)}; committed before: ${entryText(known)}`;
        this.#report('X2', id, text);
      }
      return false;
    }
    this.entries[pos] = entry;
    this.eras[pos] = memory.era.number;
    if (pos > this.max) this.max = pos;
    this.#assertDurable(pos, `${id} commits it`);
    return true;
  }

  /** X3: no quorum may be left without what is committed. */
  #assertDurable(pos: number, when: string): boolean {
    const entry = this.entries[pos];
    if (entry === undefined) return true;
    let without = 0;
    const holders: string[] = [];
    for (const id of this.#world.ids) {
      if (!this.#world.isMember(id)) continue;
      const held = this.#world.node(id).disk.at(pos);
      if (held !== undefined && (held === entry || sameValue(held, entry))) holders.push(id);
      else without += 1;
    }
    if (without < this.#majority) return true;
    const who = holders.length === 0 ? 'no disk' : `the disk of ${holders.join(', ')} only`;
    this.#report('X3', null, `${entryText(entry)} is committed and on ${who} when ${when}`);
    return false;
  }

  /** X3 for what has been committed, after a disk lost or replaced something. */
  synced(node: SimNode, ops: readonly PersistOp[]): void {
    let from = Number.POSITIVE_INFINITY;
    for (const op of ops) {
      if (op.op === 'truncate') from = Math.min(from, op.from);
      else if (op.op === 'put') {
        const first = op.entries[0];
        if (first === undefined || first.pos > this.max) continue;
        from = Math.min(from, this.#firstForeign(op.entries));
      }
    }
    for (let pos = from; pos <= this.max; pos += 1) {
      if (!this.#assertDurable(pos, `the disk of ${node.id} changes`)) return;
    }
  }

  #firstForeign(entries: readonly Entry[]): number {
    for (const entry of entries) {
      const known = this.entries[entry.pos];
      if (known !== undefined && known !== entry && !sameValue(known, entry)) return entry.pos;
    }
    return Number.POSITIVE_INFINITY;
  }

  wiped(node: SimNode): void {
    for (let pos = 1; pos <= this.max; pos += 1) {
      if (!this.#assertDurable(pos, `the disk of ${node.id} is lost`)) return;
    }
  }

  /** X1 and X5. */
  applied(node: SimNode, entry: Entry, result: ApplyResult, digest: Digest): void {
    const { pos } = entry;
    const first = this.#applied[pos];
    if (first !== undefined) {
      if (first.digest.high === digest.high && first.digest.low === digest.low) return;
      const text = `${node.id} applies ${entryText(entry)}, not what ${first.by} applied there`;
      this.#report('X1', node.id, text);
      return;
    }
    this.#applied[pos] = { digest, result, by: lifeName(node) };
    if (this.entries[pos] === undefined) {
      this.#report('X1', node.id, `${node.id} applies ${pos}, which nobody has committed`);
    }
    this.#assertInvoked(node, entry);
    if (!result.effective || entry.type !== 'command' || entry.client === null) return;
    const key = `${entry.client.session}:${entry.client.seq}`;
    const before = this.#effective.get(key);
    if (before === undefined) this.#effective.set(key, pos);
    else this.#report('X5', node.id, `operation ${key} takes effect at ${before} and at ${pos}`);
  }

  #assertInvoked(node: SimNode, entry: Entry): void {
    if (entry.type !== 'command' || entry.client === null) return;
    const key = `${entry.client.session}:${entry.client.seq}`;
    const asked = this.#invoked.get(key);
    if (this.#invoked.has(key) && sameJson(asked, entry.payload)) return;
    this.#report('X5', node.id, `${entryText(entry)} was asked by nobody`);
  }

  asked(request: ClientRequestInfo): void {
    if (request.kind !== 'command') return;
    const key = `${request.session}:${request.seq}`;
    if (!this.#invoked.has(key)) this.#invoked.set(key, request.payload);
    if (!this.#askedAfter.has(key)) this.#askedAfter.set(key, this.#answeredMax);
  }

  /** X4: what a client was told stands in its place, with that result; X9: and in real time. */
  answered(request: ClientRequestInfo, answer: Answer): void {
    if (!answer.ok) return;
    const { pos } = answer;
    this.acknowledged += 1;
    const entry = this.entries[pos];
    const who = `${request.client} (${request.session}:${request.seq})`;
    if (entry === undefined) {
      this.#report('X4', request.node, `${who} is answered from ${pos}, which is not committed`);
      return;
    }
    const applied = this.#applied[pos]?.result;
    if (applied === undefined || !applied.ok || !sameJson(applied.result, answer.result)) {
      this.#report('X4', request.node, `${who} gets a result that ${pos} does not have`);
    }
    if (request.kind !== 'command') return;
    const { client } = entry;
    if (client === null || client.session !== request.session || client.seq !== request.seq) {
      this.#report('X4', request.node, `${who} is answered from ${entryText(entry)}`);
    }
    const after = this.#askedAfter.get(`${request.session}:${request.seq}`) ?? 0;
    if (pos <= after) {
      const text = `${who} takes effect at ${pos}, asked after ${after} was answered`;
      this.#report('X9', request.node, text);
    }
    if (pos > this.#answeredMax) this.#answeredMax = pos;
  }
}
