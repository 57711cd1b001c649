/** The thread that re-executes one recorded run and answers with the verdict. */
import { RunReader } from '../storage/run-reader.ts';
import { verifyRecordedRun } from './verify-recorded-run.ts';
import { answerCaller } from './worker-call.ts';

answerCaller(({ database, run }: { database: string; run: number }) => {
  const reader = new RunReader(database);
  try {
    return verifyRecordedRun(reader, run);
  } finally {
    reader.close();
  }
});
