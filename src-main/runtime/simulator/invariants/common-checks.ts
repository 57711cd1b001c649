/**
 * The invariants all three protocols share (protocols.md 7.1): X1 to X6, X8, and the order of
 * acknowledged operations that linearizability asks for (reads without entries: read-checks.ts).
 */
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { Digest } from '../../../protocols/kernel/digest.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { ApplyResult } from '../../../services/state-machine.ts';
import type { Era } from '../../../vocabulary/era.ts';
import type { Answer } from '../../driver/ports.ts';
import type { ClientRequestInfo, SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import { ConfigHistory } from './config-history.ts';
import { DurabilityChecks } from './durability-checks.ts';
import { lifeName, type NodeMemory } from './memory.ts';
import type { Committed } from './protocol-checks.ts';
import { firstVoters, quorumRules } from './quorum-rules.ts';
import { ReadChecks } from './read-checks.ts';
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
  readonly configs: ConfigHistory;
  readonly reads: ReadChecks;
  readonly #durability: DurabilityChecks;
  readonly #report: Report;
  readonly #applied: (FirstApply | undefined)[] = [];
  readonly #leaders = new Map<string, string>();
  readonly #effective = new Map<string, number>();
  readonly #invoked = new Map<string, unknown>();
  /** Highest position answered before an operation was asked for the first time. */
  readonly #askedAfter = new Map<string, number>();
  /** Where the configuration stood that was in force when an operator asked. */
  readonly #configAt = new Map<number, number>();
  #answeredMax = 0;

  constructor(world: World, report: Report) {
    this.#report = report;
    this.configs = new ConfigHistory(firstVoters(world));
    this.reads = new ReadChecks(world.spec, this, report);
    const rules = quorumRules(world.spec);
    this.#durability = new DurabilityChecks(world, this.configs, rules, report);
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
      if (pos <= memory.snapshotPos) return false;
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
    this.reads.committedIn(memory.era.number);
    this.#durability.assertKept(entry, `${id} commits it`);
    if (entry.type === 'config' && this.configs.add(entry) !== null) {
      this.#durability.reconfigured(pos, this.entries);
    }
    return true;
  }

  /** X3 for what has been committed, after a disk lost or replaced something. */
  synced(node: SimNode, ops: readonly PersistOp[]): void {
    if (ops.some((op) => op.op !== 'hard')) this.#durability.synced(node, ops, this.entries);
  }

  wiped(node: SimNode): void {
    this.#durability.wiped(node, this.entries);
  }

  /** A snapshot holds nothing that was not committed. */
  asksSnapshot(memory: NodeMemory, lastPos: number): void {
    const { id } = memory.node;
    if (lastPos <= this.max) return;
    this.#report('X1', id, `${id} has a snapshot of ${lastPos}, committed is ${this.max}`);
  }

  /** X1: the state of an image is the state that others reached entry by entry. */
  loaded(node: SimNode, pos: number, digest: Digest): void {
    const first = this.#applied[pos];
    if (first === undefined) {
      this.#report('X1', node.id, `${node.id} loads a state of ${pos} that nobody had`);
    } else if (first.digest.high !== digest.high || first.digest.low !== digest.low) {
      this.#report('X1', node.id, `${node.id} loads another state of ${pos} than ${first.by} had`);
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
    this.reads.asked(request);
    if (request.kind === 'admin') this.#configAt.set(request.reqId, this.configs.latest.pos);
    if (request.kind !== 'command') return;
    const key = `${request.session}:${request.seq}`;
    if (!this.#invoked.has(key)) this.#invoked.set(key, request.payload);
    if (!this.#askedAfter.has(key)) this.#askedAfter.set(key, this.#answeredMax);
  }

  answered(request: ClientRequestInfo, answer: Answer): void {
    if (request.kind === 'read') this.reads.answered(request, answer);
    if (!answer.ok) return;
    if (request.kind === 'admin') return this.#administered(request);
    const { pos } = answer;
    this.acknowledged += 1;
    if (request.kind !== 'read') this.#assertAnswer(request, answer);
    if (pos > this.#answeredMax) this.#answeredMax = pos;
  }

  /** X4: a change of the configuration that was answered is committed. */
  #administered({ reqId, node, op }: ClientRequestInfo): void {
    const since = this.#configAt.get(reqId) ?? 0;
    if (op === undefined || this.configs.hasSince(since, op)) return;
    const text = `${node} says "${op.op}" is done; no configuration from ${since} on is like that`;
    this.#report('X4', node, text);
  }

  /** X4: what a client was told stands in its place, with that result; X9: and in real time. */
  #assertAnswer(request: ClientRequestInfo, answer: Extract<Answer, { ok: true }>): void {
    const { pos } = answer;
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
    // A value of single-decree Paxos belongs to no session.
    const isValue = client === null && request.session === 0;
    if (isValue && sameJson(entry.payload, request.payload)) return;
    if (client === null || client.session !== request.session || client.seq !== request.seq) {
      this.#report('X4', request.node, `${who} is answered from ${entryText(entry)}`);
    }
    const after = this.#askedAfter.get(`${request.session}:${request.seq}`) ?? 0;
    if (pos > after) return;
    const text = `${who} takes effect at ${pos}, asked after ${after} was answered`;
    this.#report('X9', request.node, text);
  }
}
