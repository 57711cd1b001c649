import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ednText } from '../../../../src-main/verification/histories/edn-text.ts';
import { readEdn } from '../../../../src-main/verification/histories/edn.ts';

function valuesOf(text: string): unknown {
  const { forms, problems } = readEdn(text);
  expect(problems).toEqual([]);
  return forms.map(({ value }) => value);
}

describe('forms', () => {
  test.each([
    ['nil true false', [null, true, false]],
    ['1 -2 +3 4N 5.5 -1e3 2.5M', [1, -2, 3, 4, 5.5, -1000, 2.5]],
    ['12345678901234567890', ['12345678901234567890']],
    [':ok :a/b word', [':ok', ':a/b', 'word']],
    ['"a\\"b\\\\c\\n\\u00e4"', ['a"b\\c\nä']],
    ['\\a \\newline', ['a', '\n']],
    ['{:f :cas, :value [1 2]}', [{ ':f': ':cas', ':value': [1, 2] }]],
    ['{1 2, nil 3}', [{ '1': 2, null: 3 }]],
    ['#{1 2}', [[1, 2]]],
    ['{:a (1 [2 {}])}', [{ ':a': [1, [2, {}]] }]],
    ['1 ; a note\n2 #_ 3 #_ [4 5] 6', [1, 2, 6]],
    ['1 ; a note at the end', [1]],
    ['', []],
  ])('%s', (text, expected) => expect(valuesOf(text)).toEqual(expected));

  test('a vector or list around all of it is taken off', () => {
    expect(valuesOf('[{:a 1}\n {:b 2}]')).toEqual([{ ':a': 1 }, { ':b': 2 }]);
    expect(valuesOf('(1 2)\n; end')).toEqual([1, 2]);
  });

  test('a tag is read over and counted', () => {
    const { forms, tags } = readEdn('#inst "2026" #jepsen.history.Op{:f :read} #inst "x"');
    expect(forms.map(({ value }) => value)).toEqual(['2026', { ':f': ':read' }, 'x']);
    expect([...tags]).toEqual([
      ['inst', 2],
      ['jepsen.history.Op', 1],
    ]);
  });

  test('keys that objects have by themselves stay keys', () => {
    const [form] = readEdn('{"__proto__" 1}').forms;
    expect(JSON.stringify(form?.value)).toBe('{"__proto__":1}');
  });
});

describe('what is wrong has its line, and the next one is read', () => {
  test.each([
    ['{:a 1}\n{:a }\n{:b 2}', 2, 'a map needs a value for each key'],
    ['1\n"abc', 2, 'a string without its end'],
    ['1\n[1 2}\n3', 2, '"}" is not allowed here'],
    ['{:a 1}\n12x', 2, '"12x" is no number'],
    ['{:a 1}\n{:b', 2, 'ends without }'],
    ['"\\uzz"', 1, '\\uzz" is no character'],
    ['[1\n2', 2, 'the history ends without its ]'],
    ['[1]\n2', 2, 'nothing may follow the ] that ends the history'],
    [`{:a ${'['.repeat(100)}`, 1, 'nested deeper than 64'],
  ])('%j', (text, line, what) => {
    expect(readEdn(text).problems).toContainEqual({ line, what });
  });

  test('lines after a wrong one', () => {
    const { forms } = readEdn('{:a 1}\n{:a ]}\n{:b 2}\n');
    expect(forms).toEqual([
      { line: 1, value: { ':a': 1 } },
      { line: 3, value: { ':b': 2 } },
    ]);
  });

  test('no text makes it throw or hang', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '"',
      '\\',
      '#',
      '#_',
      ':a',
      '1',
      '\n',
      ' ',
      ';',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const { forms, problems } = readEdn(parts.join(''));
        for (const { line } of [...forms, ...problems]) expect(line).toBeGreaterThan(0);
      }),
      { numRuns: 3_000, seed: 20_261_121 },
    );
  });
});

test('what is written is read again', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(value, (written) => {
      const { forms, problems } = readEdn(`{:value ${ednText(written)}}`);
      expect(problems).toEqual([]);
      expect(forms[0]?.value).toEqual({ ':value': written });
    }),
    { numRuns: 2_000, seed: 20_261_121 },
  );
});
