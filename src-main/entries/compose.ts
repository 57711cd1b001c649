/**
 * The composition root: puts a lab, its recorder, the recordings and the API's needs together. The
 * command line, the browser lab and the desktop window all start here.
 */
import type { ApiHost, RunStore } from '../api/ports.ts';
import type { VerifyResult } from '../contract/calls.ts';
import type { RunReport } from '../contract/report.ts';
import type { ChildEntries } from '../lab/child-entries.ts';
import { createLab } from '../lab/lab.ts';
import { listScenarios } from '../lab/scenario-library.ts';
import { openRecorder, type WorkerRecorder } from '../storage/recorder.ts';
import { RunReader } from '../storage/run-reader.ts';
import { SCENARIO_DIRECTORY, type DataPlaces } from './data-places.ts';
import type { RecordedStep } from '../verification/histories/shiviz.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { RunFacts } from './check-history.ts';
import { reportRun } from './report-run.ts';
import { verifyRecordedRun } from './verify-recorded-run.ts';
import { LAB_VERSION } from './version.ts';
import { callWorker } from './worker-call.ts';

/** Where the programs of child processes and threads are in a bundled build. */
export interface ChildPrograms {
  readonly entries: ChildEntries;
  readonly recorderWorker: URL;
  readonly historyWorker: URL;
  readonly verifyWorker: URL;
  readonly reportWorker: URL;
}

export interface LabHost {
  readonly api: ApiHost;
  close(): Promise<void>;
}

/**
 * Opens the lab of `places` for one process: takes the database's lock, starts the recorder.
 * @throws LabError `database-*`
 */
export async function openLabHost(places: DataPlaces, programs?: ChildPrograms): Promise<LabHost> {
  const scenarios = listScenarios(SCENARIO_DIRECTORY);
  const recorder = await openRecorder({
    database: places.database,
    ...(programs === undefined
      ? {}
      : { workerUrl: programs.recorderWorker, historyWorkerUrl: programs.historyWorker }),
  });
  try {
    const reader = new RunReader(places.database);
    const lab = createLab({
      dataDir: places.dataDir,
      recorder,
      version: LAB_VERSION,
      ...(programs === undefined ? {} : { entries: programs.entries }),
    });
    const api: ApiHost = {
      lab,
      runs: { ...readingStore(reader), ...changingStore(recorder), ...threads(places, programs) },
      version: LAB_VERSION,
      ...places,
      scenarios: () => scenarios,
      notices: () => [],
    };
    const close = async (): Promise<void> => {
      try {
        await lab.close();
      } finally {
        reader.close();
        await recorder.close();
      }
    };
    return { api, close };
  } catch (error) {
    await recorder.close();
    throw error;
  }
}

export interface Recordings {
  readonly runs: Omit<RunStore, 'delete' | 'verify' | 'report'>;
  /** Re-executes every recorded life, here and now; `progress` hears the share done, 0 to 1. */
  verify(run: number, progress: (done: number) => void): VerifyResult;
  /** What it cost, and what its faults did. @throws LabError `unknown-run` */
  report(run: number): RunReport;
  /** What the clients asked and got. */
  operations(run: number): OperationRecord[];
  /** All that `qlab check` looks at. @throws LabError `unknown-run` */
  facts(run: number): RunFacts;
  /** The scenario file as it was run, drawn faults and all; null when there was none. */
  file(run: number): string | null;
  /** Every step of every life that was recorded. */
  steps(run: number): RecordedStep[];
  close(): void;
}

/** Opens the recordings for reading only: works beside a lab that writes them. */
export function openRecordings(places: DataPlaces): Recordings {
  const reader = new RunReader(places.database);
  return {
    runs: readingStore(reader),
    verify: (run, progress) => verifyRecordedRun(reader, run, progress),
    report: (run) => reportRun(reader, run),
    operations: (run) => [...reader.operations(run)],
    facts: (run) => factsOf(reader, run),
    file: (run) => reader.begin(run).scenarioSource,
    steps: (run) => stepsOf(reader, run),
    close: () => reader.close(),
  };
}

function factsOf(reader: RunReader, id: number): RunFacts {
  const run = reader.get(id);
  const changed = (run.metrics?.membership?.changes ?? 0) > 0;
  return {
    run,
    begin: reader.begin(id),
    operations: [...reader.operations(id)],
    events: reader.labEvents(id),
    configs: changed ? reader.configs(id) : [],
  };
}

function stepsOf(reader: RunReader, run: number): RecordedStep[] {
  return reader.lives(run).flatMap(({ node, incarnation }) => {
    const steps: RecordedStep[] = [];
    for (const { header } of reader.journalSteps(run, node, incarnation)) {
      if (header.k === 's') steps.push({ node, incarnation, header });
    }
    return steps;
  });
}

function readingStore(reader: RunReader): Omit<RunStore, 'delete' | 'verify' | 'report'> {
  return {
    list: ({ limit, beforeId }) => reader.list(limit, beforeId),
    get: (run) => reader.get(run),
    events: ({ run, fromUs, toUs, limit, withoutMessages }) =>
      reader.events(run, fromUs, toUs, limit, withoutMessages),
    moment: (run, us) => reader.moment(run, us),
    compare: (runs) => ({ runs: reader.compare(runs) }),
  };
}

function changingStore(recorder: WorkerRecorder): Pick<RunStore, 'delete'> {
  return { delete: (runs) => recorder.deleteRuns(runs) };
}

/** What takes long is done in threads, each with a connection of its own. */
function threads(
  { database }: DataPlaces,
  programs?: ChildPrograms,
): Pick<RunStore, 'verify' | 'report'> {
  const verifyUrl = programs?.verifyWorker ?? new URL('./verify-worker.ts', import.meta.url);
  const reportUrl = programs?.reportWorker ?? new URL('./report-worker.ts', import.meta.url);
  return {
    verify: (run) => callWorker(verifyUrl, 're-execution', { database, run }),
    report: (runs) => callWorker(reportUrl, 'report', { database, runs: [...runs] }),
  };
}
