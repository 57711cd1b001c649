/** One transcript under way: its cluster, its clients, and what each command does. */
import type { AdminOp, ClientOp } from '../../../src-main/protocols/kernel/core.ts';
import { digestHex } from '../../../src-main/protocols/kernel/digest.ts';
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { CommandLine, nodesOf, toNumber, toValue } from './command-line.ts';
import {
  formatEntry,
  formatFields,
  formatMessage,
  formatOutcome,
  formatState,
  formatValue,
} from '../../../src-main/runtime/simulator/script/format.ts';
import { Printer } from './printer.ts';
import { loadProtocol } from './protocol-loader.ts';
import { TEST_TIMING } from './cluster-host.ts';
import { TestCluster } from './test-cluster.ts';

interface ClientSession {
  readonly name: string;
  readonly reqId: number;
  seqLast: number;
}

type Handler = (line: CommandLine) => void | Promise<void>;

export class TranscriptSession {
  #cluster: TestCluster | null = null;
  readonly #labels = new Map<number, string>();
  readonly #sessions: ClientSession[] = [];
  readonly #printer = new Printer((reqId) => this.#labels.get(reqId) ?? `request ${reqId}`);

  /** Runs one command. @returns what it printed. */
  async run(text: string): Promise<string[]> {
    const quiet = text.startsWith('quiet ');
    const line = new CommandLine(quiet ? text.slice('quiet '.length) : text);
    const handler = this.#handlers[line.name];
    if (handler === undefined) throw new Error(`unknown command ${line.name}`);
    await handler(line);
    line.assertAllUsed();
    const lines = this.#printer.take();
    return quiet ? lines.filter((each) => each.startsWith('  VIOLATION')) : lines;
  }

  /** The language; README.md shows each command in use. */
  readonly #handlers: { readonly [name: string]: Handler } = {
    cluster: (line) => this.#openCluster(line),
    tick: (line) => this.#tick(line),
    deliver: (line) => this.#counted(this.cluster.deliver(line.filter(), line.number('count'))),
    drop: (line) => this.#counted(this.cluster.drop(line.filter(), line.number('count'))),
    duplicate: (line) => this.#counted(this.cluster.duplicate(line.filter(), line.number('count'))),
    reorder: (line) => this.cluster.network.reorder(line.text('from') ?? '', line.text('to') ?? ''),
    session: (line) => this.#openSession(line),
    client: (line) => this.#client(line),
    admin: (line) => this.#admin(line),
    'link-down': (line) => this.cluster.linkDown(line.word(0, 'node'), line.word(1, 'peer')),
    'link-up': (line) => this.cluster.linkUp(line.word(0, 'node'), line.word(1, 'peer')),
    cut: (line) => this.cluster.cut(line.word(0, 'sender'), line.word(1, 'addressee')),
    'hold-link': (line) => this.cluster.holdLink(line.word(0, 'sender'), line.word(1, 'addressee')),
    'free-link': (line) => this.cluster.freeLink(line.word(0, 'sender'), line.word(1, 'addressee')),
    partition: (line) => this.cluster.partition(line.words.map((group) => group.split(','))),
    heal: () => this.cluster.heal(),
    crash: (line) => this.cluster.crash(line.word(0, 'node'), line.number('keep')),
    restart: (line) => this.cluster.restart(line.word(0, 'node')),
    reload: (line) => this.cluster.reload(line.word(0, 'node')),
    'hold-disk': (line) => this.cluster.holdDisk(line.word(0, 'node')),
    'release-disk': (line) => this.cluster.releaseDisk(line.word(0, 'node'), line.number('count')),
    stabilize: (line) => this.#stabilize(line),
    elect: (line) => this.#elect(line),
    state: (line) => this.#state(line),
    log: (line) => this.#log(line),
    applied: (line) => this.#applied(line),
    messages: (line) => this.#messages(line),
  };

  get cluster(): TestCluster {
    if (this.#cluster === null) throw new Error('the first command must be `cluster`');
    return this.#cluster;
  }

  async #openCluster(line: CommandLine): Promise<void> {
    const protocol = await loadProtocol(line.word(0, 'protocol'));
    const electionTicksMin = line.number('election') ?? TEST_TIMING.electionTicksMin;
    const timing = {
      ...TEST_TIMING,
      heartbeatTicks: line.number('heartbeat') ?? TEST_TIMING.heartbeatTicks,
      electionTicksMin,
      electionTicksMax: line.number('electionMax') ?? 2 * electionTicksMin,
    };
    const cluster = new TestCluster({
      protocol,
      nodes: line.number('nodes') ?? 3,
      seed: line.number('seed') ?? 1,
      mutants: (line.text('mutants') ?? '').split(',').filter((name) => name !== ''),
      service: line.text('service') ?? 'kv',
      options: line.otherPairs(),
      timing,
      strict: false,
    });
    this.#cluster = cluster;
    cluster.onEvent = (event) => this.#printer.on(event);
    cluster.start();
  }

  #counted(count: number): void {
    if (count === 0) this.#printer.print('no message');
  }

  #tick(line: CommandLine): void {
    const count = toNumber(line.words[1] ?? '1', 'ticks');
    const elapsed = line.number('elapsed');
    for (let i = 0; i < count; i += 1) {
      for (const id of nodesOf(line.word(0, 'node'), this.cluster.ids)) {
        if (elapsed === undefined) this.cluster.tick(id);
        else this.cluster.tickElapsed(id, elapsed);
      }
    }
  }

  #openSession(line: CommandLine): void {
    const name = line.text('as') ?? `c${this.#sessions.length + 1}`;
    const [reqId] = this.#request(line, [{ kind: 'open-session' }], () => `${name} open`);
    this.#sessions.push({ name, reqId: reqId ?? 0, seqLast: 0 });
  }

  /** Labels are set before the step, because the printer needs them while it runs. */
  #request(line: CommandLine, ops: readonly ClientOp[], label: (i: number) => string): number[] {
    const first = Math.max(0, ...this.#labels.keys()) + 1;
    ops.forEach((_, i) => this.#labels.set(first + i, label(i)));
    return this.cluster.client(line.word(0, 'node'), ops);
  }

  #client(line: CommandLine): void {
    const name = line.text('session');
    const client =
      name === undefined ? this.#sessions.at(-1) : this.#sessions.find((s) => s.name === name);
    if (client === undefined) throw new Error('open a session first');
    const session = this.#idOf(client);
    const acked = line.number('acked') ?? 0;
    const first = line.number('seq') ?? client.seqLast + 1;
    const count = line.number('count') ?? 1;
    const payload = payloadOf(line);
    const ops = Array.from({ length: count }, (_, i): ClientOp => {
      if (line.words[1] === 'close') return { kind: 'close-session', session };
      return { kind: 'command', session, seq: first + i, acked, payload };
    });
    client.seqLast = Math.max(client.seqLast, first + count - 1);
    this.#request(line, ops, (i) => `${client.name}#${first + i}`);
  }

  /** A session that is not open yet has an id that no session ever has. */
  #idOf(client: ClientSession): number {
    const outcome = this.cluster.answers.get(client.reqId)?.outcome;
    if (outcome?.ok !== true || !('result' in outcome)) return 0;
    return (outcome.result as { readonly session: number }).session;
  }

  #admin(line: CommandLine): void {
    const op = line.word(1, 'operation');
    this.#labels.set(Math.max(0, ...this.#labels.keys()) + 1, `admin ${op}`);
    this.cluster.admin(line.word(0, 'node'), adminOpOf(op, line));
  }

  #stabilize(line: CommandLine): void {
    const limit = line.number('limit');
    const done = this.cluster.stabilize({
      ...(limit === undefined ? {} : { limit }),
      ...(line.words.length === 0 ? {} : { among: line.words }),
    });
    if (!done) this.#printer.print('not quiet yet');
  }

  #elect(line: CommandLine): void {
    const id = line.word(0, 'node');
    if (!this.cluster.elect(id)) this.#printer.print(`${id} does not lead`);
  }

  #state(line: CommandLine): void {
    for (const id of nodesOf(line.words[0], this.cluster.ids)) {
      const node = this.cluster.node(id);
      if (!node.running) {
        this.#printer.print(`${id} down${node.haltedBy === null ? '' : `: ${node.haltedBy}`}`);
        continue;
      }
      const view = this.cluster.describe(id);
      this.#printer.print(`${id} ${formatState(view)}`);
      if (line.words[0] === undefined) continue;
      for (const { name, value } of view.own)
        this.#printer.print(`  ${name}=${formatValue(value)}`);
    }
  }

  #log(line: CommandLine): void {
    for (const id of nodesOf(line.words[0], this.cluster.ids)) {
      const node = this.cluster.node(id);
      const { hard, log: durable } = node.durable();
      const onDisk = new Set(durable.map((entry) => JSON.stringify(entry)));
      this.#printer.print([id, ...formatFields(hard)].join(' '));
      for (const entry of node.log()) {
        const mark = onDisk.has(JSON.stringify(entry)) ? '' : ' (unsynced)';
        this.#printer.print(`  ${formatEntry(entry)}${mark}`);
      }
    }
  }

  #applied(line: CommandLine): void {
    for (const id of nodesOf(line.words[0], this.cluster.ids)) {
      const { applied, machine } = this.cluster.node(id);
      this.#printer.print(`${id} ${digestHex(machine.digest())}`);
      for (const { entry, outcome } of applied) {
        this.#printer.print(`  ${formatEntry(entry)}: ${formatOutcome(outcome)}`);
      }
    }
  }

  #messages(line: CommandLine): void {
    for (const { from, to, msg } of this.cluster.messages({ ...line.filter(), held: true })) {
      const held = this.cluster.network.link(from, to).held ? ' (link held)' : '';
      this.#printer.print(`${from} -> ${to} ${formatMessage(msg)}${held}`);
    }
    for (const id of this.cluster.ids as readonly NodeId[]) {
      for (const { to, msg, after } of this.cluster.node(id).gated) {
        this.#printer.print(`${id} -> ${to} ${formatMessage(msg)} waits for #${after}`);
      }
    }
  }
}

/** `put k v`, `get k`, `delete k`, `incr k 2`, `cas k v expectVersion=1`, `list prefix`. */
function payloadOf(line: CommandLine): Json {
  const op = line.word(1, 'operation');
  const first = line.words[2];
  const second = line.words[3];
  if (op === 'close') return null;
  if (op === 'list') return { op, ...(first === undefined ? {} : { prefix: first }) };
  const operand = op === 'incr' ? 'by' : 'value';
  return {
    op,
    key: line.word(2, 'key'),
    ...(second === undefined ? {} : { [operand]: toValue(second) as Json }),
    ...line.otherPairs(),
  };
}

function adminOpOf(op: string, line: CommandLine): AdminOp {
  if (op === 'snapshot') return { op, retain: null };
  const nodeId = line.word(2, 'node');
  if (op === 'transfer') return { op, to: nodeId };
  if (op === 'remove' || op === 'promote') return { op, nodeId };
  if (op === 'add') return { op, member: { nodeId, storageId: `disk-${nodeId}` }, as: 'voter' };
  throw new Error(`admin: unknown operation ${op}`);
}
