/**
 * The processes of one cluster: started, watched, started again when they die on their own (not
 * without end), and all ended in `stopAll`.
 */
import { killedAtText } from '../vocabulary/crash-points.ts';
import type { Link, NodeRules } from '../vocabulary/fault.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { NodeCounters } from '../vocabulary/journal.ts';
import { crashAtIn } from '../runtime/process/crash-points.ts';
import { NODE_EXIT, type LinkRules, type NodeConfig } from '../runtime/process/node-config.ts';
import type { ClusterPlan, ClusterTools } from './cluster-plan.ts';
import type { Leadership } from './leadership.ts';
import type { Membership } from './membership.ts';
import { LabError } from '../contract/errors.ts';
import { corruptLog, mendLog } from '../runtime/process/corrupt-log.ts';
import { nodeDirectory } from '../runtime/process/own-files.ts';
import { makeNodeDirectory, wipeNodeDirectory } from './node-disk.ts';
import { NodeHandle, type InboxReport, type NodeExit } from './node-handle.ts';
import type { LabEvent } from './ports.ts';

/** A node that dies on its own is started again this often, then it stays down. */
const RESTARTS_MAX = 3;
const RESTART_PAUSE_MS = 200;
const GONE_POLL_MS = 5;

export interface InboxWatcher {
  readonly isOn: boolean;
  note(node: NodeId, report: InboxReport): void;
  noteExit(node: NodeId): void;
}

export interface NodeGroupOptions {
  readonly plan: ClusterPlan;
  readonly tools: ClusterTools;
  readonly membership: Membership;
  readonly address: string;
  readonly epochNs: bigint;
  readonly runDir: string;
  readonly socketDir: string;
  readonly leadership: Leadership;
  readonly nowUs: () => number;
  readonly record: (event: LabEvent) => void;
  readonly linkRulesOf: (node: NodeId) => LinkRules;
  readonly nodeRulesOf: (node: NodeId) => NodeRules;
  /** A limited fault has met its last message on a link. */
  readonly spent: (fault: number, link: Link) => void;
  /** A life began: where its journal is. */
  readonly journal: (node: NodeId, incarnation: number, file: string) => void;
  readonly exited: (node: NodeId) => void;
  /** It was killed at the point that this fault named. */
  readonly killedAtPoint: (node: NodeId, fault: number) => void;
  /** Who hears of inboxes, and whether the cluster is in manual mode. */
  readonly manual: () => InboxWatcher;
  /** A node could not start at all. */
  readonly failedToStart: (text: string) => void;
}

export class NodeGroup {
  readonly #options: NodeGroupOptions;
  readonly #handles = new Map<NodeId, NodeHandle>();
  readonly #restarts = new Map<NodeId, number>();
  /** The newest life of each node. */
  readonly #lives = new Map<NodeId, number>();
  /** Nodes whose disk fails, or is damaged, in this life. */
  readonly #failing = new Set<NodeId>();
  /** Nodes whose log is damaged now. */
  readonly #corrupt = new Set<NodeId>();
  /** The one start that is planned for a node, if any; a kill or another start takes its place. */
  readonly #planned = new Map<NodeId, NodeJS.Timeout>();
  /** false: every node was up once; later deaths are crashes, not failed starts. */
  #starting = true;
  #ending = false;

  constructor(options: NodeGroupOptions) {
    this.#options = options;
  }

  /** From now on a death is a crash of a running node. */
  noteStarted(): void {
    this.#starting = false;
  }

  get protocol(): ProtocolName {
    return this.#options.plan.protocol;
  }

  handle(node: NodeId): NodeHandle | undefined {
    return this.#handles.get(node);
  }

  start(node: NodeId): void {
    if (this.#ending) return;
    this.cancelStart(node);
    const handle = this.#handles.get(node) ?? this.#makeHandle(node);
    const config = this.#configOf(node);
    this.#failing.delete(node);
    this.#noteFailing(node, config.rules);
    if (this.#corrupt.has(node)) this.#failing.add(node);
    handle.start(config);
    if (handle.pid === null) return;
    this.#options.tools.guardian.watch(handle.pid);
    this.#options.tools.places.addNode(handle.pid);
  }

  /** Asked for by a person: the count of its deaths begins anew. */
  startByHand(node: NodeId): void {
    this.#restarts.delete(node);
    this.startWhenGone(node);
  }

  /** Starts a node whose process is still on its way out, as soon as it is gone. */
  startWhenGone(node: NodeId): void {
    if (this.#handles.get(node)?.isRunning !== true) this.start(node);
    else this.#planStart(node, GONE_POLL_MS, () => this.startWhenGone(node));
  }

  #planStart(node: NodeId, delayMs: number, start: () => void): void {
    this.cancelStart(node);
    if (!this.#ending) this.#planned.set(node, setTimeout(start, delayMs));
  }

  /** Forgets a start that is planned: the node is to be down. */
  cancelStart(node: NodeId): void {
    clearTimeout(this.#planned.get(node));
    this.#planned.delete(node);
  }

  #makeHandle(node: NodeId): NodeHandle {
    const { leadership, membership, tools } = this.#options;
    const handle = new NodeHandle(node, tools.entries, {
      ready: (incarnation, _storageId, journalFile) => {
        this.#handleReady(node, incarnation, journalFile);
      },
      role: (message) => leadership.note(node, message),
      config: (config) => {
        membership.noteConfig(node, config);
        tools.changed();
      },
      members: (members) => membership.notePeers(node, members),
      spent: (fault, peer) => this.#options.spent(fault, { from: node, to: peer }),
      inbox: (report) => this.#options.manual().note(node, report),
      exited: (exit) => this.#handleExit(node, exit),
    });
    this.#handles.set(node, handle);
    return handle;
  }

  #configOf(nodeId: NodeId): NodeConfig {
    const { plan, membership, address, epochNs, socketDir, tools } = this.#options;
    const dataDir = this.#directoryOf(nodeId);
    makeNodeDirectory(dataDir);
    return {
      cluster: address,
      protocol: plan.protocol,
      service: plan.service,
      nodeId,
      members: membership.initial,
      peers: membership.peers,
      livesBefore: membership.livesBefore(nodeId),
      storageId: membership.member(nodeId).storageId,
      socketDir,
      dataDir,
      seed: plan.seed,
      timing: plan.timing,
      options: plan.options,
      mutants: plan.mutants,
      epochNs: String(epochNs),
      journal: tools.recorder !== null,
      links: this.#options.linkRulesOf(nodeId),
      rules: this.#options.nodeRulesOf(nodeId),
      manual: this.#options.manual().isOn,
    };
  }

  #directoryOf(node: NodeId): string {
    return nodeDirectory(this.#options.runDir, node);
  }

  /** The disk of a node that is down is lost; its next life begins on an empty one. */
  wipe(node: NodeId): void {
    this.#corrupt.delete(node);
    const lives = wipeNodeDirectory(this.#directoryOf(node), this.#lives.get(node) ?? 0);
    this.#options.membership.wipe(node, lives);
  }

  /** A record of the log of a node that is down is not what was written. @throws LabError */
  corrupt(node: NodeId): void {
    try {
      corruptLog(this.#directoryOf(node));
      this.#corrupt.add(node);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new LabError('not-possible-now', `${node}: ${why}`);
    }
  }

  /** Puts back what `corrupt` took. */
  mendCorrupt(node: NodeId): void {
    mendLog(this.#directoryOf(node));
    this.#corrupt.delete(node);
  }

  /** Ends a node in order, for good until it is started again. */
  async stop(node: NodeId): Promise<void> {
    this.cancelStart(node);
    await this.#handles.get(node)?.stop();
  }

  /** Who is in the cluster changed: every node may hear those, with the disks they have. */
  pushPeers(): void {
    const { peers } = this.#options.membership;
    for (const handle of this.#handles.values()) if (handle.isReady) handle.setPeers(peers);
  }

  #handleReady(node: NodeId, incarnation: number, journalFile: string | null): void {
    const { record, nowUs, journal, membership, tools } = this.#options;
    this.#lives.set(node, incarnation);
    record({ k: 'up', us: nowUs(), node, incarnation });
    if (journalFile !== null) journal(node, incarnation, journalFile);
    const handle = this.#handles.get(node);
    if (handle !== undefined) this.#pushRules(node, handle);
    handle?.setPeers(membership.peers);
    handle?.setManual(this.#options.manual().isOn);
    tools.changed();
  }

  #handleExit(node: NodeId, exit: NodeExit): void {
    const { leadership, membership, record, nowUs, tools, exited } = this.#options;
    if (exit.pid !== null) {
      tools.guardian.forget(exit.pid);
      tools.places.removeNode(exit.pid);
    }
    leadership.forget(node);
    membership.forget(node);
    const crash = exit.asked === null ? crashAtIn(exit.error ?? '') : null;
    const how = crash === null ? (exit.asked ?? 'crash') : 'kill';
    const own = exit.error ?? (exit.signal === null ? `exit code ${exit.code}` : exit.signal);
    const usual = { kill: 'SIGKILL', stop: 'asked to end', crash: own }[how];
    const why = crash === null ? usual : killedAtText(crash);
    record({ k: 'down', us: nowUs(), node, how, why });
    exited(node);
    this.#options.manual().noteExit(node);
    if (crash !== null) this.#options.killedAtPoint(node, crash.fault);
    else if (exit.asked === null && !this.#ending) this.#handleCrash(node, exit, own);
    tools.changed();
  }

  /** A node died that nobody killed. A bug (assertion) or a bad disk would only repeat itself. */
  #handleCrash(node: NodeId, exit: NodeExit, why: string): void {
    const { plan, tools } = this.#options;
    const restarts = this.#restarts.get(node) ?? 0;
    const hopeless = [NODE_EXIT.assertion, NODE_EXIT.disk, NODE_EXIT.start].some(
      (code) => code === exit.code,
    );
    if (this.#starting) {
      this.#options.failedToStart(`${plan.protocol} ${node} could not start: ${why}`);
      return;
    }
    // It was dying when the fault was undone: nobody could start it then.
    if (this.#diedOfPastFault(node, exit.code)) return this.startByHand(node);
    if (hopeless || restarts >= RESTARTS_MAX) {
      const reason = hopeless ? '' : ` after ${restarts} restarts`;
      tools.notice('error', `${plan.protocol} ${node} stays down${reason}: ${why}`);
      return;
    }
    this.#restarts.set(node, restarts + 1);
    tools.notice('warning', `${plan.protocol} ${node} died and restarts: ${why}`);
    this.#planStart(node, RESTART_PAUSE_MS, () => this.start(node));
  }

  /** Totals of each node that answers. */
  async counters(): Promise<Map<NodeId, NodeCounters>> {
    const found = new Map<NodeId, NodeCounters>();
    const asked = [...this.#handles].map(async ([node, handle]) => {
      const counters = await handle.counters();
      if (counters !== null) found.set(node, counters);
    });
    await Promise.all(asked);
    return found;
  }

  /** New rules to every node that runs; one that starts later gets them with its configuration. */
  pushRules(): void {
    for (const [node, handle] of this.#handles) {
      if (handle.isReady) this.#pushRules(node, handle);
    }
  }

  /** The cluster goes into manual mode, or leaves it. */
  pushManual(): void {
    for (const handle of this.#handles.values()) {
      if (handle.isReady) handle.setManual(this.#options.manual().isOn);
    }
  }

  #pushRules(node: NodeId, handle: NodeHandle): void {
    const { linkRulesOf, nodeRulesOf } = this.#options;
    const rules = nodeRulesOf(node);
    this.#noteFailing(node, rules);
    handle.setRules(linkRulesOf(node), rules);
  }

  #noteFailing(node: NodeId, { disk }: NodeRules): void {
    if (disk.failure !== 'none') this.#failing.add(node);
  }

  /** Its disk failed because of a fault that is over by now. */
  #diedOfPastFault(node: NodeId, code: number | null): boolean {
    const isSound = this.#options.nodeRulesOf(node).disk.failure === 'none';
    const isOver = isSound && !this.#corrupt.has(node);
    return code === NODE_EXIT.disk && isOver && this.#failing.has(node);
  }

  /** Ends every process; nothing is started any more. */
  async stopAll(): Promise<void> {
    this.#ending = true;
    for (const node of [...this.#planned.keys()]) this.cancelStart(node);
    await Promise.all([...this.#handles.values()].map((handle) => handle.stop()));
  }
}
