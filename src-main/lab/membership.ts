/**
 * Who is in a cluster, as its supervisor knows it: the nodes it runs with the disks they have, what
 * the operator had the cluster take in or remove, and the configurations the nodes say they go by.
 */
import { randomBytes } from 'node:crypto';
import { ensure } from '../base/assert.ts';
import type { Cluster } from '../contract/model.ts';
import type { Member, NodeId, StorageId } from '../vocabulary/ids.ts';
import type { FromNode } from '../runtime/process/node-config.ts';

type NodeConfiguration = Extract<FromNode, { t: 'config' }>['config'];

/** Who decides, and to whom is replicated. */
export type Configuration = Omit<NodeConfiguration, 'pos'>;

/** `outside`: it runs, or may, but no configuration has it with the disk it has. */
export type Standing = 'voter' | 'learner' | 'outside' | 'removed';

interface KnownNode {
  readonly nodeId: NodeId;
  storageId: StorageId;
  /** The disk others know it by: its own, or null until it was added with the one it has. */
  admitted: StorageId | null;
  /** Lives on disks it had before. */
  livesBefore: number;
  readonly isInitial: boolean;
  isRemoved: boolean;
}

export class Membership {
  /** The configuration the cluster began with, the same for ever. */
  readonly initial: readonly Member[];
  readonly #nodes = new Map<NodeId, KnownNode>();
  readonly #configs = new Map<NodeId, NodeConfiguration>();
  readonly #peers = new Map<NodeId, readonly Member[]>();
  readonly #leader: () => NodeId | null;

  /** @param leader who leads now, ready to serve. */
  constructor(size: number, leader: () => NodeId | null) {
    this.#leader = leader;
    for (let number = 1; number <= size; number += 1) this.#make(`n${number}`, true);
    this.initial = [...this.#nodes.values()].map(memberOf);
  }

  #make(nodeId: NodeId, isInitial: boolean): void {
    const storageId = newStorageId();
    const admitted = isInitial ? storageId : null;
    const node = { nodeId, storageId, admitted, livesBefore: 0, isInitial, isRemoved: false };
    this.#nodes.set(nodeId, node);
  }

  /** Every node there ever was, in the order in which they came. */
  get allIds(): readonly NodeId[] {
    return [...this.#nodes.keys()];
  }

  /** Every node there ever was, and what it is to the cluster now. */
  standings(isRunning: (node: NodeId) => boolean): Cluster['standing'] {
    return this.allIds.map((node) => ({
      node,
      as: this.standingOf(node),
      running: isRunning(node),
    }));
  }

  /** Those that were not removed. */
  get presentIds(): readonly NodeId[] {
    return this.#idsOf((node) => !node.isRemoved);
  }

  /** Those that the cluster replicates to, with the disks they have: they have to catch up. */
  get memberIds(): readonly NodeId[] {
    return this.allIds.filter((id) => ['voter', 'learner'].includes(this.standingOf(id)));
  }

  /** Who decides, as far as is known here. */
  get voterIds(): readonly NodeId[] {
    return this.config.voters;
  }

  get learnerIds(): readonly NodeId[] {
    return this.allIds.filter((id) => this.standingOf(id) === 'learner');
  }

  get addedIds(): readonly NodeId[] {
    return this.#idsOf((node) => !node.isInitial && !node.isRemoved);
  }

  get removedIds(): readonly NodeId[] {
    return this.#idsOf((node) => node.isRemoved);
  }

  #idsOf(holds: (node: KnownNode) => boolean): NodeId[] {
    return [...this.#nodes.values()].filter(holds).map(({ nodeId }) => nodeId);
  }

  has(nodeId: NodeId): boolean {
    return this.#nodes.has(nodeId);
  }

  standingOf(nodeId: NodeId): Standing {
    const node = this.#nodes.get(nodeId);
    if (node === undefined || node.isRemoved) return 'removed';
    if (node.admitted !== node.storageId) return 'outside';
    const { voters, votersOld, learners } = this.config;
    if (voters.includes(nodeId) || votersOld?.includes(nodeId) === true) return 'voter';
    return learners.includes(nodeId) ? 'learner' : 'outside';
  }

  /** The node with the disk it has now. */
  member(nodeId: NodeId): Member {
    return memberOf(this.#known(nodeId));
  }

  livesBefore(nodeId: NodeId): number {
    return this.#known(nodeId).livesBefore;
  }

  /** Whom every node may hear: those in the cluster, with the disks they were taken in with. */
  get peers(): readonly Member[] {
    return [...this.#nodes.values()].flatMap(({ nodeId, admitted, isRemoved }) => {
      return admitted === null || isRemoved ? [] : [{ nodeId, storageId: admitted }];
    });
  }

  /** The node will be asked to join: a new one, or one that had left. */
  expect(nodeId: NodeId): void {
    const node = this.#nodes.get(nodeId);
    if (node === undefined) this.#make(nodeId, false);
    else node.isRemoved = false;
  }

  /** The cluster has taken it in with the disk it has. */
  admit(nodeId: NodeId): void {
    const node = this.#known(nodeId);
    node.admitted = node.storageId;
  }

  remove(nodeId: NodeId): void {
    const node = this.#known(nodeId);
    node.isRemoved = true;
    node.admitted = null;
    this.forget(nodeId);
  }

  /** Its disk is gone: the next start is on another one. */
  wipe(nodeId: NodeId, lives: number): void {
    const node = this.#known(nodeId);
    node.storageId = newStorageId();
    node.admitted = null;
    node.livesBefore = lives;
  }

  #known(nodeId: NodeId): KnownNode {
    return ensure(this.#nodes.get(nodeId), `no node ${nodeId}`);
  }

  // ---- what the nodes say ------------------------------------------------------------------

  noteConfig(nodeId: NodeId, config: NodeConfiguration): void {
    this.#configs.set(nodeId, config);
  }

  notePeers(nodeId: NodeId, members: readonly Member[]): void {
    this.#peers.set(nodeId, members);
  }

  /** The node is down: it goes by nothing. */
  forget(nodeId: NodeId): void {
    this.#configs.delete(nodeId);
    this.#peers.delete(nodeId);
  }

  /** The configuration of who leads; while nobody does, the newest that any node goes by. */
  get config(): NodeConfiguration {
    const leader = this.#leader();
    const leaders = leader === null ? undefined : this.#configs.get(leader);
    if (leaders !== undefined) return leaders;
    const voters = this.initial.map(({ nodeId }) => nodeId);
    let newest: NodeConfiguration = { pos: 0, voters, votersOld: null, learners: [] };
    for (const config of this.#configs.values()) if (config.pos > newest.pos) newest = config;
    return newest;
  }

  /** Whether the leader still has something for this node; a removed one may end when it has not.
   *   */
  isOwedAnything(nodeId: NodeId): boolean {
    const leader = this.#leader();
    if (leader === null || leader === nodeId) return true;
    const peers = this.#peers.get(leader) ?? [];
    return peers.some((member) => member.nodeId === nodeId);
  }
}

function memberOf({ nodeId, storageId }: KnownNode): Member {
  return { nodeId, storageId };
}

function newStorageId(): StorageId {
  return randomBytes(8).toString('hex');
}
