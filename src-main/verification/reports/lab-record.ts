/** What the lab did and saw: the newest record of every fault and of every command. */
import type { ViewEvent } from '../../contract/events.ts';
import type { AdminRecord } from '../../vocabulary/admin.ts';
import type { FaultRecord } from '../../vocabulary/fault.ts';

export type LabEvent = Extract<
  ViewEvent,
  { k: 'up' | 'down' | 'pause' | 'resume' | 'fault' | 'admin' | 'manual' }
>;

export class LabRecord {
  readonly #faults = new Map<number, FaultRecord>();
  readonly #commands = new Map<number, AdminRecord>();

  handleFault(fault: FaultRecord): void {
    this.#faults.set(fault.id, fault);
  }

  handleCommand(record: AdminRecord): void {
    this.#commands.set(record.id, record);
  }

  /** In the order in which they began. */
  get faults(): readonly FaultRecord[] {
    return [...this.#faults.values()].sort((a, b) => a.startUs - b.startUs || a.id - b.id);
  }

  get commands(): readonly AdminRecord[] {
    return [...this.#commands.values()].sort((a, b) => a.startUs - b.startUs || a.id - b.id);
  }
}

/** The ledger has it, but it was never carried out. */
export function isRefused({ outcome }: FaultRecord): boolean {
  return outcome?.startsWith('refused') === true;
}
