/** Where commands of the operator are given to a live cluster: one after the other, each recorded
 *  when it begins and when it ends. */
import { LabError } from '../contract/errors.ts';
import type { Answer } from '../runtime/driver/ports.ts';
import { adminLabel, type AdminRecord, type AdminSpec } from '../vocabulary/admin.ts';
import type { FaultOrigin } from '../vocabulary/fault.ts';
import { adminProgram, type AdminCluster, type AdminWait } from './admin-program.ts';
import type { FaultDesk } from './fault-desk.ts';
import type { Leadership } from './leadership.ts';
import type { Membership } from './membership.ts';
import type { NodeGroup } from './node-group.ts';
import type { LabEvent } from './ports.ts';

export interface AdminDeskOptions {
  readonly nodes: NodeGroup;
  readonly faults: FaultDesk;
  readonly membership: Membership;
  readonly leadership: Leadership;
  readonly nowUs: () => number;
  readonly record: (event: LabEvent) => void;
  /** The nodes are others now. */
  readonly changed: () => void;
  readonly isEnding: () => boolean;
}

const POLL_MS = 25;

export class AdminDesk {
  readonly #options: AdminDeskOptions;
  readonly #cluster: AdminCluster;
  #count = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AdminDeskOptions) {
    this.#options = options;
    this.#cluster = clusterOf(options);
  }

  /** Carries it out when those before it are done. @returns what came of it; never throws. */
  perform(spec: AdminSpec, origin: FaultOrigin): Promise<AdminRecord> {
    this.#count += 1;
    const record: AdminRecord = {
      id: this.#count,
      spec,
      label: adminLabel(spec),
      origin,
      startUs: this.#options.nowUs(),
      endUs: null,
      ok: null,
      outcome: null,
    };
    this.#note(record);
    const done = this.#last.then(() => this.#run(record));
    this.#last = done;
    return done;
  }

  #note(record: AdminRecord): void {
    this.#options.record({ k: 'admin', us: record.endUs ?? record.startUs, record });
  }

  async #run(record: AdminRecord): Promise<AdminRecord> {
    let ok = true;
    let outcome: string;
    try {
      outcome = await this.#carryOut(record.spec);
    } catch (error) {
      ok = false;
      outcome = error instanceof Error ? error.message : String(error);
    }
    const ended = { ...record, endUs: this.#options.nowUs(), ok, outcome };
    this.#note(ended);
    this.#options.changed();
    return ended;
  }

  async #carryOut(spec: AdminSpec): Promise<string> {
    const program = adminProgram(spec, this.#cluster);
    let next = program.next(null);
    while (next.done !== true) next = program.next(await this.#waitFor(next.value));
    return next.value;
  }

  async #waitFor(wait: AdminWait): Promise<Answer | null> {
    const { nodes, isEnding } = this.#options;
    if (isEnding()) throw new LabError('not-possible-now', 'the run ended');
    switch (wait.is) {
      case 'pause':
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        return null;
      case 'ask':
        return (await nodes.handle(wait.node)?.admin(wait.op)) ?? null;
      case 'stop':
        await nodes.stop(wait.node);
        return null;
    }
  }
}

function clusterOf(options: AdminDeskOptions): AdminCluster {
  const { nodes, faults, membership, leadership, nowUs, changed } = options;
  return {
    nowUs,
    leader: () => leadership.ready(),
    config: () => membership.config,
    presentIds: () => membership.presentIds,
    memberIds: () => membership.memberIds,
    standingOf: (node) => membership.standingOf(node),
    member: (node) => membership.member(node),
    isRunning: (node) => nodes.handle(node)?.isRunning ?? false,
    isReady: (node) => nodes.handle(node)?.isReady ?? false,
    expect: (node) => {
      membership.expect(node);
      changed();
    },
    startNode: (node) => faults.startNode(node),
    admit: (admitted) => {
      for (const node of admitted) membership.admit(node);
      nodes.pushPeers();
      changed();
    },
    retire: (node) => {
      membership.remove(node);
      faults.noteRemoved(node);
      nodes.pushPeers();
      changed();
    },
    wipe: (node) => nodes.wipe(node),
    isOwedAnything: (node) => membership.isOwedAnything(node),
  };
}
