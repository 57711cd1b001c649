/** `qlab runs`: what was recorded. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Run } from '../../contract/model.ts';
import { openRecordings } from '../compose.ts';
import { milliseconds, verdictText } from './figures.ts';
import { parseLimit } from './options.ts';
import { addCommonOptions, placesOf, type CommonOptions } from './shared.ts';
import { print, printJson, tableLines } from './terminal.ts';

interface RunsOptions extends CommonOptions {
  readonly limit: number;
}

export function addRunsCommand(program: Command): void {
  const command = program
    .command('runs')
    .summary('list recorded runs')
    .description('List recorded runs, newest first. Works while a lab is running.')
    .option('--limit <number>', 'at most this many', parseLimit, 30);
  addCommonOptions(command).action((options: RunsOptions) => {
    const places = placesOf(options);
    if (options.db === undefined && !existsSync(places.database)) {
      printRuns({ runs: [], total: 0 }, options);
      return;
    }
    const recordings = openRecordings(places);
    try {
      printRuns(recordings.runs.list({ limit: options.limit }), options);
    } finally {
      recordings.close();
    }
  });
}

function printRuns(list: { runs: Run[]; total: number }, options: RunsOptions): void {
  if (options.json) printJson(list);
  else print(runLines(list.runs, list.total));
}

function runLines(runs: readonly Run[], total: number): string[] {
  if (runs.length === 0) return ['no run is recorded yet: qlab run leader-crash'];
  const columns = [
    { title: 'run', align: 'right' as const },
    { title: 'group', align: 'right' as const },
    { title: 'started' },
    { title: 'protocol' },
    { title: 'nodes', align: 'right' as const },
    { title: 'duration', align: 'right' as const },
    { title: 'status' },
    { title: 'verdict' },
    { title: 'name' },
  ];
  const rows = runs.map((run) => [
    String(run.id),
    String(run.groupId),
    run.startedAt.replace('T', ' ').slice(0, 19),
    run.protocol,
    String(run.nodes),
    milliseconds(run.durationMs),
    run.status,
    verdictText(run.verdict),
    run.scenario ?? run.name,
  ]);
  const more = total > runs.length ? [`${total - runs.length} older ones: --limit`] : [];
  return [...tableLines(columns, rows), ...more];
}
