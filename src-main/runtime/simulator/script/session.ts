/** A script under way: its cluster, what its clients heard, what was printed and what failed. */
import type { ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import { assert } from '../../../base/assert.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { Answer } from '../../driver/ports.ts';
import { Checker } from '../invariants/checker.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { ClientRequestInfo } from '../world/sim-node.ts';
import type { WorldSpec } from '../world/world-spec.ts';
import { World } from '../world/world.ts';
import type { Arguments } from './arguments.ts';
import { Printer } from './printer.ts';

export interface ScriptOptions {
  readonly protocol: ProtocolDefinition;
  /** Beside those the script itself names. */
  readonly mutants: readonly string[];
  /** Keep every action, for minimising. */
  readonly record?: boolean;
}

export class ScriptSession implements WorldObserver {
  readonly options: ScriptOptions;
  readonly printer = new Printer();
  readonly failures: string[] = [];
  /** Whether some line said what has to be true of the invariants. */
  hasJudged = false;
  readonly #answers = new Map<number, Answer>();
  /** The request that a name means. */
  readonly #named = new Map<string, number>();
  /** How many reads, or commands of the operator, each asked. */
  readonly #asked = new Map<string, number>();
  #world: World | null = null;
  #checker: Checker | null = null;
  #shownViolations = 0;

  constructor(options: ScriptOptions) {
    this.options = options;
  }

  get world(): World {
    assert(this.#world !== null, 'no cluster yet');
    return this.#world;
  }

  get checker(): Checker {
    assert(this.#checker !== null, 'no cluster yet');
    return this.#checker;
  }

  get isOpen(): boolean {
    return this.#world !== null;
  }

  openCluster(spec: WorldSpec): void {
    const world = new World(spec);
    this.#world = world;
    this.#checker = new Checker(world);
    world.observe(this.#checker);
    world.observe(this.printer);
    world.observe(this);
    if (this.options.record === true) world.record = [];
    world.start();
  }

  /** Reads and commands of the operator have no numbers of their own: the newest of a kind is
   *  known by it, each by how many there were before. */
  asked({ reqId, client, kind, op }: ClientRequestInfo): void {
    if (kind !== 'read' && kind !== 'admin') return;
    const number = (this.#asked.get(client) ?? 0) + 1;
    this.#asked.set(client, number);
    this.#named.set(`${client} ${op?.op ?? kind}`, reqId);
    this.#named.set(`${client} ${kind === 'read' ? kind : ''}${number}`, reqId);
  }

  answered(request: ClientRequestInfo, answer: Answer): void {
    const { reqId, client, kind, seq } = request;
    this.#answers.set(reqId, answer);
    if (kind === 'read' || kind === 'admin') return;
    // A repeated operation keeps its answer until the next one comes.
    this.#named.set(`${client} ${kind === 'command' ? seq : kind}`, reqId);
  }

  /** The last answer to an operation, null when there is none. */
  answerTo(client: string, operation: string): Answer | null {
    return this.#answers.get(this.#named.get(`${client} ${operation}`) ?? 0) ?? null;
  }

  /** An expectation that does not hold. */
  failed(args: Arguments, found: string): void {
    const text = `line ${args.line.number}: ${args.line.text}: ${found}`;
    this.failures.push(text);
    this.printer.print(`  FAILED ${found}`);
  }

  printViolations(): void {
    if (this.#checker === null) return;
    const { violations } = this.#checker;
    for (const { id, what } of violations.slice(this.#shownViolations)) {
      this.printer.print(`  VIOLATION ${id}: ${what}`);
    }
    this.#shownViolations = violations.length;
  }
}

/** `17` is a number, everything else text. */
export function toValue(text: string): string | number {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** Command of the key-value store: `put k v`, `get k`, `delete k`, `incr k 2`, `cas k v ...`. */
export function payloadFrom(args: Arguments): Json {
  const op = args.oneOf('operation', ['put', 'get', 'delete', 'incr', 'cas', 'list'] as const);
  if (op === 'list') {
    const prefix = args.maybeWord();
    return { op, ...(prefix === null ? {} : { prefix }) };
  }
  const key = args.word('key');
  if (op === 'get' || op === 'delete') return { op, key };
  const word = op === 'incr' ? args.maybeWord() : args.word('value');
  const operand = op === 'incr' ? 'by' : 'value';
  const value = word === null ? {} : { [operand]: toValue(word) };
  const version = op === 'cas' ? args.pairNumber('expectVersion') : null;
  return { op, key, ...value, ...(version === null ? {} : { expectVersion: version }) };
}
