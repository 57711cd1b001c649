/**
 * A cluster member as a process: sockets, SQLite file, journal and clock around the driver. All
 * that arrives in one turn of the event loop is one turn of the driver. No await on that path.
 */
import { performance } from 'node:perf_hooks';
import { AssertionError } from '../../base/assert.ts';
import { deriveSeed } from '../../base/prng.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import type { AdminOp, Input, ProtocolDefinition } from '../../protocols/kernel/core.ts';
import { createService } from '../../services/index.ts';
import { StateMachine } from '../../services/state-machine.ts';
import type { EndHeader, NodeCounters } from '../../vocabulary/journal.ts';
import type { MessageKind, TraceEvent } from '../../vocabulary/trace.ts';
import { messageId } from '../driver/journal-lines.ts';
import { NodeDriver } from '../driver/node-driver.ts';
import type { Incoming } from '../driver/ports.ts';
import { CrashPoints } from './crash-points.ts';
import { guardDisk } from './disk-error.ts';
import { Freeze } from './freeze.ts';
import { Gateway } from './gateway.ts';
import { JournalFile } from './journal-file.ts';
import { ManualMode } from './manual-mode.ts';
import type { DiskMode, FromNode, LinkRules, NodeConfig } from './node-config.ts';
import { NodeDisk } from './node-disk.ts';
import type { NodeRules } from '../../vocabulary/fault.ts';
import type { Member } from '../../vocabulary/ids.ts';
import { Stalls } from './stalls.ts';
import { TickClock } from './tick-clock.ts';
import { Transport } from './transport.ts';

const COUNTERS_EVERY_MS = 1_000;
const BULKY_KINDS: ReadonlySet<MessageKind> = new Set(['replicate', 'catch-up', 'election']);

export class NodeProcess {
  readonly #config: NodeConfig;
  readonly #tell: (message: FromNode) => void;
  readonly #fail: (error: unknown) => void;
  readonly #definition: ProtocolDefinition;
  readonly #disk: NodeDisk;
  readonly #journal: JournalFile | null;
  readonly #driver: NodeDriver;
  readonly #transport: Transport;
  readonly #gateway: Gateway;
  readonly #clock: TickClock;
  readonly manual: ManualMode;
  readonly #epochNs: bigint;
  readonly #crashPoints = new CrashPoints();
  readonly #stalls = new Stalls();
  readonly #freeze = new Freeze();
  readonly #messages: Record<string, number> = {};
  #queue: (Input | Incoming)[] = [];
  #drops = '';
  #turnPlanned = false;
  #driverWaits = false;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Infinity;
  #nextCountersMs = 0;

  /**
   * @param tell sends a message to the supervisor.
   * @param fail called once with an error that ends this node.
   */
  constructor(
    config: NodeConfig,
    tell: (message: FromNode) => void,
    fail: (error: unknown) => void,
  ) {
    this.#config = config;
    this.#tell = tell;
    this.#fail = fail;
    this.#epochNs = BigInt(config.epochNs);
    this.#definition = protocolDefinition(config.protocol);
    const service = createService(config.service);
    if (service === null) throw new Error(`no service named ${config.service}`);
    this.#disk = new NodeDisk(config, {
      done: (token) => this.#driver.persisted(token),
      nowMs: () => performance.now(),
      later: (complete) => this.#freeze.pass(() => this.#onDisk(complete)),
      written: () => this.#crashPoints.passing?.('in-persist'),
    });
    const { incarnation } = this.#disk.identity;
    this.#journal = config.journal ? new JournalFile(config.dataDir, incarnation) : null;
    const machine = new StateMachine(service);
    const crashPoints = this.#crashPoints;
    this.#gateway = new Gateway(machine);
    this.#clock = new TickClock(config.timing.tickMs, performance.now());
    this.#setNodeRules(config.rules);
    this.manual = this.#makeManualMode();
    this.#transport = this.#makeTransport();
    this.#transport.setRules(config.links);
    this.#driver = new NodeDriver(this.#definition.create(), machine, config.nodeId, {
      nowUs: () => this.#nowUs(),
      journal: (lines) => this.#writeJournal(lines),
      send: (message) => {
        this.#count(message.msg.type);
        this.#transport.send(message);
      },
      flush: () => this.#transport.flush(),
      persist: (ops, token) => this.#disk.persist(ops, token),
      images: this.#disk.images,
      wake: () => this.#wakeDriver(),
      members: (members) => this.#handleMembers(members),
      reply: (reqId, answer) => this.#gateway.answer(reqId, answer),
      closeLink: (peer, epoch, why) => this.#transport.closeLink(peer, epoch, why),
      trace: (event) => this.#tellTrace(event),
      get passing() {
        return crashPoints.passing;
      },
    });
  }

  #makeManualMode(): ManualMode {
    return new ManualMode({
      incarnation: this.#disk.identity.incarnation,
      clock: this.#clock,
      gateway: this.#gateway,
      core: () => this.#driver.core,
      nowMs: () => performance.now(),
      nowUs: () => this.#nowUs(),
      enqueue: (input) => this.#queue.push(input),
      turn: () => this.#runTurn(),
      traffic: () => this.#transport.traffic,
      tell: this.#tell,
    });
  }

  #makeTransport(): Transport {
    const { cluster, protocol, nodeId, members, peers, socketDir, seed } = this.#config;
    return new Transport(
      {
        cluster,
        protocol,
        self: nodeId,
        members,
        peers,
        socketDir,
        seed,
        freeze: this.#freeze,
        ...this.#disk.identity,
        overSessions: this.#definition.overSessions,
        kindOf: (type) => this.#definition.messageKinds[type] ?? null,
        isBulky: (type) => BULKY_KINDS.has(this.#definition.messageKinds[type] ?? 'replicate'),
      },
      this.#gateway,
      {
        inbox: this.manual.inbox,
        incoming: (message) => this.#queue.push(message),
        up: (peer, linkEpoch) => this.#enqueue({ kind: 'link-up', peer, linkEpoch }),
        down: (peer, linkEpoch) => this.#enqueue({ kind: 'link-down', peer, linkEpoch }),
        spent: (fault, peer) => this.#tell({ t: 'spent', fault, peer }),
        dropped: (message, incarnation, why) => {
          const { from, to, step, index, type } = message;
          const id = messageId(from, incarnation, step, index);
          const header = { k: 'd', us: this.#nowUs(), id, from, to, type, why };
          this.#drops += `${JSON.stringify(header)}\t\n`;
        },
      },
      () => this.#planTurn(),
    );
  }

  /** Boots the core from disk, opens the socket, tells the supervisor. */
  async start(): Promise<void> {
    const config = this.#config;
    const { storageId, incarnation } = this.#disk.identity;
    const durable = this.#disk.load();
    this.#nextCountersMs = performance.now() + COUNTERS_EVERY_MS;
    this.#driver.turn([
      {
        kind: 'boot',
        cluster: config.cluster,
        nodeId: config.nodeId,
        storageId,
        incarnation,
        members: config.members,
        durable,
        seed: deriveSeed(config.seed, `${config.nodeId} ${incarnation}`),
        timing: config.timing,
        options: config.options,
        mutants: config.mutants,
      },
    ]);
    if (config.manual) this.manual.set(true);
    await this.#transport.listen();
    this.#tell({
      t: 'ready',
      incarnation,
      storageId,
      journalFile: this.#journal?.file ?? null,
    });
    this.#arm();
  }

  #nowUs(): number {
    return Math.round(Number(process.hrtime.bigint() - this.#epochNs) / 1_000);
  }

  #enqueue(input: Input): void {
    this.#queue.push(input);
    this.#planTurn();
  }

  #planTurn(): void {
    if (this.#turnPlanned || this.#stopped) return;
    this.#turnPlanned = true;
    setImmediate(() => {
      this.#turnPlanned = false;
      this.#runTurn();
    });
  }

  /** One turn: elapsed time first, then what arrived, then all client requests as one input, and
   *  all reads as one. */
  #runTurn(): void {
    if (this.#stopped || this.#freeze.isOn) return;
    try {
      const ticks = this.#clock.take(performance.now());
      if (ticks > 0) this.#transport.tick(ticks);
      const inputs = this.#queue;
      this.#queue = [];
      if (ticks > 0) inputs.unshift({ kind: 'tick', elapsed: ticks });
      inputs.push(...this.manual.takeRequests());
      if (inputs.length > 0 || this.#driverWaits) this.#turnDriver(inputs);
      this.#transport.flush();
      this.#writeDrops();
      this.#maybeWriteCounters();
      this.manual.report();
      this.#arm();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The driver has more of an image to write or load: a turn without inputs does it. */
  #wakeDriver(): void {
    this.#driverWaits = true;
    this.#planTurn();
  }

  #turnDriver(inputs: readonly (Input | Incoming)[]): void {
    this.#driverWaits = false;
    this.#driver.turn(inputs);
  }

  /** Sleeps no longer than the core can; an earlier timer that is armed already stays. */
  #arm(): void {
    if (this.#clock.isStopped) return;
    const nowMs = performance.now();
    const sleepTicks = Math.max(1, this.#driver.core.sleepTicks());
    const dueMs = nowMs + this.#clock.msUntil(sleepTicks, nowMs);
    if (this.#timer !== null && this.#timerAtMs <= dueMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAtMs = dueMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#runTurn();
      },
      Math.ceil(dueMs - nowMs),
    );
  }

  #writeJournal(lines: string): void {
    if (this.#journal === null) return;
    guardDisk(() => this.#journal?.write(lines));
  }

  #writeDrops(): void {
    if (this.#drops === '') return;
    this.#writeJournal(this.#drops);
    this.#drops = '';
  }

  #maybeWriteCounters(): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextCountersMs) return;
    this.#nextCountersMs = nowMs + COUNTERS_EVERY_MS;
    this.#writeCounters();
  }

  #writeCounters(): void {
    const header = { k: 'c', us: this.#nowUs(), counters: this.counters() };
    this.#writeJournal(`${JSON.stringify(header)}\t\n`);
  }

  #count(type: string): void {
    const kind = this.#definition.messageKinds[type] ?? 'replicate';
    this.#messages[kind] = (this.#messages[kind] ?? 0) + 1;
  }

  #tellTrace(event: TraceEvent): void {
    if (event.kind === 'role') {
      const { role, era, leader, ready } = event;
      this.#tell({ t: 'role', us: this.#nowUs(), role, era, leader, ready });
    } else if (event.kind === 'config') {
      const { kind: _, ...config } = event;
      this.#tell({ t: 'config', config });
    }
  }

  #handleMembers(members: readonly Member[]): void {
    this.#transport.setMembers(members);
    this.#tell({ t: 'members', members });
  }

  counters(): NodeCounters {
    const { user, system } = process.cpuUsage();
    return {
      messages: { ...this.#messages },
      bytes: this.#transport.bytes,
      frames: this.#transport.frames,
      syncs: this.#disk.syncs,
      steps: this.#driver.steps,
      applied: this.#driver.applied,
      rssBytes: process.memoryUsage.rss(),
      cpuUs: user + system,
      ...(this.#disk.held === 0 ? {} : { held: this.#disk.held }),
    };
  }

  setPeers(peers: readonly Member[]): void {
    this.#transport.setPeers(peers);
  }

  setDisk(mode: DiskMode): void {
    this.#freeze.pass(() => this.#onDisk(() => this.#disk.setMode(mode)));
  }

  /** Does what may complete barriers outside of any turn: what waited for them leaves. */
  #onDisk(use: () => void): void {
    if (this.#stopped) return;
    try {
      use();
      this.#transport.flush();
      this.#arm();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A command of the operator; answered over the control channel, or never. */
  admin(id: number, op: AdminOp): void {
    const reqId = this.#gateway.expect((answer) => this.#tell({ t: 'admin', id, answer }));
    this.#enqueue({ kind: 'admin', reqId, op });
  }

  setRules(links: LinkRules, rules: NodeRules): void {
    this.#transport.setRules(links);
    this.#setNodeRules(rules);
    this.#freeze.pass(() => this.#onDisk(() => this.#disk.setRules(rules.disk)));
  }

  /** What faults do to this node from now on. */
  #setNodeRules({ clock, crashAt, stall }: NodeRules): void {
    this.#crashPoints.setArmed(crashAt);
    this.#clock.setRate(clock.rate, performance.now());
    this.#stalls.set(stall);
  }

  /** The clock is so much further at once. */
  jump(ms: number): void {
    this.#clock.jump(ms);
    this.#planTurn();
  }

  /** Cooperative pause, where the system has no SIGSTOP. */
  setFrozen(on: boolean): void {
    this.#freeze.set(on);
    if (!on) this.#planTurn();
  }

  /** Ends this life: the last lines of the journal, then sockets and files. */
  stop(why: EndHeader['why'], error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stalls.stop();
    try {
      this.#writeDrops();
      this.#writeCounters();
      const text = error === null ? {} : { error: describeError(error) };
      this.#writeJournal(`${JSON.stringify({ k: 'x', us: this.#nowUs(), why, ...text })}\t\n`);
    } catch {
      // A full disk cannot take the last words; the lab has them from the control channel.
    }
    this.#transport.close();
    this.#journal?.close();
    this.#disk.close(why === 'stop');
  }
}

/** Message and stack of a bug, message alone of anything else. */
export function describeError(error: unknown): string {
  if (error instanceof AssertionError) return error.stack ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
