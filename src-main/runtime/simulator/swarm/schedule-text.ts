/** A minimised schedule as the text of a script. */
import { actionText, clusterText } from '../script/action-text.ts';
import type { Minimised } from './minimise.ts';

export interface ScheduleTextOptions {
  /** Lines of prose for the top, without the mark of a comment. */
  readonly title: readonly string[];
  /** Name the mutants in the `cluster` line; else whoever runs the script names them. */
  readonly withMutants: boolean;
}

/** The script fails as long as the invariant breaks, and passes once it holds. */
export function scheduleText(schedule: Minimised, options: ScheduleTextOptions): string {
  const { spec, actions, violation } = schedule;
  const mutants = options.withMutants ? spec.mutants : [];
  const isLiveness = violation.id === 'X12';
  const lines = [
    ...options.title.map((line) => `# ${line}`),
    '',
    clusterText({ ...spec, mutants }),
    '',
    ...joinEqual(actions.map(actionText)),
    '',
    ...(isLiveness ? ['boot all', 'settle'] : []),
    'expect holds',
  ];
  return `${lines.join('\n')}\n`;
}

/** `tick n1` three times is `tick n1 3`. */
function joinEqual(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let count = 1;
  lines.forEach((line, i) => {
    const isTick = /^tick \S+$/.test(line);
    if (isTick && lines[i + 1] === line) {
      count += 1;
      return;
    }
    joined.push(isTick && count > 1 ? `${line} ${count}` : line);
    count = 1;
  });
  return joined;
}
