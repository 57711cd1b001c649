/** The report of a recorded run: the record comes from storage, the figures from verification. */
import type { RunReport } from '../contract/report.ts';
import type { RunReader } from '../storage/run-reader.ts';
import { RunReportBuilder } from '../verification/reports/run-report.ts';

/** @throws LabError `unknown-run` */
export function reportRun(reader: RunReader, run: number): RunReport {
  const { directory, ...settings } = reader.begin(run);
  const host = isSimulated(directory) ? 'simulated' : 'live';
  const found = reader.get(run);
  // A run that is under way, or that lost its lab, may be longer than its row says.
  const isEnded = found.status === 'finished' || found.status === 'failed';
  const recordedMs = isEnded ? 0 : reader.newestUs(run) / 1_000;
  const durationMs = Math.max(found.durationMs, recordedMs);
  const builder = new RunReportBuilder({ ...found, durationMs }, { ...settings, host });
  for (const recorded of reader.inOrder(run)) {
    if (recorded.is === 'line') builder.handleLine(recorded.line);
    else builder.handleLabEvent(recorded.event);
  }
  for (const operation of reader.operations(run)) builder.handleOperation(operation);
  return builder.finish();
}

/** The directory of a run is named after what it ran on; nothing else in the record says so. */
function isSimulated(directory: string): boolean {
  return /^(raft|paxos|zab)-sim-/.test(directory.split(/[\\/]/).at(-1) ?? '');
}
