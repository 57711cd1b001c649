/** `qlab report`: what recorded runs cost, and what each fault did to them. */
import type { Command } from 'commander';
import type { ReportResult } from '../../contract/results.ts';
import { reportPage } from '../../verification/reports/page/page.ts';
import { openRecordings } from '../compose.ts';
import { writeReport } from '../report-file.ts';
import { parseRunIds } from './options.ts';
import { reportLines } from './report-lines.ts';
import { addCommonOptions, placesOf, type CommonOptions } from './shared.ts';
import { print, printJson } from './terminal.ts';

interface ReportOptions extends CommonOptions {
  readonly html?: string;
}

const HELP = `
Several runs stand side by side, on the same scales. docs/REPORTS.md defines every figure.

Examples:
  qlab report 7
  qlab report 7 8 9 --html out.html
  qlab report 7 --json`;

export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .summary('what recorded runs cost, and what each fault did')
    .description(
      'Per fault: detection, new leader, first commit, outage, operations lost. Per committed ' +
        'operation: messages, bytes, syncs, round trips. Latency, throughput, leaders over time.',
    )
    .argument('<runs...>', 'numbers of runs, as qlab runs lists them', parseRunIds)
    .option('--html <file>', 'write one self-contained page with plots there')
    .addHelpText('after', HELP);
  addCommonOptions(command).action((runIds: readonly number[], options: ReportOptions) => {
    const recordings = openRecordings(placesOf(options));
    try {
      const runs = runIds.map((run) => recordings.report(run));
      const written = options.html === undefined ? null : writePage(options.html, runs);
      const result: ReportResult = { runs, html: options.html ?? null };
      if (options.json) printJson(result);
      else print(written === null ? reportLines(runs) : [...reportLines(runs), '', written]);
    } finally {
      recordings.close();
    }
  });
}

/** @returns what to tell of it */
function writePage(file: string, runs: ReportResult['runs']): string {
  const wasThere = writeReport(file, reportPage(runs));
  return `${wasThere ? 'written anew' : 'written'}: ${file}`;
}
