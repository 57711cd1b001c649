/** Runs the tools of node_modules with the Node that runs this, on every platform alike. */
import { spawn, type StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './browsers.ts';

const TOOLS = {
  tsc: 'typescript/bin/tsc',
  'svelte-check': 'svelte-check/bin/svelte-check',
  eslint: 'eslint/bin/eslint.js',
  prettier: 'prettier/bin/prettier.cjs',
  depcruise: 'dependency-cruiser/bin/dependency-cruiser.mjs',
  vitest: 'vitest/vitest.mjs',
  playwright: '@playwright/test/cli.js',
} as const;

export type Tool = keyof typeof TOOLS;

export interface ToolResult {
  readonly exitCode: number;
  readonly output: string;
}

/**
 * @param show `true`: the terminal sees the output as it comes and `output` is empty.
 * @returns when the tool has ended, whatever its exit code.
 */
export function runTool(
  tool: Tool,
  args: readonly string[],
  options: { show?: boolean; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<ToolResult> {
  const stdio: StdioOptions = options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', TOOLS[tool]), ...args], {
    cwd: options.cwd ?? ROOT,
    stdio,
    env: { ...process.env, ...options.env },
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output }));
  });
}
