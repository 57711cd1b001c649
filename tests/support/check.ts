/** `npm run check`: types, lint, format, import rules; a line per step, exit 1 if any fails. */
import { performance } from 'node:perf_hooks';
import { runTool, type Tool } from './tools.ts';

interface Step {
  readonly name: string;
  readonly tool: Tool;
  readonly args: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: 'types of the pure rooms', tool: 'tsc', args: ['-p', 'tsconfig.pure.json'] },
  { name: 'types', tool: 'tsc', args: ['-p', 'tsconfig.json'] },
  {
    name: 'types of the dashboard',
    tool: 'svelte-check',
    args: ['--tsconfig', 'tsconfig.renderer.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'lint', tool: 'eslint', args: ['.', '--max-warnings', '0'] },
  { name: 'format', tool: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  {
    name: 'who imports whom',
    tool: 'depcruise',
    args: ['--config', '.dependency-cruiser.cjs', 'src-main', 'src-renderer', 'tests'],
  },
];

async function runStep(step: Step): Promise<boolean> {
  const startMs = performance.now();
  const { exitCode, output } = await runTool(step.tool, step.args);
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  console.log(`${exitCode === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${step.tool}, ${seconds} s)`);
  if (exitCode !== 0) console.log(output.trimEnd());
  return exitCode === 0;
}

let failed = 0;
for (const step of STEPS) {
  if (!(await runStep(step))) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
