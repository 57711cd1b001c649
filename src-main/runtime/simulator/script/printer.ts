/** Turns what happens in a world into the lines of a transcript. */
import type { Effect, Input, Message, ReadRequest } from '../../../protocols/kernel/core.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { ApplyResult } from '../../../services/state-machine.ts';
import type { TraceEvent } from '../../../vocabulary/trace.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Answer } from '../../driver/ports.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { ClientRequestInfo, SimNode } from '../world/sim-node.ts';
import {
  formatEntry,
  formatFields,
  formatMessage,
  formatOp,
  formatOutcome,
  formatValue,
} from './format.ts';

/** Other inputs show only if something follows from them. */
const ALWAYS_SHOWN: ReadonlySet<Input['kind']> = new Set(['recv', 'client', 'read', 'admin']);

export class Printer implements WorldObserver {
  #lines: string[] = [];
  /** Line of an input that is printed only if something follows from it. */
  #held: string | null = null;
  readonly #labels = new Map<number, string>();

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

  asked(request: ClientRequestInfo): void {
    const { client, kind, seq, op } = request;
    const label = kind === 'command' ? `${client}#${seq}` : `${client} ${op?.op ?? kind}`;
    this.#labels.set(request.reqId, label);
  }

  stepped(node: SimNode, input: Input, effects: readonly Effect[]): void {
    const line = `  ${this.#inputLine(node.id, input)}`;
    if (ALWAYS_SHOWN.has(input.kind)) this.print(line);
    else this.#held = line;
    for (const effect of effects) this.#effect(effect);
    this.#held = null;
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
        return `${node} ${input.kind} ${input.peer}`;
      case 'client':
        return `${node} client ${input.requests.map((r) => this.#labelOf(r.reqId)).join(' ')}`;
      case 'read':
        return `${node} read ${input.requests.map(readText).join(' ')}`;
      case 'admin':
        return `${node} admin ${formatFields(input.op).join(' ')}`;
      case 'boot':
        return `${node} boot life=${input.incarnation}`;
      default: {
        const { kind, ...fields } = input;
        return [node, kind, ...formatFields(fields)].join(' ');
      }
    }
  }

  #labelOf(reqId: number): string {
    return this.#labels.get(reqId) ?? `request ${reqId}`;
  }

  #effect(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        this.print(`    persist #${effect.token} ${effect.ops.map(formatOp).join(' ')}`);
        return;
      case 'send': {
        const gate = effect.after === 0 ? '' : ` after #${effect.after}`;
        this.print(`    -> ${effect.to} ${formatMessage(effect.msg)}${gate}`);
        return;
      }
      case 'trace':
        this.print(`    * ${formatTrace(effect.event)}`);
        return;
      case 'apply':
      case 'reply':
        return;
      default: {
        const { kind, ...fields } = effect;
        this.print(`    ${[kind, ...formatFields(fields)].join(' ')}`);
      }
    }
  }

  lost(from: NodeId, to: NodeId, msg: Message, why: string): void {
    this.print(`  lost ${from} -> ${to} ${formatMessage(msg)} (${why})`);
  }

  stopped(node: SimNode, how: string): void {
    this.print(`  ${node.id} ${how}`);
  }

  wiped(node: SimNode): void {
    this.print(`  ${node.id} has an empty disk (${node.disk.storageId})`);
  }

  applied(node: SimNode, entry: Entry, result: ApplyResult): void {
    this.print(`  ${node.id} applies ${formatEntry(entry)}: ${formatOutcome(result)}`);
  }

  answered(request: ClientRequestInfo, answer: Answer): void {
    const label = this.#labelOf(request.reqId);
    this.print(`  ${request.node} answers ${label}: ${answerText(answer)}`);
  }

  halted(node: SimNode, why: string): void {
    this.print(`  HALTED ${node.id}: ${why}`);
  }
}

function readText({ level, minPos, payload }: ReadRequest): string {
  return `${level}${minPos === 0 ? '' : `>=${minPos}`} ${formatValue(payload)}`;
}

export function answerText(answer: Answer): string {
  if (answer.ok) return `ok ${formatValue(answer.result)} at ${answer.pos}`;
  const { code, hint } = answer.refusal;
  return `refused ${code}${hint === null ? '' : ` hint=${hint}`}`;
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
