/** Makes the volatile part of a node: a core, a state machine and a driver that know each other. */
import { assert } from '../../../base/assert.ts';
import type { Core } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import { createService } from '../../../services/index.ts';
import type { Member, NodeId } from '../../../vocabulary/ids.ts';
import { NodeDriver } from '../../driver/node-driver.ts';
import type { Answer, DriverPorts } from '../../driver/ports.ts';
import type { SessionLink } from '../../driver/session-link.ts';
import { passingOf } from './crash-points.ts';
import { ObservedCore, ObservedMachine, type WorldObserver } from './observed.ts';
import type { SavedLife } from './saved-world.ts';
import type { Life, SimNode } from './sim-node.ts';
import type { Wire } from './wire.ts';

export interface WorldPorts {
  /** Lines of the flight journal of a node, when somebody keeps them. */
  readonly journal: ((node: NodeId, lines: string) => void) | null;
  readonly nowUs: () => number;
  /** Whether a kill loses what the disk of this node has not completed. */
  readonly losesUnsynced?: (node: NodeId) => boolean;
}

export interface LifeMakerOptions {
  readonly service: string;
  readonly overSessions: boolean;
  readonly ids: readonly NodeId[];
  readonly ports: WorldPorts;
  readonly wire: Wire;
  readonly observers: readonly WorldObserver[];
  persist(node: SimNode, life: Life, ops: readonly PersistOp[], token: number): void;
  answer(reqId: number, answer: Answer): void;
  setMembers(node: SimNode, members: readonly Member[]): void;
}

export class LifeMaker {
  readonly #options: LifeMakerOptions;

  constructor(options: LifeMakerOptions) {
    this.#options = options;
  }

  /** @param saved what to go on with; null for a life that begins. */
  make(node: SimNode, core: Core, saved: SavedLife | null): Life {
    const { observers, ids, wire, overSessions } = this.#options;
    const observed = new ObservedCore(core, (input, effects) => {
      for (const observer of observers) observer.stepped?.(node, input, effects);
    });
    const service = createService(this.#options.service);
    assert(service !== null, `no service ${this.#options.service}`);
    const machine = new ObservedMachine(service, (entry, result) => {
      for (const observer of observers) observer.applied?.(node, entry, result);
    });
    if (saved !== null) machine.restore(saved.machine);
    const sessions = new Map<NodeId, SessionLink>();
    const driver = new NodeDriver(
      observed,
      machine,
      node.id,
      this.#portsOf(node, () => life),
    );
    const life: Life = { core: observed, machine, service, driver, sessions };
    for (const peer of overSessions ? ids : []) {
      if (peer !== node.id)
        sessions.set(
          peer,
          wire.makeSession(node, peer, () => life),
        );
    }
    if (saved === null) return life;
    driver.restore(saved.driver);
    for (const [peer, session] of saved.sessions) sessions.get(peer)?.restore(session);
    return life;
  }

  #portsOf(node: SimNode, lifeOf: () => Life): DriverPorts {
    const { ports, wire, persist, answer, setMembers } = this.#options;
    const { journal, nowUs } = ports;
    return {
      nowUs,
      journal: journal === null ? null : (lines) => journal(node.id, lines),
      send: (message) => wire.send(node, lifeOf(), message),
      flush: () => undefined,
      persist: (ops, token) => persist(node, lifeOf(), ops, token),
      reply: answer,
      images: node.disk.images,
      wake: null,
      members: (members) => setMembers(node, members),
      closeLink: (peer, linkEpoch, why) => lifeOf().sessions.get(peer)?.close(why, linkEpoch),
      trace: () => undefined,
      get passing() {
        return passingOf(node);
      },
    };
  }
}
