/** `qlab replay --verify`: feeds the recorded inputs to fresh cores and compares what they do. */
import { InvalidArgumentError, type Command } from 'commander';
import type { VerifyResult } from '../../contract/calls.ts';
import { openRecordings } from '../compose.ts';
import { count } from './figures.ts';
import { parseRunId } from './options.ts';
import { ShareLine } from './progress.ts';
import { addCommonOptions, placesOf, type CommonOptions, type SetExitCode } from './shared.ts';
import { paint, print, printJson } from './terminal.ts';

interface ReplayOptions extends CommonOptions {
  readonly verify?: boolean;
}

export function addReplayCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('replay')
    .summary('re-execute a recorded run and compare')
    .description(
      'Feed every recorded input of a run to fresh protocol cores and compare their effects with ' +
        'the recorded ones. To watch a run, open it in the dashboard: qlab serve.',
    )
    .argument('<run>', 'number of the run, as qlab runs lists it', parseRunId)
    .option('--verify', 're-execute and compare (the only way to replay in a terminal)');
  addCommonOptions(command).action((runId: number, options: ReplayOptions) => {
    if (!options.verify) {
      throw new InvalidArgumentError('allowed: --verify; to watch a run: qlab serve');
    }
    const recordings = openRecordings(placesOf(options));
    const progress = new ShareLine('re-executed');
    try {
      const result = recordings.verify(runId, progress.report);
      progress.end();
      if (options.json) printJson(result);
      else print(verifyLines(result));
      setExitCode(exitCodeOfVerify(result));
    } finally {
      progress.end();
      recordings.close();
    }
  });
}

/** 1: a divergence. 3: something could not be re-executed, so "no divergence" is not known. */
function exitCodeOfVerify(result: VerifyResult): number {
  if (result.divergence !== null) return 1;
  return result.inputs === 0 || result.skipped.length > 0 ? 3 : 0;
}

function verifyLines(result: VerifyResult): string[] {
  const { divergence, inputs, nodes, skipped } = result;
  const what = `run ${result.runId}: ${count(inputs)} inputs of ${nodes} nodes re-executed`;
  const notes = skipped.map((text) => `${paint('not re-executed', 'yellow')}: ${text}`);
  if (divergence === null) return [`${what}, ${paint('no divergence', 'green')}`, ...notes];
  const { node, incarnation, step } = divergence;
  return [
    `${what}, ${paint('diverged', 'red')} at step ${step} of ${node} (life ${incarnation})`,
    `  input     ${divergence.input}`,
    `  recorded  ${divergence.expected}`,
    `  now       ${divergence.actual}`,
    ...notes,
  ];
}
