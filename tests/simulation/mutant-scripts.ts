/**
 * The mutants of each protocol: which seed of the swarm finds them, their script, and the table of
 * docs/TESTING.md.
 *
 *   npm run -s mutants                 # what is there: the table, printed
 *   npm run -s mutants -- --write      # writes missing scripts and the table into docs/TESTING.md
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import { minimiseSeed, type FuzzSetup } from '../../src-main/entries/cli/fuzz-worker.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { focusOf } from '../../src-main/runtime/simulator/swarm/change-plan.ts';
import { SWARM_DEFAULTS } from '../../src-main/runtime/simulator/swarm/plan.ts';
import { runSeed } from '../../src-main/runtime/simulator/swarm/swarm-run.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SEEDS_MAX = 150;
const MINIMISE_MS = 20_000;
const BEGIN = '<!-- mutants: begin -->';
const END = '<!-- mutants: end -->';

export interface MutantScript {
  readonly protocol: ProtocolName;
  readonly mutant: string;
  /** Path from the root of the project. */
  readonly script: string;
}

export function mutantScripts(): MutantScript[] {
  return [...PROTOCOL_NAMES].flatMap((protocol) =>
    protocolDefinition(protocol).mutants.map(({ name }) => {
      return { protocol, mutant: name, script: `resources/scripts/mutants/${protocol}/${name}.qs` };
    }),
  );
}

export function hasScript({ script }: MutantScript): boolean {
  return existsSync(`${ROOT}${script}`);
}

export function readProjectFile(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8');
}

/** What the script finds with the mutant on, and whether it passes with it off. */
export function judgeScript({ protocol, mutant, script }: MutantScript): {
  readonly on: string | null;
  readonly passesOff: boolean;
} {
  const definition = protocolDefinition(protocol);
  const text = readProjectFile(script);
  const on = runScript(text, { protocol: definition, mutants: [mutant] });
  const off = runScript(text, { protocol: definition, mutants: [] });
  const [first] = on.violations;
  const found = on.failures.length === 0 ? null : (first?.id ?? 'expectation');
  return { on: found, passesOff: off.failures.length === 0 };
}

/** The first seed of the swarm that finds a mutant; null when none of the first ones does. */
function firstSeed(
  { protocol, mutant }: MutantScript,
  from: number,
): { readonly seed: number; readonly invariant: string } | null {
  const setup = setupOf(protocol, mutant);
  const options = { ...setup, protocol: protocolDefinition(protocol), options: {} };
  for (let seed = from; seed < SEEDS_MAX; seed += 1) {
    const { violation } = runSeed(seed, options);
    if (violation !== null) return { seed, invariant: violation.id };
  }
  return null;
}

function setupOf(protocol: ProtocolName, mutant: string): FuzzSetup {
  const focus = focusOf(protocolDefinition(protocol), [mutant]);
  const { nodes, safetyMs, plain } = SWARM_DEFAULTS;
  return { protocol, mutants: [mutant], nodes, safetyMs, plain, focus };
}

/** A minimised schedule that fails with the mutant and passes without it. */
function findScript(mutant: MutantScript): string | null {
  for (let seed = 0, tries = 0; tries < 6; tries += 1) {
    const found = firstSeed(mutant, seed);
    if (found === null) return null;
    seed = found.seed + 1;
    if (found.invariant === 'storm' || found.invariant === 'X12') continue;
    const job = { do: 'minimise', seed: found.seed, budgetMs: MINIMISE_MS } as const;
    const setup = setupOf(mutant.protocol, mutant.mutant);
    const { text } = minimiseSeed(setup, { ...job, withMutants: false });
    if (text !== null) return text;
  }
  return null;
}

function row(mutant: MutantScript): string {
  const { protocol, script } = mutant;
  const { breaks } = protocolDefinition(protocol).mutants.find(
    ({ name }) => name === mutant.mutant,
  ) ?? { breaks: '' };
  const found = firstSeed(mutant, 0);
  const seeds = found === null ? `none of ${SEEDS_MAX}` : String(found.seed + 1);
  const swarm = found === null ? '-' : found.invariant;
  const has = hasScript(mutant);
  const shown = has ? (judgeScript(mutant).on ?? '**nothing**') : '-';
  const lines = has ? String(scriptLines(script)) : '-';
  const name = has ? `[${mutant.mutant}](../${script})` : mutant.mutant;
  return `| ${protocol} | ${name} | ${breaks} | ${shown} | ${lines} | ${swarm} | ${seeds} |`;
}

function scriptLines(script: string): number {
  return readProjectFile(script)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;
}

function table(): string {
  const head =
    '| protocol | mutant | what it breaks | script violates | lines | swarm violates | seeds |';
  return [head, '| --- | --- | --- | --- | --- | --- | --- |', ...mutantScripts().map(row)].join(
    '\n',
  );
}

function writeMissingScripts(): void {
  for (const mutant of mutantScripts()) {
    if (hasScript(mutant)) continue;
    const text = findScript(mutant);
    process.stderr.write(
      `${mutant.protocol} ${mutant.mutant}: ${text === null ? 'none' : 'found'}\n`,
    );
    if (text === null) continue;
    mkdirSync(dirname(`${ROOT}${mutant.script}`), { recursive: true });
    writeFileSync(`${ROOT}${mutant.script}`, text);
  }
}

function writeTable(): void {
  const file = 'docs/TESTING.md';
  const text = readProjectFile(file);
  const before = text.slice(0, text.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(`${ROOT}${file}`, `${before}\n\n${table()}\n\n${text.slice(text.indexOf(END))}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--scripts') || process.argv.includes('--write')) writeMissingScripts();
  if (process.argv.includes('--write')) writeTable();
  else if (!process.argv.includes('--scripts')) process.stdout.write(`${table()}\n`);
}
