/**
 * One run while it is recorded: follows the journals of its nodes, and turns what they and the lab
 * say into rows, live events, checks and metrics. Lives in the worker.
 */
import type { ViewEvent } from '../contract/events.ts';
import type { Violation } from '../contract/model.ts';
import type { LabEvent, RunBegin, RunEnd } from '../lab/ports.ts';
import type { HistoryVerdict } from '../verification/history-verdict.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { CountersHeader, EndHeader, JournalHeader } from '../vocabulary/journal.ts';
import { errorText } from './database-errors.ts';
import { JournalChunk } from './journal-chunk.ts';
import { JournalFollower } from './journal-follower.ts';
import { LiveFeed } from './live-feed.ts';
import { messageKindsOf } from './message-kinds.ts';
import { OperationRates, RATE_SPAN_US, type OperationRate } from './operation-rates.ts';
import { parseOperationRows } from './operation-rows.ts';
import { RunAnalysis } from './run-analysis.ts';
import type { RunResult, RunWriter } from './run-writer.ts';
import { eventCount } from './view-events.ts';

interface LifeRecording {
  readonly chunk: JournalChunk;
  readonly follower: JournalFollower;
  storageId: string | null;
  isUnreadable: boolean;
}

interface HeldUp {
  readonly event: Extract<LabEvent, { k: 'up' }>;
  turns: number;
}

/** A node whose journal stays empty so long is told to be up all the same. */
const UP_TURNS_MAX = 50;

interface PendingOperations {
  readonly rows: string[];
  count: number;
  firstUs: number;
  lastUs: number;
}

export class RunRecording {
  readonly id: number;
  readonly begin: RunBegin;
  readonly live: LiveFeed;
  readonly #analysis: RunAnalysis;
  readonly #lives = new Map<string, LifeRecording>();
  readonly #rates = new OperationRates();
  readonly #newEvents: LabEvent[] = [];
  readonly #heldUps: HeldUp[] = [];
  readonly #newRates: OperationRate[] = [];
  readonly #newViolations: Violation[] = [];
  /** Not of the checks of this recording: they count all the same. */
  readonly #added: Violation[] = [];
  readonly #counters: { chunk: JournalChunk; header: CountersHeader }[] = [];
  readonly #ends: { chunk: JournalChunk; header: EndHeader }[] = [];
  #operations: PendingOperations = emptyOperations();
  #eventsWritten = 0;
  #violationsWritten = 0;
  #events = 0;
  #newestUs = 0;
  #pendingChars = 0;
  #unreadable: string | null = null;

  constructor(id: number, begin: RunBegin) {
    this.id = id;
    this.begin = begin;
    this.live = new LiveFeed(messageKindsOf(begin.protocol));
    const nodeIds = begin.members.map(({ nodeId }) => nodeId);
    this.#analysis = new RunAnalysis(begin.protocol, nodeIds);
  }

  /** Text that waits to be written. */
  get pendingChars(): number {
    return this.#pendingChars;
  }

  /** Some journal has more than one turn takes. */
  get hasMore(): boolean {
    for (const { follower, isUnreadable } of this.#lives.values()) {
      if (follower.hasMore && !isUnreadable) return true;
    }
    return false;
  }

  /** Why a journal could not be read to its end; the others are, and what was read stays. */
  get unreadable(): string | null {
    return this.#unreadable;
  }

  /** @param offset bytes of the journal that an earlier lab took in */
  follow(node: NodeId, incarnation: Incarnation, file: string, offset = 0): void {
    const key = `${node}:${incarnation}`;
    if (this.#lives.has(key)) return;
    const chunk = new JournalChunk(node, incarnation);
    const follower = new JournalFollower(file, offset);
    this.#lives.set(key, { chunk, follower, storageId: null, isUnreadable: false });
  }

  /** Headers that stand in the database already: for checks and figures only. */
  replayHeader(node: NodeId, incarnation: Incarnation, header: JournalHeader): void {
    this.#events += eventCount(header);
    if (header.us > this.#newestUs) this.#newestUs = header.us;
    this.#analysis.handleHeader(node, incarnation, header);
  }

  /** Events that stand in the database already. */
  replayEvents(events: readonly LabEvent[]): void {
    for (const event of events) this.#addEvent(event);
    this.#eventsWritten += this.#newEvents.splice(0).length;
  }

  /** Operations that stand in the database already; their rates are made anew. */
  replayOperations(rows: string): void {
    this.addOperations(0, rows);
    this.#operations = emptyOperations();
    this.#closeRates(this.#newestUs);
  }

  addEvents(events: readonly LabEvent[]): void {
    for (const event of events) {
      if (event.k === 'up') this.#heldUps.push({ event, turns: 0 });
      else this.#addEvent(event);
    }
  }

  addOperations(count: number, rows: string): void {
    const operations = parseOperationRows(rows);
    const pending = this.#operations;
    pending.rows.push(rows);
    pending.count += count;
    this.#pendingChars += rows.length;
    for (const operation of operations) {
      const { returnUs } = operation;
      if (returnUs < pending.firstUs) pending.firstUs = returnUs;
      if (returnUs > pending.lastUs) pending.lastUs = returnUs;
      if (returnUs > this.#newestUs) this.#newestUs = returnUs;
      this.#rates.add(operation);
    }
    this.#analysis.handleOperations(operations);
    this.#noteViolations();
  }

  /** Reads the next piece of every journal; false when none had anything new. */
  readJournals(): boolean {
    let grew = false;
    for (const life of this.#lives.values()) {
      const text = this.#readFrom(life);
      if (text === null) continue;
      grew = true;
      life.storageId ??= storageIdIn(text);
      this.#pendingChars += text.length;
      for (const header of life.chunk.add(text)) this.#handleHeader(life.chunk, header);
    }
    this.#releaseUps(UP_TURNS_MAX);
    this.#closeRates(this.#newestUs);
    this.#noteViolations();
    return grew;
  }

  /** Writes everything that waits. The caller holds the transaction. */
  write(writer: RunWriter): void {
    for (const { chunk, follower, storageId } of this.#lives.values()) {
      const { node, incarnation } = chunk;
      const row = chunk.takeRow();
      if (row === null) continue;
      writer.addChunk(this.id, node, incarnation, row);
      const { damaged: damagedLines } = chunk;
      const journalBytes = follower.offset;
      writer.putProgress(this.id, node, incarnation, { journalBytes, damagedLines, storageId });
    }
    this.#writeOperations(writer);
    for (const { chunk, header } of this.#counters.splice(0)) {
      writer.putCounters(this.id, chunk.node, chunk.incarnation, header);
    }
    for (const { chunk, header } of this.#ends.splice(0)) {
      writer.putEnd(this.id, chunk.node, chunk.incarnation, header);
    }
    for (const event of this.#newEvents.splice(0)) {
      writer.addLabEvent(this.id, ++this.#eventsWritten, event);
    }
    for (const rate of this.#newRates.splice(0)) writer.putRate(this.id, rate);
    for (const violation of this.#newViolations.splice(0)) {
      writer.putViolation(this.id, ++this.#violationsWritten, violation);
    }
    writer.putStanding(this.id, this.#events, this.#newestUs);
    this.#pendingChars = 0;
  }

  /** What another judge found while the run went on. */
  addViolation(violation: Violation): void {
    this.#added.push(violation);
    this.#tellViolation(violation);
  }

  /**
   * Final checks and figures; all journals must have been drained.
   * @param history what the clients saw comes to; null when it was not judged
   */
  finish(end: RunEnd, history: HistoryVerdict | null): RunResult {
    this.#releaseUps(0);
    this.#closeRates(Infinity);
    this.#noteLostLines();
    const analysed = this.#analysis.finish(end.us, end.failedExpectations);
    this.#noteViolations();
    for (const violation of end.failedExpectations) this.#tellViolation(violation);
    for (const violation of history?.violations ?? []) this.#addUntold(violation);
    const undecided = this.#added.length > 0 ? null : undecidedText(end, history);
    const unknownBecause = end.unknownBecause ?? undecided;
    const notes = [end.note, end.unknownBecause, undecided, analysed.missing].filter(isText);
    const isUnknown = unknownBecause !== null && analysed.verdict === 'valid';
    const verdict = isUnknown ? 'unknown' : analysed.verdict;
    return {
      status: this.#unreadable === null ? end.status : 'failed',
      verdict: this.#added.length > 0 ? 'invalid' : verdict,
      note: notes.length < 2 ? (notes[0] ?? null) : notes.map(asSentence).join(' '),
      metrics: analysed.metrics,
      events: this.#events,
      durationUs: end.us,
    };
  }

  /** Time of the newest thing that was recorded. */
  get newestUs(): number {
    return this.#newestUs;
  }

  close(): void {
    for (const { follower } of this.#lives.values()) follower.close();
  }

  /** A journal that cannot be read is the trouble of this run, and of no other. */
  #readFrom(life: LifeRecording): string | null {
    if (life.isUnreadable) return null;
    try {
      return life.follower.read();
    } catch (error) {
      life.isUnreadable = true;
      const whose = `${life.chunk.node} (life ${life.chunk.incarnation})`;
      const what = `the journal of ${whose} cannot be read: ${errorText(error)}`;
      this.#unreadable ??= what;
      this.#analysis.handleMissing(what);
      return null;
    }
  }

  #addEvent(event: LabEvent): void {
    this.#newEvents.push(event);
    this.#events += 1;
    if (event.us > this.#newestUs) this.#newestUs = event.us;
    this.#analysis.handleLabEvent(event);
    this.live.addEvent(event);
  }

  /**
   * The lab hears that a node is up after the node has booted, but a life begins with its `up`:
   * it is put just before the first line of the journal, as soon as that is there.
   */
  #releaseUps(turnsMax: number): void {
    for (const held of this.#heldUps.splice(0)) {
      const { event } = held;
      const firstUs = this.#lives.get(`${event.node}:${event.incarnation}`)?.chunk.bootUs ?? null;
      held.turns += 1;
      if (firstUs !== null) {
        this.#addEvent({ ...event, us: Math.max(0, Math.min(event.us, firstUs - 1)) });
      } else if (held.turns > turnsMax) this.#addEvent(event);
      else this.#heldUps.push(held);
    }
  }

  #handleHeader(chunk: JournalChunk, header: JournalHeader): void {
    this.#events += eventCount(header);
    if (header.us > this.#newestUs) this.#newestUs = header.us;
    if (header.k === 'c') this.#counters.push({ chunk, header });
    else if (header.k === 'x') this.#ends.push({ chunk, header });
    this.#analysis.handleHeader(chunk.node, chunk.incarnation, header);
    this.live.addHeader(chunk.node, chunk.incarnation, header);
  }

  #writeOperations(writer: RunWriter): void {
    const { rows, count, firstUs, lastUs } = this.#operations;
    if (count === 0) return;
    writer.addOperations(this.id, firstUs, lastUs, count, rows.join(',\n'));
    this.#operations = emptyOperations();
  }

  #closeRates(us: number): void {
    for (const rate of this.#rates.takeClosed(us)) {
      this.#newRates.push(rate);
      this.#events += 1;
      this.live.addEvent(rateEvent(rate));
    }
  }

  #noteViolations(): void {
    for (const violation of this.#analysis.takeNew()) this.#tellViolation(violation);
  }

  #tellViolation(violation: Violation): void {
    this.#newViolations.push(violation);
    this.#events += 1;
    this.live.addEvent({ k: 'violation', ...violation });
  }

  /** Of a key whose history was found illegal while it went on, no more is said. */
  #addUntold(violation: Violation): void {
    const key = keyIn(violation);
    if (!this.#added.some((added) => keyIn(added) === key)) this.addViolation(violation);
  }

  #noteLostLines(): void {
    for (const { chunk, follower, isUnreadable } of this.#lives.values()) {
      const life = `${chunk.node} (life ${chunk.incarnation})`;
      if (chunk.damaged > 0) {
        this.#analysis.handleMissing(`${chunk.damaged} lines of ${life} are damaged`);
      }
      const isEmpty = follower.offset === 0 && !isUnreadable;
      if (isEmpty) this.#analysis.handleMissing(`the journal of ${life} is empty`);
      if (follower.tooLong) this.#analysis.handleMissing(`a line of ${life} is too long to record`);
    }
  }
}

function isText(note: string | null): note is string {
  return note !== null;
}

/** Why a run that ended properly does not say whether its history is legal; null when it does. */
function undecidedText({ status }: RunEnd, history: HistoryVerdict | null): string | null {
  if (history !== null) return history.undecided;
  return status === 'finished' ? 'the history of the clients was not judged' : null;
}

/** Which history a violation is about: its message begins with the key (history-verdict.ts). */
function keyIn({ check, message }: Violation): string {
  return `${check} ${message.split(': ', 1)[0] ?? ''}`;
}

function asSentence(note: string): string {
  return note.endsWith('.') ? note : `${note}.`;
}

function rateEvent(rate: OperationRate): ViewEvent {
  const { us, ok, failed, unknown, p50Us } = rate;
  return { k: 'ops', us, spanUs: RATE_SPAN_US, ok, failed, unknown, p50Us };
}

/** `boot` names the storage near the beginning of its line; its whole log follows. */
function storageIdIn(text: string): string | null {
  return /"storageId":"([^"\\]*)"/.exec(text.slice(0, 4_000))?.[1] ?? null;
}

function emptyOperations(): PendingOperations {
  return { rows: [], count: 0, firstUs: Number.POSITIVE_INFINITY, lastUs: 0 };
}
