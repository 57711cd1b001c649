/** Re-execution of a recorded run: the journals come from storage, the cores from the replayer. */
import type { VerifyResult } from '../contract/calls.ts';
import type { JournalRecord } from '../runtime/replayer/verify-life.ts';
import { verifyRun } from '../runtime/replayer/verify-run.ts';
import type { RunLife, RunReader } from '../storage/run-reader.ts';

/**
 * @param progress called after each life with the share done, 0 to 1.
 * @throws LabError `unknown-run`
 */
export function verifyRecordedRun(
  reader: RunReader,
  run: number,
  progress?: (done: number) => void,
): VerifyResult {
  const { protocol, service } = reader.begin(run);
  const lives = reader.lives(run).map((life) => ({
    node: life.node,
    incarnation: life.incarnation,
    records: () => recordsOf(reader, run, life),
  }));
  return { runId: run, ...mutable(verifyRun({ protocol, service, lives }, progress)) };
}

function* recordsOf(reader: RunReader, run: number, life: RunLife): Generator<JournalRecord> {
  for (const { header, inputText } of reader.journalSteps(run, life.node, life.incarnation)) {
    yield { header, inputText: inputText ?? '' };
  }
}

/** The contract's types are those of parsed JSON: without `readonly`. */
function mutable(verdict: ReturnType<typeof verifyRun>): Omit<VerifyResult, 'runId'> {
  return { ...verdict, skipped: [...verdict.skipped] };
}
