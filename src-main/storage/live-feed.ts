/**
 * The events of a run on their way to the screen: batches in the order of time, of a bounded size.
 * When there are too many, messages are left out, from some moment of the batch on, so that those
 * that are shown are shown whole; what a node says of itself, faults and lives never are.
 */
import type { ViewEvent } from '../contract/events.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';
import { eventCount, headerEvents, messageCount, type MessageKinds } from './view-events.ts';

const MESSAGES_MAX = 1_000;
/** A screen that has not taken so many batches gets the next one later. */
const BATCHES_OUTSTANDING_MAX = 4;

interface Waiting {
  readonly us: number;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly header: JournalHeader | null;
  readonly event: ViewEvent | null;
}

export class LiveFeed {
  readonly #kinds: MessageKinds;
  #waiting: Waiting[] = [];
  #messages = 0;
  #skipped = 0;
  #outstanding = 0;

  constructor(kinds: MessageKinds) {
    this.#kinds = kinds;
  }

  addHeader(node: NodeId, incarnation: Incarnation, header: JournalHeader): void {
    const messages = messageCount(header);
    const others = eventCount(header) - messages;
    // Far beyond what a batch shows: remember the number only, so that memory stays flat.
    if (others === 0 && this.#messages > MESSAGES_MAX * 4) {
      this.#skipped += messages;
      return;
    }
    if (messages + others === 0) return;
    this.#messages += messages;
    this.#waiting.push({ us: header.us, node, incarnation, header, event: null });
  }

  addEvent(event: ViewEvent): void {
    this.#waiting.push({ us: event.us, node: '', incarnation: 0, header: null, event });
  }

  /** The main thread has handled a batch. */
  handleTaken(): void {
    this.#outstanding -= 1;
  }

  /** The next batch; null when there is nothing to tell or, unless it is the last, the screen is
   *  behind. */
  takeBatch(isLast: boolean): ViewEvent[] | null {
    const isBehind = this.#outstanding >= BATCHES_OUTSTANDING_MAX;
    if (this.#waiting.length === 0 || (isBehind && !isLast)) return null;
    const waiting = this.#waiting.sort((a, b) => a.us - b.us);
    const batch: ViewEvent[] = [];
    let room = MESSAGES_MAX;
    let skipped = this.#skipped;
    for (const { node, incarnation, header, event } of waiting) {
      if (event !== null) batch.push(event);
      if (header === null) continue;
      const messages = messageCount(header);
      const fits = messages <= room;
      if (fits) room -= messages;
      else {
        room = 0;
        skipped += messages;
      }
      headerEvents(node, incarnation, header, this.#kinds, fits, batch);
    }
    if (skipped > 0) batch.push({ k: 'skipped', us: waiting.at(-1)?.us ?? 0, count: skipped });
    this.#waiting = [];
    this.#messages = 0;
    this.#skipped = 0;
    this.#outstanding += 1;
    return batch;
  }
}
