/** What the documents point to has to be there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/browsers.ts';

const LINK = /!?\[[^\]]*\]\(([^)\s]+)[^)]*\)/g;
const FENCE = /^```[\s\S]*?^```/gm;
const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|#)/i;

const docs = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));

/** Relative links of a document, without what is only shown as code. */
function relativeLinks(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8').replace(FENCE, '');
  return [...text.matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !ELSEWHERE.test(target));
}

test('the pattern finds links and pictures at all', () => {
  const links = relativeLinks('README.md');
  expect(links).toEqual(expect.arrayContaining(['docs/SCENARIOS.md', 'docs/images/lab-dark.png']));
});

test.each(['README.md', ...docs])('every relative link of %s leads to a file', (document) => {
  const missing = relativeLinks(document).filter((target) => {
    const [file = ''] = target.split('#');
    return !existsSync(join(ROOT, dirname(document), decodeURIComponent(file)));
  });
  expect(missing).toEqual([]);
});
