/** A world as plain data. */
import type { Json } from '../../../vocabulary/json.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { SavedDriver } from '../../driver/node-driver.ts';
import type { SavedSession } from '../../driver/session-link.ts';
import type { SavedDisk, SimDisk } from './disk.ts';
import type { SimNetwork } from './network.ts';
import type { ClientRequestInfo, SimNode } from './sim-node.ts';
import type { SavedViews } from './wire.ts';

export interface ClientState {
  readonly name: string;
  /** Opened last, 0 before. */
  session: number;
  nextSeq: number;
}

export interface SavedClientDesk {
  readonly lastReqId: number;
  readonly clients: readonly ClientState[];
  readonly requests: readonly ClientRequestInfo[];
}

export interface SavedLife {
  readonly core: Json;
  readonly machine: Json;
  readonly driver: SavedDriver;
  readonly sessions: readonly (readonly [NodeId, SavedSession])[];
}

export type SavedNode = Omit<SimNode, 'disk' | 'life'> & {
  readonly disk: SavedDisk;
  readonly life: SavedLife | null;
};

export interface SavedWorld {
  readonly desk: SavedClientDesk;
  readonly linkEpoch: number;
  readonly views: SavedViews;
  readonly network: ReturnType<SimNetwork['save']>;
  readonly nodes: readonly SavedNode[];
}

/** A node before its first life. */
export function newNode(id: NodeId, disk: SimDisk): SimNode {
  return {
    id,
    disk,
    life: null,
    haltedBy: null,
    paused: false,
    frozen: false,
    lostTicks: 0,
    inbox: [],
    failing: null,
    doneToken: null,
    armed: [],
  };
}

export function saveNode(node: SimNode): SavedNode {
  const { life, disk, ...plain } = node;
  const inbox = [...plain.inbox];
  const armed = plain.armed.map((crash) => ({ ...crash }));
  if (life === null) return { ...plain, inbox, armed, disk: disk.save(), life: null };
  const sessions = [...life.sessions].map(([peer, session]) => [peer, session.save()] as const);
  const core = life.core.save();
  const saved = { core, machine: life.machine.save(), driver: life.driver.save(), sessions };
  return { ...plain, inbox, armed, disk: disk.save(), life: saved };
}
