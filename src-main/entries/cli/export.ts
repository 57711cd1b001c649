/** `qlab export`: a recorded run in the forms of other tools. */
import fs from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { LabError } from '../../contract/errors.ts';
import type { ExportResult } from '../../contract/results.ts';
import { exportHistory } from '../../verification/histories/export-history.ts';
import { shivizLog } from '../../verification/histories/shiviz.ts';
import { openRecordings, type Recordings } from '../compose.ts';
import { count } from './figures.ts';
import { parseRunId } from './options.ts';
import { addCommonOptions, placesOf, type CommonOptions } from './shared.ts';
import { print, printJson } from './terminal.ts';

const FORMATS = ['edn', 'jsonl', 'shiviz'] as const;
type Format = (typeof FORMATS)[number];

interface ExportOptions extends CommonOptions {
  readonly format: Format;
  readonly out?: string;
}

/** Lines that are written at once. */
const BATCH_LINES = 10_000;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write a recorded run for other tools')
    .description(
      "Write a run's client history in Jepsen's form (edn, jsonl), or its messages as a log for " +
        'ShiViz (shiviz).',
    )
    .argument('<run>', 'number of the run, as qlab runs lists it', parseRunId)
    .requiredOption('--format <format>', FORMATS.join(', '), parseFormat)
    .option('--out <file>', 'write there, not on standard output');
  addCommonOptions(command).action((runId: number, options: ExportOptions) => {
    const { format, out, json } = options;
    if (json && out === undefined) throw new InvalidArgumentError('--json needs --out');
    const recordings = openRecordings(placesOf(options));
    try {
      recordings.runs.get(runId);
      const lines = writeLines(linesOf(recordings, runId, format), out);
      if (out === undefined) return;
      const result: ExportResult = { runId, format, file: out, lines };
      if (json) printJson(result);
      else print([`run ${runId}: ${count(lines)} lines in ${out}`]);
    } finally {
      recordings.close();
    }
  });
}

function linesOf(recordings: Recordings, run: number, format: Format): Iterable<string> {
  return format === 'shiviz'
    ? shivizLog(recordings.steps(run))
    : exportHistory(recordings.operations(run), format);
}

/** @returns how many */
function writeLines(lines: Iterable<string>, file: string | undefined): number {
  const write = file === undefined ? writeOut : writerOf(file);
  let written = 0;
  let batch: string[] = [];
  for (const line of lines) {
    batch.push(line);
    written += 1;
    if (batch.length < BATCH_LINES) continue;
    write(`${batch.join('\n')}\n`);
    batch = [];
  }
  if (batch.length > 0) write(`${batch.join('\n')}\n`);
  return written;
}

function writeOut(text: string): void {
  process.stdout.write(text);
}

/** Makes the file, empty. @throws LabError when it cannot be written */
function writerOf(file: string): (text: string) => void {
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new LabError('bad-input', `cannot write ${file}: ${why}`);
    }
  };
  attempt(() => fs.writeFileSync(file, ''));
  return (text) => attempt(() => fs.appendFileSync(file, text));
}

function parseFormat(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (format === undefined) throw new InvalidArgumentError(`allowed: ${FORMATS.join(', ')}`);
  return format;
}
