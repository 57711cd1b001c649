/** What the fault desk needs of a cluster: a live one or a simulated one. */
import type { HostOrder } from '../faults/fault-kind.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { LabEvent } from './ports.ts';

export interface FaultHost {
  readonly protocol: ProtocolName;
  /** Every node of the cluster now. */
  readonly nodeIds: readonly NodeId[];
  nowUs(): number;
  isRunning(node: NodeId): boolean;
  isPaused(node: NodeId): boolean;
  /** Why it cannot be started whatever brought it down, or null. */
  whyNotStarted(node: NodeId): string | null;
  /** Why the disk of a node that is down cannot be lost, or null. */
  whyNotWiped(node: NodeId): string | null;
  /** Does what a fault asks for; a node that is not there any more hears nothing.
   *  @throws Error when it cannot be done: a refusal. */
  signal(order: HostOrder): void;
  /** Starts a node that nobody keeps down any more. */
  start(node: NodeId): void;
  /** Faults began or ended: what is done to links and nodes is to be pushed to them. */
  rulesChanged(): void;
  record(event: LabEvent): void;
}
