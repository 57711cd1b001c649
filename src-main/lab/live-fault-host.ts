/** Faults of a live cluster: signals to processes, rules over the control channel. */
import { assert } from '../base/assert.ts';
import type { HostOrder } from '../faults/fault-kind.ts';
import { isCut, linkKey } from '../faults/index.ts';
import { whyNotWiped } from '../protocols/quorum/lost-disks.ts';
import type { LinkRules } from '../runtime/process/node-config.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { FaultHost } from './fault-host.ts';
import type { FaultLedger } from './fault-ledger.ts';
import type { Membership } from './membership.ts';
import type { NodeGroup } from './node-group.ts';
import type { NodeHandle } from './node-handle.ts';
import type { LabEvent } from './ports.ts';

export interface LiveFaultHostOptions {
  readonly nodes: NodeGroup;
  readonly membership: Membership;
  readonly nowUs: () => number;
  readonly record: (event: LabEvent) => void;
  readonly changed: () => void;
  /** The lab ends a process: what was done to it is over. */
  readonly ending: (node: NodeId, outcome: string) => void;
}

export class LiveFaultHost implements FaultHost {
  readonly #options: LiveFaultHostOptions;
  /** Power cuts that have begun: the kill is still to come. */
  readonly #pendingKills = new Map<NodeId, NodeJS.Timeout>();

  constructor(options: LiveFaultHostOptions) {
    this.#options = options;
  }

  get protocol(): ProtocolName {
    return this.#options.nodes.protocol;
  }

  get nodeIds(): readonly NodeId[] {
    return this.#options.membership.presentIds;
  }

  nowUs(): number {
    return this.#options.nowUs();
  }

  record(event: LabEvent): void {
    this.#options.record(event);
  }

  isRunning(node: NodeId): boolean {
    return this.#options.nodes.handle(node)?.isRunning ?? false;
  }

  isPaused(node: NodeId): boolean {
    return this.#options.nodes.handle(node)?.isPaused ?? false;
  }

  whyNotStarted(node: NodeId): string | null {
    const { membership } = this.#options;
    if (!membership.has(node)) return `no node ${node}`;
    const isRemoved = membership.standingOf(node) === 'removed';
    return isRemoved ? `${node} was removed: add it to have it back` : null;
  }

  whyNotWiped(node: NodeId): string | null {
    const { membership } = this.#options;
    return whyNotWiped(node, membership.config, (id) => membership.standingOf(id) === 'voter');
  }

  rulesChanged(): void {
    this.#options.nodes.pushRules();
    this.#options.changed();
  }

  start(node: NodeId): void {
    this.#killIfPending(node);
    this.#options.nodes.startByHand(node);
  }

  signal(order: HostOrder): void {
    const handle = this.#options.nodes.handle(order.node);
    assert(handle !== undefined, `signal ${order.signal} to unknown ${order.node}`);
    this.#signal(order, handle);
  }

  #signal({ node, signal, afterMs, ms }: HostOrder, handle: NodeHandle): void {
    const { nodes, record, nowUs, ending } = this.#options;
    switch (signal) {
      case 'kill':
        if (afterMs !== undefined && afterMs > 0) return this.#planKill(node, afterMs);
        nodes.cancelStart(node);
        void handle.kill();
        return ending(node, 'killed');
      case 'stop':
        nodes.cancelStart(node);
        ending(node, 'stopped');
        void handle.stop();
        return;
      case 'start':
        return this.start(node);
      case 'hold-disk':
        return handle.setDisk('held');
      case 'release-disk':
        return handle.setDisk('instant');
      case 'wipe':
        nodes.cancelStart(node);
        return nodes.wipe(node);
      case 'corrupt':
        nodes.cancelStart(node);
        return nodes.corrupt(node);
      case 'mend-corrupt':
        return nodes.mendCorrupt(node);
      case 'jump':
        return handle.jump(ms ?? 0);
      case 'pause':
        handle.pause();
        return record({ k: 'pause', us: nowUs(), node });
      case 'resume':
        if (!handle.isPaused) return;
        handle.resume();
        record({ k: 'resume', us: nowUs(), node });
    }
  }

  #planKill(node: NodeId, afterMs: number): void {
    this.forgetKill(node);
    const kill = (): void => {
      this.#pendingKills.delete(node);
      this.signal({ node, signal: 'kill' });
    };
    this.#pendingKills.set(node, setTimeout(kill, afterMs));
  }

  /** Undone before its kill came: the writes since then are lost all the same. */
  #killIfPending(node: NodeId): void {
    if (!this.#pendingKills.has(node)) return;
    this.forgetKill(node);
    this.signal({ node, signal: 'kill' });
  }

  /** The process is gone already. */
  forgetKill(node: NodeId): void {
    clearTimeout(this.#pendingKills.get(node));
    this.#pendingKills.delete(node);
  }

  /** What a node does to its links. */
  rulesOf(node: NodeId, ledger: FaultLedger): LinkRules {
    const rules = ledger.linkRules();
    const own: Record<NodeId, LinkRules[string]> = {};
    for (const peer of this.#options.membership.allIds) {
      if (peer === node) continue;
      const outgoing = rules.get(linkKey(node, peer)) ?? [];
      // Both ends cut, so that a node that cannot hear of the cut (paused) is cut off all the same.
      const deaf = isCut(rules.get(linkKey(peer, node)) ?? []);
      own[peer] = { outgoing, deaf };
    }
    return own;
  }
}
