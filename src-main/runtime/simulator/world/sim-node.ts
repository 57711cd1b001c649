/** One node of a simulated cluster: what survives a crash (its disk) and what does not. */
import type { AdminOp, Core, Input } from '../../../protocols/kernel/core.ts';
import type { Service } from '../../../services/service.ts';
import type { StateMachine } from '../../../services/state-machine.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { ReadLevel } from '../../../vocabulary/read-level.ts';
import type { Incoming } from '../../driver/ports.ts';
import type { NodeDriver } from '../../driver/node-driver.ts';
import type { SessionLink } from '../../driver/session-link.ts';
import type { ArmedCrash } from './armed-crash.ts';
import type { SimDisk } from './disk.ts';

/** What is volatile: one life of a node. */
export interface Life {
  readonly core: Core;
  readonly machine: StateMachine;
  /** Inside `machine`; only ever read from outside. */
  readonly service: Service;
  readonly driver: NodeDriver;
  /** By peer; empty for protocols without sessions. */
  readonly sessions: ReadonlyMap<NodeId, SessionLink>;
}

/** Inputs of a paused node wait in its sockets; the completions of its disk as well. */
export type Waiting = Input | Incoming | { readonly kind: 'disk-done' };

export interface SimNode {
  readonly id: NodeId;
  disk: SimDisk;
  /** null: down. */
  life: Life | null;
  /** Why its last life ended by itself, or null. */
  haltedBy: string | null;
  paused: boolean;
  /** Its own timers stand still. */
  frozen: boolean;
  /** Ticks that passed while it was paused. */
  lostTicks: number;
  inbox: Waiting[];
  /** Told when its storage failed; carried out after the turn. */
  failing: { readonly token: number; readonly error: string } | null;
  /** The newest completed barrier that its driver was not told of. */
  doneToken: number | null;
  /** Points at which it is to be killed. */
  armed: readonly ArmedCrash[];
}

export interface ClientRequestInfo {
  readonly reqId: number;
  readonly node: NodeId;
  readonly client: string;
  readonly kind: 'open' | 'close' | 'command' | 'read' | 'admin';
  readonly session: number;
  readonly seq: number;
  readonly payload: unknown;
  /** Of a read. */
  readonly level?: ReadLevel;
  readonly minPos?: number;
  /** Of an operator command. */
  readonly op?: AdminOp;
}
