/** What every sub-command takes and gives. */
import type { Command } from 'commander';
import type { RunResult } from '../../contract/results.ts';
import type { Run } from '../../contract/model.ts';
import { dataPlaces, type DataPlaces } from '../data-places.ts';

export interface CommonOptions {
  readonly db?: string;
  readonly json?: boolean;
}

/** How a command ended: becomes the exit code (docs of `qlab --help`). */
export type SetExitCode = (code: number) => void;

export function addCommonOptions(command: Command): Command {
  return command
    .option('--db <path>', 'database file of the recordings (default: your data directory)')
    .option('--json', 'print exactly one JSON object on standard output');
}

export function placesOf(options: CommonOptions): DataPlaces {
  return dataPlaces(options.db ?? null);
}

export function runResult(run: Run): RunResult {
  const { id: runId, protocol, seed, violations, metrics, note } = run;
  return { runId, protocol, seed, verdict: run.verdict ?? 'unknown', violations, metrics, note };
}

/** How to look at what was recorded, with the same `--db`. */
export function showHint(runId: number, options: CommonOptions): string {
  return `qlab show ${runId}${options.db === undefined ? '' : ` --db ${options.db}`}`;
}
