import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/browsers.ts';
import { runTool } from '../support/tools.ts';

/** A check that cannot fail proves nothing: each tool must see the violation planted for it. */
describe('planted violations are found', { timeout: 60_000 }, () => {
  test('svelte-check sees a type error in script and template', async () => {
    const { exitCode, output } = await runTool('svelte-check', [
      '--workspace',
      join('tests', 'tidy', 'fixtures'),
      '--tsconfig',
      join(ROOT, 'tests', 'tidy', 'fixtures', 'tsconfig.json'),
      '--output',
      'machine',
    ]);
    expect(output).toContain("Type 'string' is not assignable to type 'number'");
    expect(output).toContain("Property 'missing' does not exist");
    expect(exitCode).not.toBe(0);
  });

  test('eslint sees a clock and chance in a pure room', async () => {
    const { exitCode, output } = await runTool('eslint', ['tests/tidy/fixtures/impure.ts'], {
      env: { QLAB_TIDY_CANARY: '1' },
    });
    expect(output).toContain('Math.random makes a core depend on its host');
    expect(output).toContain('Date makes a core depend on its host');
    expect(exitCode).not.toBe(0);
  });

  test('dependency-cruiser sees each kind of forbidden import', async () => {
    const { exitCode, output } = await runTool(
      'depcruise',
      ['--config', join(ROOT, '.dependency-cruiser.cjs'), 'src-main'],
      { cwd: join(ROOT, 'tests', 'tidy', 'fixtures', 'rooms') },
    );
    expect(output).toContain('error protocol-raft-alone: src-main/protocols/raft/step.ts');
    expect(output).toContain('error pure-rooms-without-node: src-main/protocols/raft/step.ts');
    expect(output).toContain('error room-base: src-main/base/upward.ts');
    expect(exitCode).toBe(3);
  });
});
