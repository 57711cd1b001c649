/**
 * The command line, `qlab`. Exit codes: 0 valid, 1 a violation or divergence, 2 wrong use,
 * 3 verdict unknown, 4 the environment failed, 130 and 143 after SIGINT and SIGTERM.
 */
import { Command, CommanderError } from 'commander';
import { ERRORS, LabError } from '../../contract/errors.ts';
import type { ErrorResult } from '../../contract/results.ts';
import { LAB_VERSION } from '../version.ts';
import { addCheckCommand } from './check.ts';
import { addCompareCommand } from './compare.ts';
import { addExportCommand } from './export.ts';
import { addFuzzCommand } from './fuzz.ts';
import { addMinimizeCommand } from './minimize.ts';
import { addReplayCommand } from './replay.ts';
import { addReportCommand } from './report.ts';
import { addRunCommand } from './run.ts';
import { addRunsCommand } from './runs.ts';
import { addScriptCommand } from './script.ts';
import { addServeCommand } from './serve.ts';
import { addShowCommand } from './show.ts';
import { printJson } from './terminal.ts';

const EXIT_WRONG_USE = 2;

const HELP = `
Exit codes: 0 valid, 1 a violation or divergence was found, 2 wrong use, 3 verdict unknown,
            4 the environment failed (database, port, disk, nodes)

Examples:
  qlab run leader-crash --protocol zab
  qlab compare minority-partition --trials 3
  qlab replay 7 --verify
  qlab check 7
  qlab report 7 --html out.html`;

function buildProgram(setExitCode: (code: number) => void): Command {
  const program = new Command('qlab')
    .description('Quorum Lab: real Paxos, Raft and ZAB clusters, broken on purpose and recorded.')
    .version(LAB_VERSION)
    .showHelpAfterError('(qlab --help shows what is allowed)')
    .configureOutput({ outputError: (text, write) => write(`qlab: ${text}`) })
    .exitOverride()
    .addHelpText('after', HELP);
  addRunCommand(program, setExitCode);
  addCompareCommand(program, setExitCode);
  addRunsCommand(program);
  addShowCommand(program);
  addReplayCommand(program, setExitCode);
  addCheckCommand(program, setExitCode);
  addReportCommand(program);
  addExportCommand(program);
  addFuzzCommand(program, setExitCode);
  addScriptCommand(program, setExitCode);
  addMinimizeCommand(program);
  addServeCommand(program);
  return program;
}

/** Exit code of a failure, after telling it: one object with `--json`, a line otherwise. */
function reportFailure(error: unknown, json: boolean): number {
  // Commander has written its own line already, unless a command threw it; what it wrote begins
  // with `error:`. Help and version come here with exit code 0.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const text = error.message.replace(/^error: /, '');
    if (text === error.message) tell(`error: ${text}`);
    if (json) printJson(errorResult('bad-input', text, null));
    return EXIT_WRONG_USE;
  }
  if (error instanceof LabError) {
    tell(`error ${error.code}: ${error.message}`);
    if (json) printJson(errorResult(error.code, error.message, error.details));
    return ERRORS[error.code].exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell(`error internal: ${text}`);
  if (json) printJson(errorResult('internal', text, null));
  return ERRORS.internal.exitCode;
}

function tell(text: string): void {
  process.stderr.write(`qlab: ${text}\n`);
}

function errorResult(code: string, message: string, details: string | null): ErrorResult {
  return { error: { code, message, details } };
}

/** npm runs scripts in the project's directory; paths a person gives are meant from their own. */
function enterCallerDirectory(): void {
  const { npm_lifecycle_event: script, INIT_CWD: caller } = process.env;
  if (script === 'qlab' && caller) process.chdir(caller);
}

// A reader that went away (`qlab runs | head`) is no error of ours.
process.stdout.on('error', () => undefined);
enterCallerDirectory();
let exitCode = 0;
try {
  await buildProgram((code) => (exitCode = code)).parseAsync();
} catch (error) {
  exitCode = reportFailure(error, process.argv.includes('--json'));
}
process.exitCode = exitCode;
