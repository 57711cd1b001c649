/** The table of verbs in docs/SCENARIOS.md, out of the verbs themselves: `node ... --write`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VERBS } from '../../src-main/runtime/simulator/script/verbs.ts';

const FILE = fileURLToPath(new URL('../../docs/SCENARIOS.md', import.meta.url));
const BEGIN = '<!-- verbs: begin -->';
const END = '<!-- verbs: end -->';

/** Each verb: how it is written, what it does, an example. */
export function verbsText(): string {
  return Object.entries(VERBS)
    .map(([name, { usage, what, example }]) => {
      return `### ${name}\n\n${what}\n\n    ${usage}\n    ${example}`;
    })
    .join('\n\n');
}

/** The part of the document that is generated. */
export function documentedVerbs(): string {
  const text = readFileSync(FILE, 'utf8');
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)).trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(FILE, 'utf8');
  const before = text.slice(0, text.indexOf(BEGIN) + BEGIN.length);
  writeFileSync(FILE, `${before}\n\n${verbsText()}\n\n${text.slice(text.indexOf(END))}`);
}
