/** `qlab script`: a text script on a simulated cluster, with its transcript. */
import type { Command } from 'commander';
import { LabError } from '../../contract/errors.ts';
import type { ScriptRunResult } from '../../contract/results.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import { runScript, type ScriptResult } from '../../runtime/simulator/script/run-script.ts';
import { ScriptError } from '../../runtime/simulator/script/script-line.ts';
import { scriptProtocols } from '../../runtime/simulator/script/script-header.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../vocabulary/ids.ts';
import { parseProtocol } from './options.ts';
import { readScript } from './script-files.ts';
import { knownMutants } from './mutant-names.ts';
import type { SetExitCode } from './shared.ts';
import { print, printJson } from './terminal.ts';

interface ScriptCommandOptions {
  readonly protocol?: ProtocolName;
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
    .option(
      '--protocol <name>',
      'paxos, raft or zab (default: the first one the script names, else raft)',
      parseProtocol,
    )
    .option('--mutant <name>', 'rule to switch off, may be given again', collect, [])
    .option('--quiet', 'print only what went wrong')
    .option('--json', 'print exactly one JSON object on standard output')
    .action((file: string, options: ScriptCommandOptions) => {
      const text = readScript(file);
      const protocol = options.protocol ?? protocolOf(text);
      const result = runText(file, text, protocol, options.mutant);
      if (options.json) printJson(jsonOf(file, protocol, options.mutant, result));
      else printResult(result, options.quiet === true);
      if (result.failures.length > 0) setExitCode(EXIT_FAILED);
    });
}

function collect(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}

/** The first protocol the script names; raft when it fits all of them. */
function protocolOf(text: string): ProtocolName {
  const named = scriptProtocols(text);
  return named.length === PROTOCOL_NAMES.length ? 'raft' : (named[0] ?? 'raft');
}

/** @throws LabError when the script says what no script can. */
function runText(
  file: string,
  text: string,
  protocol: ProtocolName,
  mutants: readonly string[],
): ScriptResult {
  const definition = protocolDefinition(protocol);
  try {
    return runScript(text, { protocol: definition, mutants: knownMutants(definition, mutants) });
  } catch (error) {
    if (error instanceof ScriptError) throw new LabError('bad-input', `${file}: ${error.message}`);
    throw error;
  }
}

function jsonOf(
  file: string,
  protocol: ProtocolName,
  mutants: readonly string[],
  { failures, violations, transcript }: ScriptResult,
): ScriptRunResult {
  return {
    script: file,
    protocol,
    mutants: [...mutants],
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
