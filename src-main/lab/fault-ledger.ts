/**
 * Every fault of a run: what, who asked, from when to when, how it ended. The ledger is where a
 * fault is undone, so nothing is broken that does not stand here.
 */
import { faultKind, linkKey, linkRules, nodeRules } from '../faults/index.ts';
import { keepsMessages } from '../faults/link-filter.ts';
import { isDownFault } from '../vocabulary/fault.ts';
import type {
  FaultOrigin,
  FaultRecord,
  FaultSpec,
  Link,
  LinkRule,
  NodeRules,
} from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';

/** A run with more faults than this refuses further ones. */
const FAULTS_MAX = 10_000;

export class FaultLedger {
  readonly #records: FaultRecord[] = [];
  /** Links on which a limited fault has met its last message. */
  readonly #spent = new Map<number, Set<string>>();
  /** Crash points that a node came to: each keeps it down, and none waits for a later life. */
  readonly #reached = new Set<number>();
  readonly #changed: (record: FaultRecord) => void;

  constructor(changed: (record: FaultRecord) => void) {
    this.#changed = changed;
  }

  get isFull(): boolean {
    return this.#records.length >= FAULTS_MAX;
  }

  get active(): readonly FaultRecord[] {
    return this.#records.filter((record) => record.endUs === null);
  }

  begin(spec: FaultSpec, label: string | null, origin: FaultOrigin, us: number): FaultRecord {
    const record: FaultRecord = {
      id: this.#records.length + 1,
      spec,
      label: label ?? faultKind(spec).label(spec),
      origin,
      startUs: us,
      endUs: null,
      outcome: null,
    };
    this.#records.push(record);
    this.#changed(record);
    return record;
  }

  end(id: number, us: number, outcome: string): FaultRecord | null {
    const index = this.#records.findIndex((record) => record.id === id && record.endUs === null);
    const record = this.#records[index];
    if (record === undefined) return null;
    const ended = { ...record, endUs: us, outcome };
    this.#records[index] = ended;
    this.#changed(ended);
    return ended;
  }

  /** What became of one that has ended is known only now. */
  amend(id: number, outcome: string): void {
    const record = this.#records[id - 1];
    if (record === undefined) return;
    const amended = { ...record, outcome };
    this.#records[id - 1] = amended;
    this.#changed(amended);
  }

  /** A limited fault is used up on this link. @returns on how many it is not. */
  spend(id: number, link: Link): number {
    const spec = this.find(id)?.spec;
    if (spec === undefined || !('links' in spec)) return 0;
    const spent = this.#spent.get(id) ?? new Set<string>();
    this.#spent.set(id, spent.add(linkKey(link.from, link.to)));
    return spec.links.filter(({ from, to }) => !spent.has(linkKey(from, to))).length;
  }

  find(id: number): FaultRecord | null {
    return this.active.find((record) => record.id === id) ?? null;
  }

  /** Faults of a process that are on for this node. */
  ofNode(node: NodeId): readonly FaultRecord[] {
    return this.active.filter(({ spec }) => 'node' in spec && spec.node === node);
  }

  /** What is done to each directed link now; links without a rule are clear. */
  linkRules(): Map<string, LinkRule[]> {
    const rules = linkRules(this.active);
    // A sender that is started again would count anew.
    for (const [key, onLink] of rules) {
      rules.set(
        key,
        onLink.filter(({ fault, effect }) => {
          return keepsMessages(effect.kind) || this.#spent.get(fault)?.has(key) !== true;
        }),
      );
    }
    return rules;
  }

  /** What is done to a node now. */
  nodeRules(node: NodeId): NodeRules {
    const waiting = this.active.filter(({ id }) => !this.#reached.has(id));
    return nodeRules(waiting, node);
  }

  /** A node died at the point that this fault named. @returns null when it is not on any more. */
  reach(id: number): FaultRecord | null {
    const record = this.find(id);
    if (record !== null) this.#reached.add(id);
    return record;
  }

  /** Whether a node is down because of this fault, for as long as it is on. */
  keepsDown({ id, spec }: FaultRecord): boolean {
    return isDownFault(spec) || this.#reached.has(id);
  }
}
