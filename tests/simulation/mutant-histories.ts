/**
 * The mutants that what clients saw convicts, without any invariant being looked at.
 *
 *   npm run -s mutants:clients                     # the table of docs/TESTING.md, printed
 *   npm run -s mutants:clients -- --write          # the same, written there
 *   npm run -s mutants:clients -- --seeds 150 name # looks for a seed that convicts this one
 */
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { CONVICTIONS, type Conviction } from './convictions.ts';
import { mutantScripts, readProjectFile, type MutantScript } from './mutant-scripts.ts';
import { historyOfScript, historyOfSeed, isConvicted } from './seen-by-clients.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BEGIN = '<!-- convictions: begin -->';
const END = '<!-- convictions: end -->';

/** The script in which clients see what a mutant does. */
export function clientScriptOf(protocol: ProtocolName, mutant: string): string {
  return `tests/simulation/client-scripts/${protocol}/${mutant}.qs`;
}

/** Whether what convicts a mutant does so, and acquits the same protocol without it. */
export function judgeConviction(
  { protocol, mutant, script }: MutantScript,
  conviction: Exclude<Conviction, { by: 'nothing' }>,
): { readonly on: boolean; readonly off: boolean } {
  const judge = (mutants: readonly string[]): boolean => {
    if (conviction.by === 'seed') {
      // Without the mutant the same seed draws what the mutant's focus asks for, all the same.
      return isConvicted(historyOfSeed(conviction.seed, protocol, mutants, [mutant]));
    }
    const path = conviction.by === 'script' ? script : clientScriptOf(protocol, mutant);
    return isConvicted(historyOfScript(readProjectFile(path), protocol, mutants));
  };
  return { on: judge([mutant]), off: judge([]) };
}

/** Every mutant, and what is written down of it. */
export function convictions(): (MutantScript & { readonly conviction: Conviction | undefined })[] {
  return mutantScripts().map((mutant) => {
    return { ...mutant, conviction: CONVICTIONS[mutant.protocol]?.[mutant.mutant] };
  });
}

function row({
  protocol,
  mutant,
  script,
  conviction,
}: ReturnType<typeof convictions>[number]): string {
  const how = (): string => {
    switch (conviction?.by) {
      case 'script':
        return `[its script](../${script})`;
      case 'client-script':
        return `[a script of its own](../${clientScriptOf(protocol, mutant)})`;
      case 'seed':
        return `seed ${conviction.seed}`;
      default:
        return '-';
    }
  };
  const why = conviction?.by === 'nothing' ? conviction.why : '';
  return `| ${protocol} | ${mutant} | ${how()} | ${why} |`;
}

function table(): string {
  const all = convictions();
  const seen = all.filter(({ conviction }) => conviction?.by !== 'nothing').length;
  const head = '| protocol | mutant | convicted by | why clients cannot see it |';
  const text = `${seen} of ${all.length} mutants are convicted by their clients' history alone.`;
  return [text, '', head, '| --- | --- | --- | --- |', ...all.map(row)].join('\n');
}

function writeTable(): void {
  const file = 'docs/TESTING.md';
  const text = readProjectFile(file);
  const before = text.slice(0, text.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(`${ROOT}${file}`, `${before}\n\n${table()}\n\n${text.slice(text.indexOf(END))}`);
}

/** What convicts a mutant: its scripts first, then seeds of the swarm. */
function find(mutant: MutantScript, seeds: number): string {
  const { protocol, mutant: name } = mutant;
  const hasOwn = existsSync(`${ROOT}${clientScriptOf(protocol, name)}`);
  const scripted: readonly Conviction[] = [
    { by: 'script' },
    ...(hasOwn ? [{ by: 'client-script' } as const] : []),
  ];
  const bySeeds = Array.from({ length: seeds }, (_, seed): Conviction => ({ by: 'seed', seed }));
  for (const conviction of [...scripted, ...bySeeds]) {
    if (conviction.by === 'nothing') continue;
    const { on, off } = judgeConviction(mutant, conviction);
    if (on && !off) return JSON.stringify(conviction);
  }
  return `nothing in ${seeds} seeds`;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { seeds: { type: 'string', default: '150' }, write: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.write === true) return writeTable();
  if (positionals.length === 0) return void process.stdout.write(`${table()}\n`);
  for (const mutant of mutantScripts()) {
    if (!positionals.includes(mutant.mutant)) continue;
    const found = find(mutant, Number(values.seeds));
    process.stdout.write(`${mutant.protocol} ${mutant.mutant}: ${found}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
