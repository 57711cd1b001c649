/**
 * What the cluster spent, in small buckets of time: messages and bytes by kind, barriers,
 * and the operations that took effect. Messages that a read caused are of kind `read`, whatever
 * their type: Raft proves its leadership with heartbeats.
 */
import type { CostReport } from '../../contract/report.ts';
import type { StepHeader } from '../../vocabulary/journal.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import { bodyLength, type Life } from './recorded-lines.ts';
import type { Span } from './spans.ts';

const KINDS = [
  'replicate',
  'answer',
  'commit',
  'heartbeat',
  'election',
  'catch-up',
  'read',
] as const satisfies readonly MessageKind[];

type PerKind = { [kind in MessageKind]: number };

const BUCKETS_MAX = 20_000;
const BUCKET_US_MIN = 10_000;
/** Messages under way that a read caused. */
const READ_MESSAGES_MAX = 20_000;

export class MessageCosts {
  readonly #bucketUs: number;
  readonly #kinds: Readonly<Record<string, MessageKind | undefined>>;
  readonly #messages: Float64Array[];
  readonly #bytes: Float64Array[];
  readonly #syncs: Float64Array;
  readonly #operations: Float64Array;
  readonly #ofReads = new Set<string>();

  constructor(endUs: number, kinds: Readonly<Record<string, MessageKind | undefined>>) {
    this.#bucketUs = Math.max(BUCKET_US_MIN, Math.ceil((endUs + 1) / BUCKETS_MAX));
    this.#kinds = kinds;
    const buckets = Math.ceil((endUs + 1) / this.#bucketUs) + 1;
    this.#messages = KINDS.map(() => new Float64Array(buckets));
    this.#bytes = KINDS.map(() => new Float64Array(buckets));
    this.#syncs = new Float64Array(buckets);
    this.#operations = new Float64Array(buckets);
  }

  handleStep(life: Life, header: StepHeader, inputText: string | null): void {
    const bucket = this.#bucketAt(header.us);
    if (header.input === 'persisted') add(this.#syncs, bucket);
    let ofRead = header.input === 'read';
    if (header.recv !== undefined) {
      const [id, , type] = header.recv;
      ofRead = this.#ofReads.delete(id);
      const bytes = inputText === null ? 0 : bodyLength(inputText);
      add(this.#bytes[this.#kindOf(type, ofRead)], bucket, bytes);
    }
    if (header.sends === undefined) return;
    for (const [x, , type] of header.sends) {
      const isOfRead = ofRead && this.#mayServeRead(type);
      if (isOfRead && this.#ofReads.size < READ_MESSAGES_MAX) {
        this.#ofReads.add(`${life.node}:${life.incarnation}:${header.n}:${x}`);
      }
      add(this.#messages[this.#kindOf(type, isOfRead)], bucket);
    }
  }

  /** Operations that took effect for the first time. */
  handleEffects(us: number, count: number): void {
    add(this.#operations, this.#bucketAt(us), count);
  }

  /** Sums over the buckets that lie within these spans. */
  over(spans: readonly Span[]): CostReport {
    const sum = { spanMs: 0, operations: 0, messages: none(), bytes: none(), syncs: 0 };
    for (const { fromUs, toUs } of spans) {
      const first = Math.ceil(fromUs / this.#bucketUs);
      const end = Math.min(Math.floor(toUs / this.#bucketUs), this.#syncs.length);
      sum.spanMs += Math.max(0, end - first) * (this.#bucketUs / 1_000);
      for (let bucket = first; bucket < end; bucket += 1) this.#addBucket(sum, bucket);
    }
    return sum;
  }

  /** Sums over everything. */
  whole(durationUs: number): CostReport {
    const toUs = this.#syncs.length * this.#bucketUs;
    return { ...this.over([{ fromUs: 0, toUs }]), spanMs: durationUs / 1_000 };
  }

  #addBucket(sum: CostReport, bucket: number): void {
    sum.operations += this.#operations[bucket] ?? 0;
    sum.syncs += this.#syncs[bucket] ?? 0;
    for (const [i, kind] of KINDS.entries()) {
      sum.messages[kind] += this.#messages[i]?.[bucket] ?? 0;
      sum.bytes[kind] += this.#bytes[i]?.[bucket] ?? 0;
    }
  }

  #kindOf(type: string, ofRead: boolean): number {
    const kind = ofRead ? 'read' : (this.#kinds[type] ?? 'answer');
    return KINDS.indexOf(kind);
  }

  /** A step that answers a read may also go on with other work. */
  #mayServeRead(type: string): boolean {
    const kind = this.#kinds[type];
    return kind === 'heartbeat' || kind === 'read';
  }

  #bucketAt(us: number): number {
    return Math.min(this.#syncs.length - 1, Math.max(0, Math.floor(us / this.#bucketUs)));
  }
}

function add(numbers: Float64Array | undefined, at: number, value = 1): void {
  if (numbers !== undefined) numbers[at] = (numbers[at] ?? 0) + value;
}

function none(): PerKind {
  const zero = { replicate: 0, answer: 0, commit: 0, heartbeat: 0, election: 0, read: 0 };
  return { ...zero, 'catch-up': 0 };
}
