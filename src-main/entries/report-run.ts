/** The report of a recorded run: the record comes from storage, the figures from verification. */
import type { RunReport } from '../contract/report.ts';
import type { RunReader } from '../storage/run-reader.ts';
import { RunReportBuilder } from '../verification/reports/run-report.ts';

/** @throws LabError `unknown-run` */
export function reportRun(reader: RunReader, run: number): RunReport {
  const { directory, ...settings } = reader.begin(run);
  const host = isSimulated(directory) ? 'simulated' : 'live';
  const builder = new RunReportBuilder(reader.get(run), { ...settings, host });
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
