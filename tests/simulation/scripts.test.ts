/** Every script of resources/scripts says what it says, on every protocol it names. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { ScriptError } from '../../src-main/runtime/simulator/script/script-line.ts';
import { scriptProtocols } from '../../src-main/runtime/simulator/script/script-header.ts';
import { VERBS } from '../../src-main/runtime/simulator/script/verbs.ts';
import { judgeScript, mutantScripts, readProjectFile, hasScript } from './mutant-scripts.ts';
import { documentedVerbs, verbsText } from './script-docs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const raft = protocolDefinition('raft');

function scriptsIn(directory: string): string[] {
  return readdirSync(`${ROOT}${directory}`)
    .filter((name) => name.endsWith('.qs'))
    .sort()
    .map((name) => `${directory}/${name}`);
}

function run(text: string) {
  return runScript(text, { protocol: raft, mutants: [] });
}

describe.each([...scriptsIn('resources/scripts'), ...scriptsIn('resources/scripts/museum')])(
  '%s',
  (script) => {
    const text = readProjectFile(script);
    test.each(scriptProtocols(text))('holds on %s', (protocol) => {
      const { failures } = runScript(text, {
        protocol: protocolDefinition(protocol),
        mutants: [],
      });
      expect(failures).toEqual([]);
    });
  },
);

describe('mutants', () => {
  const written = mutantScripts().filter(hasScript);

  test.each(written)('$protocol without $mutant fails, with it passes: $script', (mutant) => {
    const { on, passesOff } = judgeScript(mutant);
    expect({ fails: on !== null, passesOff }).toEqual({ fails: true, passesOff: true });
  });
});

describe('the language', () => {
  test('a script is a golden test: the same transcript each time', () => {
    const text = readProjectFile('resources/scripts/figure-8.qs');
    expect(run(text).transcript).toEqual(run(text).transcript);
  });

  test('every example of the documentation runs', () => {
    for (const [verb, { example }] of Object.entries(VERBS)) {
      if (verb === 'cluster') continue;
      expect(() => run(`cluster nodes=5\n${example}`), verb).not.toThrow();
    }
  });

  test('docs/SCENARIOS.md says of every verb what the verb itself says', () => {
    expect(documentedVerbs(), 'run node tests/simulation/script-docs.ts').toBe(verbsText());
  });

  test.each([
    ['crash n1', 'line 2: crash: no such verb; expected one of cluster, lead'],
    ['tick n9', 'line 2: tick: "n9" is no node; expected n1, n2, n3'],
    ['tick n1 two', 'line 2: tick: "two" is no count; expected a whole number from 0'],
    ['tick n1 2 3', 'line 2: tick: "3" is one word too many'],
    ['deliver form=n1', 'line 2: deliver: "form=" means nothing here'],
    [
      'disk n1 slow',
      'line 2: disk: "slow" is no disk; expected instant, held, failing, failing-sync, full',
    ],
    ['inject n2 n1 {"typ"', 'line 2: inject: no message; expected JSON'],
    ['expect leadr n1', 'line 2: expect: "leadr" is no expectation; expected leader'],
    ['submit c1 n1 put', 'line 2: submit: key is missing; expected key'],
  ])('%s is refused with line, verb and what was expected', (line, message) => {
    expect(() => run(`cluster nodes=3\n${line}`)).toThrow(ScriptError);
    expect(() => run(`cluster nodes=3\n${line}`)).toThrow(message);
  });

  test('a script without a cluster, or with an impossible one, is refused', () => {
    expect(() => run('tick n1')).toThrow('expected cluster first');
    expect(() => run('# nothing')).toThrow('expected cluster');
    expect(() => run('cluster nodes=0')).toThrow('expected 1 to 9');
    expect(() => run('cluster mutants=typo')).toThrow('raft has no mutant "typo"');
    expect(() => run('cluster preVotes=true')).toThrow('raft has no option "preVotes"');
  });

  test('an expectation that does not hold is a failure with its line, not an error', () => {
    const { failures, transcript } = run('cluster nodes=3\nexpect leader n1');
    expect(failures).toEqual(['line 2: expect leader n1: nobody leads']);
    expect(transcript).toContain('  FAILED nobody leads');
  });
});
