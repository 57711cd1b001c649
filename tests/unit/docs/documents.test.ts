import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { scenarioStepSchema } from '../../../src-main/contract/scenario-steps.ts';
import { SELECTOR_WORDS } from '../../../src-main/contract/scenario-values.ts';
import { FAULT_KIND_NAMES } from '../../../src-main/faults/index.ts';
import { SHAPE_NAMES } from '../../../src-main/vocabulary/fault.ts';
import { ROOT } from '../../support/browsers.ts';
import { errorsDoc, writtenErrorsDoc } from '../../support/errors-doc.ts';

test('docs/errors.md is what the error registry says (npm run docs writes it)', () => {
  expect(writtenErrorsDoc()).toBe(errorsDoc());
});

describe('docs/SCENARIOS.md', () => {
  const text = readFileSync(join(ROOT, 'docs', 'SCENARIOS.md'), 'utf8');
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

  test('names every action and every selector', () => {
    const actions = scenarioStepSchema.options.map((option) => option.shape.do.value);
    for (const word of [...actions, ...SELECTOR_WORDS]) expect(text).toContain(`\`${word}\``);
  });

  test('has only examples that are accepted as they stand', () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(parseScenario(example, 'example').version).toBe(1);
  });
});

test('docs/FAULTS.md names every kind of fault and every shape', () => {
  const text = readFileSync(join(ROOT, 'docs', 'FAULTS.md'), 'utf8');
  for (const kind of FAULT_KIND_NAMES) expect(text).toContain(`| \`${kind}\``);
  for (const shape of SHAPE_NAMES) expect(text).toContain(`\`${shape}\``);
});
