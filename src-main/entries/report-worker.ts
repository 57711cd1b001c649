/** The thread that reports on recorded runs and answers with the page. */
import { RunReader } from '../storage/run-reader.ts';
import { reportPage } from '../verification/reports/page/page.ts';
import { reportRun } from './report-run.ts';
import { answerCaller } from './worker-call.ts';

answerCaller(({ database, runs }: { database: string; runs: readonly number[] }) => {
  const reader = new RunReader(database);
  try {
    return { html: reportPage(runs.map((run) => reportRun(reader, run))) };
  } finally {
    reader.close();
  }
});
