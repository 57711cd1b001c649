/**
 * A line of a history in Jepsen's form, whichever way it was written: who, what happened (`invoke`,
 * `ok`, `fail`, `info`), which function, with which value.
 */
import type { Json } from '../../vocabulary/json.ts';
import { fieldsOf, type Fields } from '../linearizability/models/fields.ts';
import { readEdn, type Problem } from './edn.ts';

export type EventType = 'invoke' | 'ok' | 'fail' | 'info';

export interface HistoryLine {
  readonly line: number;
  readonly process: string;
  /** A client: its process is a number; anything else is the nemesis or the like. */
  readonly isClient: boolean;
  readonly type: EventType;
  readonly f: string;
  readonly value: Json;
  /** All that stands in the line, names without colons. */
  readonly fields: Fields;
}

export type HistoryForm = 'edn' | 'jsonl';

export interface HistoryLines {
  readonly lines: readonly HistoryLine[];
  readonly problems: readonly Problem[];
  /** What was read over, for people. */
  readonly notices: readonly string[];
}

const TYPES: readonly EventType[] = ['invoke', 'ok', 'fail', 'info'];

/** Reads all lines; what is wrong with any of them is in `problems`. */
export function readHistoryLines(text: string, form: HistoryForm): HistoryLines {
  const read = form === 'edn' ? readEdn(text) : readJsonLines(text);
  const lines: HistoryLine[] = [];
  const problems = [...read.problems];
  for (const { line, value } of read.forms) {
    const made = lineOf(line, value);
    if (typeof made === 'string') problems.push({ line, what: made });
    else lines.push(made);
  }
  problems.sort((a, b) => a.line - b.line);
  const notices = [...read.tags].map(([tag, count]) => {
    return `tag #${tag} was read over (${count} times)`;
  });
  return { lines, problems, notices };
}

function readJsonLines(text: string): ReturnType<typeof readEdn> {
  const forms: { line: number; value: Json }[] = [];
  const problems: Problem[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      forms.push({ line: at + 1, value: JSON.parse(line) as Json });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push({ line: at + 1, what: `is not JSON: ${why}` });
    }
  }
  return { forms, problems, tags: new Map() };
}

/** The line, or what is wrong with it. */
function lineOf(line: number, form: Json): HistoryLine | string {
  if (typeof form !== 'object' || form === null || Array.isArray(form)) return 'is not a map';
  const fields = Object.fromEntries(
    Object.entries(fieldsOf(form)).map(([name, value]) => [bare(name), value]),
  );
  const { process, f } = fields;
  if (process === undefined || process === null) return 'has no process';
  const type = TYPES.find((known) => known === wordOf(fields['type']));
  if (type === undefined) {
    return `type must be one of ${TYPES.join(', ')}, not ${JSON.stringify(fields['type'] ?? null)}`;
  }
  const isClient = typeof process === 'number';
  if (isClient && typeof f !== 'string') return 'has no f';
  const value = fields['value'] ?? null;
  const name = isClient ? String(process) : (wordOf(process) ?? JSON.stringify(process));
  return { line, process: name, isClient, type, f: wordOf(f) ?? '', value, fields };
}

/** A word without the colon of a keyword; null when it is none. */
export function wordOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? bare(value) : null;
}

function bare(name: string): string {
  return name.startsWith(':') ? name.slice(1) : name;
}
