/**
 * Words for what zod found wrong, in one form everywhere: what was found, then what is allowed.
 * Given to `safeParse` as its error map by every edge (calls, scenario files, options).
 */
import { z } from 'zod';

/** Error map: `"n12" is not allowed; allowed: ...`. The place is the caller's to say. */
export function explainIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key ${issue.keys.map(quote).join(', ')}; ${allowedKeys(issue.inst)}`;
    case 'invalid_type':
      return found(issue.input, typeWords(issue.expected));
    case 'invalid_value':
      return found(issue.input, issue.values.map(String).join(', '));
    case 'invalid_union':
      return found(unionInput(issue), unionWords(issue));
    case 'too_small':
      return found(issue.input, `at least ${limit(issue.minimum, issue.origin)}`);
    case 'too_big':
      return found(issue.input, `at most ${limit(issue.maximum, issue.origin)}`);
    case 'invalid_format':
      return found(issue.input, `text of the form ${String(issue.pattern ?? issue.format)}`);
    default:
      return found(issue.input, 'another value');
  }
}

/** One line of a failed parse for a person: `workload.clients: 0 is not allowed; allowed: ...`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${placeOf(issue.path)}${issue.message}`)
    .slice(0, 5)
    .join('\n');
}

/** `steps[2].node: ` or nothing for the whole. */
export function placeOf(path: readonly PropertyKey[]): string {
  let place = '';
  for (const part of path) {
    if (typeof part === 'number') place += `[${part}]`;
    else place += place === '' ? String(part) : `.${String(part)}`;
  }
  return place === '' ? '' : `${place}: `;
}

function found(input: unknown, allowed: string): string {
  if (input === undefined) return `missing; allowed: ${allowed}`;
  return `${quote(input)} is not allowed; allowed: ${allowed}`;
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function typeWords(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}

function limit(bound: number | bigint, origin: string): string {
  if (origin === 'array') return `${bound} items`;
  return origin === 'string' ? `${bound} characters` : String(bound);
}

function allowedKeys(schema: unknown): string {
  const keys = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return keys.length === 0 ? 'no keys are allowed here' : `allowed: ${keys.join(', ')}`;
}

type UnionIssue = Extract<z.core.$ZodRawIssue, { code: 'invalid_union' }>;

function discriminatorOf(issue: UnionIssue): string | null {
  const name = (issue as { discriminator?: unknown }).discriminator;
  return typeof name === 'string' ? name : null;
}

/** The value to show: of a union told apart by a key, the value of that key. */
function unionInput(issue: UnionIssue): unknown {
  const key = discriminatorOf(issue);
  if (key === null || typeof issue.input !== 'object' || issue.input === null) return issue.input;
  return (issue.input as Record<string, unknown>)[key];
}

function unionWords(issue: UnionIssue): string {
  const options = (issue as { options?: unknown }).options;
  return Array.isArray(options) ? options.map(String).join(', ') : 'another value';
}
