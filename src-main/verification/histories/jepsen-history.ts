/**
 * Histories of Jepsen, and of whatever else writes its form, as operations of a model. Real time is
 * the order of the lines. A process asks one thing at a time; `fail` says that it certainly did not
 * happen; what ends with `info`, or not at all, may have happened or may still.
 */
import { modelOf, type ModelName } from '../linearizability/models/by-name.ts';
import type { Operation } from '../linearizability/operation.ts';
import type { Problem } from './edn.ts';
import { readHistoryLines, type HistoryForm, type HistoryLine } from './history-line.ts';
import { isKeyed, operationOf, type LinePair } from './jepsen-calls.ts';

export interface ReadHistory {
  readonly operations: readonly Operation[];
  /** Operations that certainly did not happen. */
  readonly failed: number;
  /** If there is any, the history is not to be judged: something of it is not understood. */
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
}

/** Reads a history and says what is wrong with it. */
export function readHistory(text: string, form: HistoryForm, model: ModelName): ReadHistory {
  const read = readHistoryLines(text, form);
  const problems = [...read.problems];
  const clients = read.lines.filter(({ isClient }) => isClient);
  const notices = [...read.notices, ...othersNotice(read.lines.length - clients.length)];
  const { pairs, failed } = paired(clients, problems);
  const keyed = isKeyed(clients);
  const operations: Operation[] = [];
  for (const { invoke, ok, begin, end } of pairs) {
    const id = operations.length;
    const made = operationOf(model, { invoke, ok }, { id, keyed, begin, end });
    const what = typeof made === 'string' ? made : modelOf(model).problem(made);
    if (what !== null) problems.push({ line: invoke.line, what });
    else if (typeof made !== 'string') operations.push(made);
  }
  if (clients.length === 0 && problems.length === 0) {
    problems.push({ line: 1, what: 'there is no operation of a client in it' });
  }
  problems.sort((a, b) => a.line - b.line);
  return { operations, failed, problems, notices };
}

function othersNotice(count: number): string[] {
  return count === 0 ? [] : [`${count} lines of processes that are no clients were left out`];
}

/** An operation with the places of its beginning and end among all lines. */
interface Placed extends LinePair {
  readonly begin: number;
  readonly end: number;
}

function paired(
  lines: readonly HistoryLine[],
  problems: Problem[],
): { readonly pairs: readonly Placed[]; readonly failed: number } {
  const open = new Map<string, { readonly invoke: HistoryLine; readonly begin: number }>();
  const pairs: Placed[] = [];
  let failed = 0;
  for (const [at, line] of lines.entries()) {
    const asked = open.get(line.process);
    const what = problemOf(line, asked?.invoke);
    if (what !== null) problems.push({ line: line.line, what });
    else if (line.type === 'invoke') open.set(line.process, { invoke: line, begin: at });
    if (line.type === 'invoke' || asked === undefined) continue;
    open.delete(line.process);
    if (line.type === 'fail') failed += 1;
    else pairs.push({ ...asked, ok: line.type === 'ok' ? line : null, end: at });
  }
  for (const asked of open.values()) pairs.push({ ...asked, ok: null, end: lines.length });
  pairs.sort((a, b) => a.begin - b.begin);
  return { pairs, failed };
}

function problemOf(line: HistoryLine, asked: HistoryLine | undefined): string | null {
  const { process, type, f } = line;
  if (type === 'invoke') {
    return asked === undefined
      ? null
      : `process ${process} asks although what it asked in line ${asked.line} has not ended`;
  }
  if (asked === undefined) return `process ${process} ends what it did not ask`;
  return asked.f === f
    ? null
    : `process ${process} ends ${f}, but in line ${asked.line} it asked ${asked.f}`;
}
