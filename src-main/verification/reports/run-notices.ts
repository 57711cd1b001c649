/** What a reader of a report must know of the record it is made from. */
import type { Run } from '../../contract/model.ts';
import type { RunReport } from '../../contract/report.ts';

export function runNotices(run: Run, { ok, failed, unknown }: RunReport['outcomes']): string[] {
  const notices: string[] = [];
  if (run.status === 'running') {
    notices.push('The run is still being recorded: the figures are of what was recorded so far.');
  }
  // The note of a run that was salvaged says the same, and more.
  if (run.status === 'incomplete' && run.note === null) {
    notices.push('The lab ended before the run did: the record may lack its end.');
  }
  if (run.status === 'failed') notices.push('The run failed: the record may lack its end.');
  if (run.note !== null) notices.push(run.note);
  if (ok + failed + unknown === 0) {
    notices.push(
      'No client asked for anything: there is no latency, outage or cost per operation.',
    );
  } else if (ok === 0) notices.push('No operation succeeded.');
  if (run.mutants.length > 0) {
    notices.push(`Rules were switched off: ${run.mutants.join(', ')}.`);
  }
  return notices;
}
