/** `qlab script`: a text script on a simulated cluster, delivery by delivery, with its transcript. */
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { LabError } from '../../contract/errors.ts';
import type { ScriptRunResult } from '../../contract/results.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import { runScript, type ScriptResult } from '../../runtime/simulator/script/run-script.ts';
import { ScriptError } from '../../runtime/simulator/script/script-line.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';
import { parseProtocol } from './options.ts';
import { knownMutants } from './mutant-names.ts';
import type { SetExitCode } from './shared.ts';
import { print, printJson } from './terminal.ts';

interface ScriptCommandOptions {
  readonly protocol: ProtocolName;
  readonly mutant: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXIT_FAILED = 1;

export function addScriptCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('script')
    .summary('run a script on a simulated cluster')
    .description(
      'Run a text script (docs/SCENARIOS.md) on a simulated cluster; print what follows.',
    )
    .argument('<file>', 'path of a .qs file')
    .option('--protocol <name>', 'paxos, raft or zab', parseProtocol, 'raft' as ProtocolName)
    .option('--mutant <name>', 'rule to switch off, may be given again', collect, [])
    .option('--quiet', 'print only what went wrong')
    .option('--json', 'print exactly one JSON object on standard output')
    .action((file: string, options: ScriptCommandOptions) => {
      const result = runFile(file, options);
      if (options.json) printJson(jsonOf(file, options, result));
      else printResult(result, options.quiet === true);
      if (result.failures.length > 0) setExitCode(EXIT_FAILED);
    });
}

function collect(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}

/** @throws LabError when the file is not there or says what no script can. */
export function runFile(
  file: string,
  { protocol, mutant }: Pick<ScriptCommandOptions, 'protocol' | 'mutant'>,
): ScriptResult {
  const text = readScript(file);
  const definition = protocolDefinition(protocol);
  try {
    return runScript(text, { protocol: definition, mutants: knownMutants(definition, mutant) });
  } catch (error) {
    if (error instanceof ScriptError) throw new LabError('bad-input', `${file}: ${error.message}`);
    throw error;
  }
}

export function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError('bad-input', `cannot read the script: ${why}`);
  }
}

function jsonOf(
  file: string,
  { protocol, mutant }: ScriptCommandOptions,
  { failures, violations, transcript }: ScriptResult,
): ScriptRunResult {
  return {
    script: file,
    protocol,
    mutants: [...mutant],
    passed: failures.length === 0,
    failures: [...failures],
    violations: violations.map(({ id, what, node }) => ({ invariant: id, message: what, node })),
    transcript: [...transcript],
  };
}

function printResult({ transcript, failures }: ScriptResult, quiet: boolean): void {
  if (!quiet) print(transcript);
  const verdict = failures.length === 0 ? 'every expectation holds' : 'does not hold:';
  print(['', verdict, ...failures.map((failure) => `  ${failure}`)]);
}
