/** `qlab serve`: the dashboard in a browser. */
import type { Command } from 'commander';
import { serveBrowserLab } from '../browser-lab.ts';
import { useWithInterrupts } from './interrupts.ts';
import { parsePort } from './options.ts';
import { addCommonOptions, placesOf, type CommonOptions } from './shared.ts';
import { print, printJson } from './terminal.ts';

interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly open: boolean;
}

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .summary('open the dashboard in a browser')
    .description(
      'Serve the dashboard on 127.0.0.1 only. The printed address carries a random token; ' +
        'without it nobody gets in. Ctrl-C ends it and every cluster it runs.',
    )
    .option('--port <number>', 'port, 0 for any free one', parsePort, 0)
    .option('--no-open', 'do not open the system browser');
  addCommonOptions(command).action((options: ServeOptions) =>
    useWithInterrupts(
      () => serveBrowserLab(placesOf(options), options),
      ({ url, port }) => {
        if (options.json) printJson({ url, port });
        else print([`Quorum Lab: ${url}`, 'Ctrl-C ends it and every cluster it runs.']);
        return new Promise<never>(() => undefined);
      },
    ),
  );
}
