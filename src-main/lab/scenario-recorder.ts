/**
 * The recorder as the run of one scenario uses it. What only the scenario knows, steps that were
 * not done, goes into the end of the record: such a run did not test what its file says.
 */
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { Run } from '../contract/model.ts';
import type { LabEvent, Recorder, RecorderEvents, RunBegin, RunEnd } from './ports.ts';

const STEPS_SHOWN_MAX = 5;

export class ScenarioRecorder implements Recorder {
  readonly #recorder: Recorder;
  #unknownBecause: string | null = null;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** To be told before the run ends. */
  noteUndone(undone: readonly string[]): void {
    this.#unknownBecause = undoneText(undone);
  }

  endRun(runId: number, end: RunEnd): Promise<Run> {
    return this.#recorder.endRun(runId, { ...end, unknownBecause: this.#unknownBecause });
  }

  beginGroup(): Promise<number> {
    return this.#recorder.beginGroup();
  }

  beginRun(begin: RunBegin): Promise<number> {
    return this.#recorder.beginRun(begin);
  }

  followJournal(runId: number, node: NodeId, incarnation: Incarnation, file: string): void {
    this.#recorder.followJournal(runId, node, incarnation, file);
  }

  recordEvents(runId: number, events: readonly LabEvent[]): void {
    this.#recorder.recordEvents(runId, events);
  }

  recordOperations(runId: number, operations: readonly OperationRecord[]): void {
    this.#recorder.recordOperations(runId, operations);
  }

  subscribe(events: RecorderEvents): () => void {
    return this.#recorder.subscribe(events);
  }

  close(): Promise<void> {
    return this.#recorder.close();
  }
}

/** `2 steps were not done: ...`; null when all were. */
export function undoneText(undone: readonly string[]): string | null {
  if (undone.length === 0) return null;
  const shown = undone.slice(0, STEPS_SHOWN_MAX).join('; ');
  const more = undone.length - STEPS_SHOWN_MAX;
  const what = undone.length === 1 ? '1 step was' : `${undone.length} steps were`;
  return `${what} not done: ${shown}${more > 0 ? `; and ${more} more` : ''}.`;
}
