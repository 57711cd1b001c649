/** What the lab did and saw: the newest record of every fault and of every command. */
import type { AdminRecord } from '../../vocabulary/admin.ts';
import type { FaultRecord } from '../../vocabulary/fault.ts';
import type { NodeId } from '../../vocabulary/ids.ts';

/** A fault from the moment at which it struck. */
export interface StruckFault extends FaultRecord {
  /** When it was asked for, where that was earlier: a crash that waits for a point to be passed. */
  readonly armedUs: number | null;
}

export class LabRecord {
  readonly #faults = new Map<number, FaultRecord>();
  readonly #commands = new Map<number, AdminRecord>();
  readonly #downs: { readonly us: number; readonly node: NodeId }[] = [];

  handleFault(fault: FaultRecord): void {
    this.#faults.set(fault.id, fault);
  }

  handleCommand(record: AdminRecord): void {
    this.#commands.set(record.id, record);
  }

  handleDown(us: number, node: NodeId): void {
    this.#downs.push({ us, node });
  }

  /** In the order in which they struck. */
  get faults(): readonly StruckFault[] {
    const struck = [...this.#faults.values()].map((fault) => this.#struck(fault));
    return struck.sort((a, b) => a.startUs - b.startUs || a.id - b.id);
  }

  get commands(): readonly AdminRecord[] {
    return [...this.#commands.values()].sort((a, b) => a.startUs - b.startUs || a.id - b.id);
  }

  #struck(fault: FaultRecord): StruckFault {
    const { spec, startUs, endUs } = fault;
    if (!('point' in spec)) return { ...fault, armedUs: null };
    const struck = this.#downs.find(({ us, node }) => {
      return node === spec.node && us >= startUs && us <= (endUs ?? Infinity);
    });
    return struck === undefined
      ? { ...fault, armedUs: null }
      : { ...fault, startUs: struck.us, armedUs: startUs };
  }
}
