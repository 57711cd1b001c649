/**
 * Which nodes this one talks to, and with which disks it knows them (protocols.md 0.5): those its
 * core names (`members` effect), and those its supervisor named. A joiner holds no configuration
 * yet, and a node that lags holds an old one: both still have to hear whoever leads now. A node
 * that came back with another disk stands in neither until it is added again, and is not let in.
 */
import type { Member, NodeId, StorageId } from '../../vocabulary/ids.ts';

export class AddressBook {
  readonly #self: NodeId;
  #ofCore: readonly Member[];
  #ofSupervisor: readonly Member[];

  /** @param initial what counts until the core says who its peers are. */
  constructor(self: NodeId, initial: readonly Member[], ofSupervisor: readonly Member[]) {
    this.#self = self;
    this.#ofCore = initial;
    this.#ofSupervisor = ofSupervisor;
  }

  setOfCore(members: readonly Member[]): void {
    this.#ofCore = members;
  }

  setOfSupervisor(members: readonly Member[]): void {
    this.#ofSupervisor = members;
  }

  /** Everybody but this node, each once. */
  get peers(): readonly NodeId[] {
    const all = [...this.#ofCore, ...this.#ofSupervisor].map(({ nodeId }) => nodeId);
    return [...new Set(all)].filter((nodeId) => nodeId !== this.#self);
  }

  knows(nodeId: NodeId, storageId: StorageId): boolean {
    const isIt = (member: Member): boolean =>
      member.nodeId === nodeId && member.storageId === storageId;
    return this.#ofCore.some(isIt) || this.#ofSupervisor.some(isIt);
  }
}
