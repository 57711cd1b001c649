/** Turns the events of a TestCluster into transcript lines. */
import type { Effect, Input } from '../../../src-main/protocols/kernel/core.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';
import {
  formatEntry,
  formatFields,
  formatMessage,
  formatOp,
  formatOutcome,
  formatValue,
} from '../../../src-main/runtime/simulator/script/format.ts';
import type { ClusterEvent } from './cluster-host.ts';

export class Printer {
  #lines: string[] = [];
  /** Line of an input that is printed only if something follows from it. */
  #held: string | null = null;
  readonly #labelOf: (reqId: number) => string;

  /** @param labelOf what to call a request, for example `c1#2`. */
  constructor(labelOf: (reqId: number) => string) {
    this.#labelOf = labelOf;
  }

  print(line: string): void {
    if (this.#held !== null) this.#lines.push(this.#held);
    this.#held = null;
    this.#lines.push(line);
  }

  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#held = null;
    return lines;
  }

  on(event: ClusterEvent): void {
    switch (event.kind) {
      case 'input':
        this.#input(event.node, event.input);
        return;
      case 'effect':
        this.#effect(event.effect);
        return;
      case 'applied':
        this.print(`  apply ${formatEntry(event.applied.entry)}: ${outcomeOf(event)}`);
        return;
      case 'answered':
        this.print(`  answer ${this.#labelOf(event.reqId)}`);
        return;
      case 'lost': {
        const { from, to, msg } = event.message;
        this.print(`  lost ${from} -> ${to} ${formatMessage(msg)} (${event.why})`);
        return;
      }
      case 'halted':
        this.print(`  HALTED ${event.node}: ${event.why}`);
        return;
      case 'violation':
        this.print(`  VIOLATION ${event.what}`);
    }
  }

  #input(node: NodeId, input: Input): void {
    const line = this.#inputLine(node, input);
    if (input.kind === 'recv' || input.kind === 'client') this.print(line);
    else this.#held = line;
  }

  #inputLine(node: NodeId, input: Input): string {
    switch (input.kind) {
      case 'tick':
        return input.elapsed === 1 ? `${node} tick` : `${node} tick elapsed=${input.elapsed}`;
      case 'recv':
        return `${node} <- ${input.from} ${formatMessage(input.msg)}`;
      case 'persisted':
        return `${node} persisted #${input.token}`;
      case 'link-up':
      case 'link-down':
        return `${node} ${input.kind} ${input.peer} @${input.linkEpoch}`;
      case 'client':
        return `${node} client ${input.requests.map((r) => this.#labelOf(r.reqId)).join(' ')}`;
      case 'boot':
        return `${node} boot life=${input.incarnation}`;
      default: {
        const { kind, ...fields } = input;
        return [node, kind, ...formatFields(fields)].join(' ');
      }
    }
  }

  #effect(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        this.print(`  persist #${effect.token} ${effect.ops.map(formatOp).join(' ')}`);
        return;
      case 'send': {
        const gate = effect.after === 0 ? '' : ` after #${effect.after}`;
        this.print(`  -> ${effect.to} ${formatMessage(effect.msg)}${gate}`);
        return;
      }
      case 'reply': {
        const outcome = formatOutcome({ ok: false, refusal: effect.refusal, effective: false });
        this.print(`  reply ${this.#labelOf(effect.reqId)} ${outcome}`);
        return;
      }
      case 'trace':
        this.print(`  * ${formatTrace(effect.event)}`);
        return;
      case 'apply':
        return;
      default: {
        const { kind, ...fields } = effect;
        this.print(`  ${[kind, ...formatFields(fields)].join(' ')}`);
      }
    }
  }
}

function outcomeOf(event: ClusterEvent & { kind: 'applied' }): string {
  return formatOutcome(event.applied.outcome);
}

function formatTrace(event: TraceEvent): string {
  if (event.kind === 'role') {
    const { role, word, era, leader, ready, why } = event;
    const name = word === role ? role : `${role}(${word})`;
    const state = `era=${formatValue(era)} leader=${formatValue(leader)}`;
    return `${name} ${state}${ready ? ' ready' : ''}: ${why}`;
  }
  const { kind, ...fields } = event;
  return [kind, ...formatFields(fields)].join(' ');
}
