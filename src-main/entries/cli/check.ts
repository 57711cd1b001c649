/** `qlab check`: what can be said of a recorded run, or of a history that something else wrote. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { LabError } from '../../contract/errors.ts';
import type { CheckResult } from '../../contract/results.ts';
import type { HistoryForm } from '../../verification/histories/history-line.ts';
import { readHistory } from '../../verification/histories/jepsen-history.ts';
import {
  DEFAULT_LIMITS,
  type CheckLimits,
} from '../../verification/linearizability/check-history.ts';
import { MODEL_NAMES, type ModelName } from '../../verification/linearizability/models/by-name.ts';
import { checkFile, checkRun, type AskedConsistency } from '../check-history.ts';
import { openRecordings } from '../compose.ts';
import { checkLines } from './check-lines.ts';
import { parseRunId } from './options.ts';
import { ShareLine } from './progress.ts';
import { addCommonOptions, placesOf, type CommonOptions, type SetExitCode } from './shared.ts';
import { print, printJson } from './terminal.ts';

interface CheckOptions extends CommonOptions {
  readonly model?: ModelName;
  readonly form?: HistoryForm;
  readonly consistency?: Exclude<AskedConsistency, null>;
  readonly recovery?: number;
  readonly seconds: number;
  readonly memory: number;
}

const EXIT_CODES: Readonly<Record<CheckResult['verdict'], number>> = {
  valid: 0,
  invalid: 1,
  unknown: 3,
};
const CONSISTENCIES: readonly Exclude<AskedConsistency, null>[] = ['linearizable', 'sequential'];
const FORMS: readonly HistoryForm[] = ['edn', 'jsonl'];
/** All problems of a file are counted; so many are told. */
const PROBLEMS_MAX = 20;

const HELP = `
A run is checked against the lab's key-value store. A file is a history in Jepsen's form, EDN or
JSON lines, and needs --model. Without --consistency each read has to be as fresh as its level
promises. Verdicts: valid (exit code 0), invalid (1), unknown (3): not decided within the limits.
docs/CHECKING.md explains them.

Examples:
  qlab check 7
  qlab check history.edn --model register`;

export function addCheckCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('check')
    .summary('what a run, or a client history in a file, violates')
    .description(
      'Check a recorded run (invariants, exactly-once, liveness, linearizability, sequential ' +
        'consistency, session guarantees), or a client history in a file.',
    )
    .argument('<what>', 'number of a run, as qlab runs lists it, or path of a history')
    .option('--model <name>', `of a file: ${MODEL_NAMES.join(', ')}`, parseModel)
    .option('--form <form>', 'of a file: edn or jsonl (default: by the end of its name)', parseForm)
    .option(
      '--consistency <name>',
      `of all operations, whatever their level promises: ${CONSISTENCIES.join(', ')}`,
      parseConsistency,
    )
    .option(
      '--recovery <ms>',
      'of a run: an operation succeeds so soon after a fault (default: 20 election timeouts)',
      parseLimit,
    )
    .option('--seconds <number>', 'give up after this long', parseLimit, 60)
    .option('--memory <MiB>', 'for remembering what was tried', parseLimit, 512)
    .addHelpText('after', HELP);
  addCommonOptions(command).action((what: string, options: CheckOptions) => {
    const progress = new TenthsLine();
    try {
      const result = checked(what, options, progress);
      progress.end();
      if (options.json) printJson(result);
      else print(checkLines(result));
      setExitCode(EXIT_CODES[result.verdict]);
    } finally {
      progress.end();
    }
  });
}

function checked(what: string, options: CheckOptions, progress: TenthsLine): CheckResult {
  const limits = limitsOf(options, progress);
  if (/^\d+$/.test(what)) {
    if (options.model !== undefined || options.form !== undefined) {
      throw new InvalidArgumentError('--model and --form are for files; a run has its own model');
    }
    return checkedRun(parseRunId(what), options, limits);
  }
  const { model, form = formOf(what), consistency = null, recovery } = options;
  if (recovery !== undefined) {
    throw new InvalidArgumentError('--recovery is for runs; a file has no faults');
  }
  if (model === undefined) {
    throw new InvalidArgumentError(`a file needs --model; allowed: ${MODEL_NAMES.join(', ')}`);
  }
  const history = readHistory(readText(what), form, model);
  if (history.problems.length > 0) throw problemsError(what, history.problems);
  return checkFile(what, history, model, consistency, limits);
}

function checkedRun(id: number, options: CheckOptions, limits: CheckLimits): CheckResult {
  const recordings = openRecordings(placesOf(options));
  try {
    const { consistency = null, recovery = null } = options;
    return checkRun(recordings.facts(id), consistency, recovery, limits);
  } finally {
    recordings.close();
  }
}

function limitsOf({ seconds, memory }: CheckOptions, progress: TenthsLine): CheckLimits {
  const endMs = performance.now() + seconds * 1_000;
  return {
    // Time is what a person limits; steps only keep numbers finite.
    steps: DEFAULT_LIMITS.steps * 1_000,
    memoBytes: memory * 1024 * 1024,
    shouldStop: () => performance.now() > endMs,
    onProgress: (done, all) => progress.report(done / all),
  };
}

function formOf(file: string): HistoryForm {
  const extension = path.extname(file);
  if (extension === '.edn') return 'edn';
  if (extension === '.jsonl' || extension === '.ndjson' || extension === '.json') return 'jsonl';
  throw new LabError('bad-input', `${file} is neither .edn nor .jsonl: --form says which it is`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError('bad-input', `cannot read the history: ${why}`);
  }
}

function problemsError(
  file: string,
  problems: readonly { readonly line: number; readonly what: string }[],
): LabError {
  const told = problems.slice(0, PROBLEMS_MAX).map(({ line, what }) => `${file}:${line}: ${what}`);
  const more = problems.length - told.length;
  if (more > 0) told.push(`and ${more} more`);
  return new LabError('bad-input', told.join('\n'));
}

function parseModel(text: string): ModelName {
  const name = MODEL_NAMES.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`allowed: ${MODEL_NAMES.join(', ')}`);
  return name;
}

function parseForm(text: string): HistoryForm {
  const form = FORMS.find((known) => known === text);
  if (form === undefined) throw new InvalidArgumentError(`allowed: ${FORMS.join(', ')}`);
  return form;
}

function parseConsistency(text: string): Exclude<AskedConsistency, null> {
  const name = CONSISTENCIES.find((known) => known === text);
  if (name !== undefined) return name;
  throw new InvalidArgumentError(`allowed: ${CONSISTENCIES.join(', ')}`);
}

function parseLimit(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 100_000) {
    throw new InvalidArgumentError('allowed: a whole number from 1 to 100000');
  }
  return value;
}

/** Hears of every key and tells of every tenth. */
class TenthsLine {
  #line: ShareLine | null = null;
  #tenths = 0;

  report(done: number): void {
    const tenths = Math.floor(done * 10);
    if (tenths === this.#tenths) return;
    this.#tenths = tenths;
    this.#line ??= new ShareLine('checked');
    this.#line.report(done);
  }

  end(): void {
    this.#line?.end();
    this.#line = null;
  }
}
