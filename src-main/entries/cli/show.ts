/** `qlab show`: one recorded run. */
import type { Command } from 'commander';
import { LabError } from '../../contract/errors.ts';
import type { ViewEvent } from '../../contract/events.ts';
import type { Run } from '../../contract/model.ts';
import type { RunStore } from '../../api/ports.ts';
import { eraLabel } from '../../vocabulary/era.ts';
import { openRecordings } from '../compose.ts';
import {
  changeLines,
  figureOf,
  METRIC_ROWS,
  milliseconds,
  verdictText,
  violationLines,
} from './figures.ts';
import { parseRunId } from './options.ts';
import { addCommonOptions, placesOf, type CommonOptions } from './shared.ts';
import { print, printJson, tableLines } from './terminal.ts';

interface ShowOptions extends CommonOptions {
  readonly file?: boolean;
}

const STORY_LINES_MAX = 60;
const PAGE_EVENTS = 20_000;

export function addShowCommand(program: Command): void {
  const command = program
    .command('show')
    .summary('show a recorded run')
    .description('Show the figures, the verdict and the story of a recorded run.')
    .argument('<run>', 'number of the run, as qlab runs lists it', parseRunId)
    .option('--file', 'print the scenario file as it was run, with the faults that were drawn');
  addCommonOptions(command).action((runId: number, options: ShowOptions) => {
    const recordings = openRecordings(placesOf(options));
    try {
      const run = recordings.runs.get(runId);
      if (options.file === true) print([fileOf(recordings.file(runId), runId).trimEnd()]);
      else if (options.json) printJson(run);
      else print(showLines(run, storyLines(recordings.runs, run)));
    } finally {
      recordings.close();
    }
  });
}

function fileOf(source: string | null, run: number): string {
  if (source !== null) return source;
  throw new LabError('unknown-scenario', `run ${run} was of no scenario: it has no file`);
}

function showLines(run: Run, story: readonly string[]): string[] {
  const figures = METRIC_ROWS.map((row) => [row.title, figureOf(row, [run])]);
  const mutants = run.mutants.length === 0 ? [] : [`switched off: ${run.mutants.join(', ')}`];
  return [
    `run ${run.id}: ${run.name}`,
    `${run.protocol}, ${run.nodes} nodes, seed ${run.seed}, group ${run.groupId}, ${run.startedAt}`,
    `${run.status} after ${milliseconds(run.durationMs)}, ${run.events} events`,
    ...(run.note === null ? [] : [run.note]),
    ...mutants,
    '',
    ...tableLines([{ title: 'figure' }, { title: 'value', align: 'right' }], figures),
    ...changeLines(run),
    '',
    `verdict: ${verdictText(run.verdict)}`,
    ...violationLines(run),
    '',
    ...story,
  ];
}

/** Faults, processes and leaders in the order of time. */
function storyLines(runs: Pick<RunStore, 'events'>, run: Run): string[] {
  const lines: string[] = [];
  const toUs = Number.MAX_SAFE_INTEGER;
  let fromUs: number | null = 0;
  while (fromUs !== null && lines.length <= STORY_LINES_MAX) {
    const limit = PAGE_EVENTS;
    const page = runs.events({ run: run.id, fromUs, toUs, limit, withoutMessages: true });
    for (const event of page.events) {
      const text = storyText(event);
      if (text !== null) lines.push(`${(event.us / 1_000_000).toFixed(3).padStart(9)} s  ${text}`);
    }
    fromUs = page.nextUs;
  }
  const more = lines.length > STORY_LINES_MAX ? ['           ...'] : [];
  return ['what happened', ...lines.slice(0, STORY_LINES_MAX), ...more];
}

function storyText(event: ViewEvent): string | null {
  switch (event.k) {
    case 'up':
      return `${event.node} started (life ${event.incarnation})`;
    case 'down':
      return `${event.node} ended: ${event.how}${event.why === '' ? '' : `, ${event.why}`}`;
    case 'fault':
      if (event.fault.endUs === null) return `fault begins: ${event.fault.label}`;
      return `fault ends: ${event.fault.label} (${event.fault.outcome ?? 'undone'})`;
    case 'admin': {
      const { label, endUs, ok, outcome } = event.record;
      if (endUs === null) return `command: ${label}`;
      return `${ok === true ? 'done' : 'NOT DONE'}: ${label} (${outcome ?? ''})`;
    }
    case 'manual':
      return `manual mode: ${event.what}${event.note === '' ? '' : ` (${event.note})`}`;
    case 'trace':
      if (event.e.kind !== 'role' || event.e.role !== 'leader' || !event.e.ready) return null;
      return `${event.node} leads (${eraLabel(event.e.era)})`;
    case 'violation':
      return `VIOLATION ${event.check}: ${event.message}`;
    default:
      return null;
  }
}
