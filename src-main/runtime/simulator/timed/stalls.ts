/** Nodes that stand still for a while, again and again: the fault `slow` on virtual time. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { NodeRules } from '../../../vocabulary/fault.ts';

type Stall = NonNullable<NodeRules['stall']>;

/** A stall begins or ends; of a rule that was replaced it means nothing. */
export interface StallDue {
  readonly node: NodeId;
  readonly rule: number;
  readonly begins: boolean;
}

export interface StallPorts {
  /** Calls `handle` with it so much later. */
  plan(due: StallDue, afterUs: number): void;
  isRunning(node: NodeId): boolean;
  halt(node: NodeId): void;
  goOn(node: NodeId): void;
}

export interface SavedStalls {
  readonly lastRule: number;
  readonly rules: readonly (readonly [NodeId, Stall & { readonly rule: number }])[];
  readonly stalled: readonly NodeId[];
}

export class Stalls {
  readonly #ports: StallPorts;
  #lastRule = 0;
  readonly #rules = new Map<NodeId, Stall & { readonly rule: number }>();
  readonly #stalled = new Set<NodeId>();

  constructor(ports: StallPorts) {
    this.#ports = ports;
  }

  isStalled(node: NodeId): boolean {
    return this.#stalled.has(node);
  }

  /** From now on; null: it runs on. */
  setRule(node: NodeId, stall: Stall | null): void {
    const before = this.#rules.get(node);
    if (before?.stallMs === stall?.stallMs && before?.everyMs === stall?.everyMs) return;
    this.#rules.delete(node);
    this.#end(node);
    if (stall !== null) this.#start(node, stall);
  }

  /** A process begins its rhythm anew. */
  noteBooted(node: NodeId): void {
    const rule = this.#rules.get(node);
    if (rule !== undefined) this.#start(node, rule);
  }

  /** It runs first, then it stands still. */
  #start(node: NodeId, { stallMs, everyMs }: Stall): void {
    this.#lastRule += 1;
    this.#rules.set(node, { stallMs, everyMs, rule: this.#lastRule });
    const firstUs = (everyMs - stallMs) * 1_000;
    this.#ports.plan({ node, rule: this.#lastRule, begins: true }, firstUs);
  }

  handle({ node, rule, begins }: StallDue): void {
    if (this.#rules.get(node)?.rule !== rule) return;
    if (begins) this.#begin(node);
    else this.#end(node);
  }

  #begin(node: NodeId): void {
    const rule = this.#rules.get(node);
    if (rule === undefined) return;
    this.#ports.plan({ node, rule: rule.rule, begins: false }, rule.stallMs * 1_000);
    this.#ports.plan({ node, rule: rule.rule, begins: true }, rule.everyMs * 1_000);
    if (!this.#ports.isRunning(node)) return;
    this.#stalled.add(node);
    this.#ports.halt(node);
  }

  #end(node: NodeId): void {
    if (this.#stalled.delete(node)) this.#ports.goOn(node);
  }

  /** Its process is gone, and with it what stood still. */
  noteStopped(node: NodeId): void {
    this.#stalled.delete(node);
  }

  save(): SavedStalls {
    return { lastRule: this.#lastRule, rules: [...this.#rules], stalled: [...this.#stalled] };
  }

  restore(saved: SavedStalls): void {
    this.#lastRule = saved.lastRule;
    for (const [node, rule] of saved.rules) this.#rules.set(node, rule);
    for (const node of saved.stalled) this.#stalled.add(node);
  }
}
