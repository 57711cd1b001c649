/**
 * One node as its supervisor sees it: a child process that is started, told, signalled and watched.
 * Knows nothing of clusters.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { assert } from '../base/assert.ts';
import type { NodeCounters } from '../vocabulary/journal.ts';
import type { NodeRules } from '../vocabulary/fault.ts';
import type { ManualNodeAct } from '../vocabulary/manual.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { AdminOp } from '../protocols/kernel/core.ts';
import type { Member } from '../vocabulary/ids.ts';
import type { Answer } from '../runtime/driver/ports.ts';
import type {
  DiskMode,
  FromNode,
  LinkRules,
  NodeConfig,
  ToNode,
} from '../runtime/process/node-config.ts';
import type { ChildEntries } from './child-entries.ts';
import { Questions } from './questions.ts';

/** A node keeps nearly all it allocates (its log): a large nursery only makes the process larger,
 *  264 MB instead of 155 for 230,000 entries of 100 bytes. */
const NODE_FLAG = '--max-semi-space-size=8';
const STDERR_BYTES_MAX = 8 * 1024;
const STOP_MS_MAX = 2_000;
const COUNTERS_MS_MAX = 2_000;
/** A change of the cluster is answered when a quorum has it, a transfer after an election. */
const ADMIN_MS_MAX = 5_000;
/** One turn of the node, at once. */
const ACT_MS_MAX = 5_000;

export type InboxReport = Omit<Extract<FromNode, { t: 'inbox' }>, 't'>;
export type NodeRoleMessage = Extract<FromNode, { t: 'role' }>;

/** Why a node is no longer there: asked for by the lab, or on its own. */
export interface NodeExit {
  /** null: no process was made. */
  readonly pid: number | null;
  readonly asked: 'kill' | 'stop' | null;
  readonly code: number | null;
  readonly signal: string | null;
  /** The node's own words, or the end of its standard error. */
  readonly error: string | null;
}

export interface NodeHandleEvents {
  ready(incarnation: number, storageId: string, journalFile: string | null): void;
  role(message: NodeRoleMessage): void;
  config(config: Extract<FromNode, { t: 'config' }>['config']): void;
  members(members: readonly Member[]): void;
  spent(fault: number, peer: NodeId): void;
  /** In manual mode: what its inbox has now. */
  inbox(report: InboxReport): void;
  exited(exit: NodeExit): void;
}

export class NodeHandle {
  readonly nodeId: NodeId;
  readonly #entries: ChildEntries;
  readonly #events: NodeHandleEvents;
  #child: ChildProcess | null = null;
  #asked: 'kill' | 'stop' | null = null;
  #paused = false;
  #ready = false;
  #stderr = '';
  #failure: string | null = null;
  #exitWaiters: (() => void)[] = [];
  readonly #counters = new Questions<NodeCounters>(COUNTERS_MS_MAX);
  readonly #admins = new Questions<Answer>(ADMIN_MS_MAX);
  readonly #acts = new Questions<{ readonly problem: string | null }>(ACT_MS_MAX);

  constructor(nodeId: NodeId, entries: ChildEntries, events: NodeHandleEvents) {
    this.nodeId = nodeId;
    this.#entries = entries;
    this.#events = events;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** It was told to end, and has not ended yet. */
  get isGoing(): boolean {
    return this.#child !== null && this.#asked !== null;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Starts the process; `ready` or `exited` follows. */
  start(config: NodeConfig): void {
    assert(this.#child === null, `${this.nodeId} runs already`);
    this.#asked = null;
    this.#stderr = '';
    this.#failure = null;
    this.#ready = false;
    const child = fork(this.#entries.node, [JSON.stringify(config)], {
      execPath: this.#entries.execPath,
      execArgv: [NODE_FLAG],
      env: { ...process.env, ...this.#entries.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#child = child;
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_BYTES_MAX);
    });
    child.on('message', (message) => this.#handle(message as FromNode));
    child.on('error', (error) => {
      this.#failure ??= error.message;
      if (child.pid === undefined) this.#gone(child, null, null);
    });
    // `close`, not `exit`: standard error is complete only then.
    child.on('close', (code, signal) => this.#gone(child, code, signal));
  }

  #handle(message: FromNode): void {
    switch (message.t) {
      case 'ready':
        this.#ready = true;
        return this.#events.ready(message.incarnation, message.storageId, message.journalFile);
      case 'role':
        return this.#events.role(message);
      case 'config':
        return this.#events.config(message.config);
      case 'members':
        return this.#events.members(message.members);
      case 'spent':
        return this.#events.spent(message.fault, message.peer);
      case 'inbox':
        return this.#events.inbox(message);
      case 'acted':
        return this.#acts.answer(message.id, message);
      case 'failed':
        this.#failure = message.error;
        return;
      case 'counters':
        return this.#counters.answer(message.id, message.counters);
      case 'admin':
        return this.#admins.answer(message.id, message.answer);
    }
  }

  #gone(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#paused = false;
    this.#ready = false;
    this.#counters.endAll();
    this.#admins.endAll();
    this.#acts.endAll();
    const error = this.#failure ?? (this.#stderr.trim() === '' ? null : this.#stderr.trim());
    const pid = child.pid ?? null;
    this.#events.exited({ pid, asked: this.#asked, code, signal, error });
    for (const waiter of this.#exitWaiters.splice(0)) waiter();
  }

  #send(message: ToNode): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  setRules(links: LinkRules, rules: NodeRules): void {
    this.#send({ t: 'rules', links, rules });
  }

  /** Its clock is so much further at once. */
  jump(ms: number): void {
    this.#send({ t: 'jump', ms });
  }

  setPeers(peers: readonly Member[]): void {
    this.#send({ t: 'peers', peers });
  }

  setDisk(mode: DiskMode): void {
    this.#send({ t: 'disk', mode });
  }

  setManual(on: boolean): void {
    this.#send({ t: 'manual', on });
  }

  /** Does one thing in its inbox. @returns why not; null when it is done. */
  async act(act: ManualNodeAct): Promise<string | null> {
    if (this.#child === null) return `${this.nodeId} does not run`;
    const answer = await this.#acts.ask((id) => this.#send({ t: 'manual-act', id, act }));
    return answer === null ? `${this.nodeId} does not answer` : answer.problem;
  }

  /** Asks the node for a change; null when it does not answer, which says nothing of the change. */
  admin(op: AdminOp): Promise<Answer | null> {
    if (this.#child === null) return Promise.resolve(null);
    return this.#admins.ask((id) => this.#send({ t: 'admin', id, op }));
  }

  /** SIGKILL, whatever state it is in. Resolves when the process is gone. */
  kill(): Promise<void> {
    if (this.#child === null) return Promise.resolve();
    this.#asked ??= 'kill';
    this.#child.kill('SIGKILL');
    return this.#exited();
  }

  /** Asks it to end; kills it when it does not within two seconds. */
  async stop(): Promise<void> {
    if (this.#child === null) return;
    this.#asked ??= 'stop';
    if (this.#paused) this.resume();
    this.#send({ t: 'stop' });
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS_MAX);
    await this.#exited();
    clearTimeout(timer);
  }

  #exited(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child === null) resolve();
      else this.#exitWaiters.push(resolve);
    });
  }

  pause(): void {
    if (this.#child === null || this.#paused) return;
    this.#paused = true;
    if (this.#entries.pauseMode === 'signal') this.#child.kill('SIGSTOP');
    else this.#send({ t: 'freeze', on: true });
  }

  resume(): void {
    if (this.#child === null || !this.#paused) return;
    this.#paused = false;
    if (this.#entries.pauseMode === 'signal') this.#child.kill('SIGCONT');
    else this.#send({ t: 'freeze', on: false });
  }

  /** Totals of this life, or null when the node does not answer. */
  counters(): Promise<NodeCounters | null> {
    if (this.#child === null || this.#paused) return Promise.resolve(null);
    return this.#counters.ask((id) => this.#send({ t: 'counters', id }));
  }
}
