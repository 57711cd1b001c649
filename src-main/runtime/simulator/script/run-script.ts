/** Runs a whole script: text in, transcript and verdict out. */
import { AssertionError } from '../../../base/assert.ts';
import type { Violation } from '../invariants/violation.ts';
import type { World } from '../world/world.ts';
import { Arguments } from './arguments.ts';
import { parseLine, ScriptError, type ScriptLine } from './script-line.ts';
import { ScriptSession, type ScriptOptions } from './session.ts';
import { VERBS } from './verbs.ts';

export interface ScriptResult {
  /** The script, each line followed by what came of it. */
  readonly transcript: readonly string[];
  /** Expectations that do not hold, each with its line. */
  readonly failures: readonly string[];
  readonly violations: readonly Violation[];
  /** The cluster as the script left it. */
  readonly world: World;
}

/** @throws ScriptError when the script itself is wrong. */
export function runScript(text: string, options: ScriptOptions): ScriptResult {
  const session = new ScriptSession(options);
  const transcript: string[] = [];
  const lines = parseScript(text);
  text.split('\n').forEach((source, i) => {
    const line = lines.get(i + 1);
    if (line === undefined) {
      transcript.push(source.trimEnd());
      return;
    }
    transcript.push(`> ${line.text}`, ...runLine(session, line));
  });
  if (!session.isOpen) throw new ScriptError(1, 'script', 'nothing in it; expected cluster ...');
  if (!session.hasJudged) judgeAtEnd(session, lines.size);
  transcript.push(...session.printer.take());
  const { failures } = session;
  return { transcript, failures, violations: session.checker.violations, world: session.world };
}

/** All lines are read before the first one runs, so a misspelt verb is told at once. */
function parseScript(text: string): Map<number, ScriptLine> {
  const lines = new Map<number, ScriptLine>();
  text.split('\n').forEach((source, i) => {
    const line = parseLine(i + 1, source);
    if (line === null) return;
    if (!Object.hasOwn(VERBS, line.verb)) {
      const known = Object.keys(VERBS).join(', ');
      throw new ScriptError(line.number, line.verb, `no such verb; expected one of ${known}`);
    }
    if (lines.size === 0 && line.verb !== 'cluster') {
      throw new ScriptError(line.number, line.verb, 'comes too early; expected cluster first');
    }
    if (lines.size > 0 && line.verb === 'cluster') {
      throw new ScriptError(line.number, line.verb, 'a second cluster; expected one at the top');
    }
    lines.set(line.number, line);
  });
  return lines;
}

function runLine(session: ScriptSession, line: ScriptLine): string[] {
  const verb = VERBS[line.verb];
  if (verb === undefined) return [];
  const ids = session.isOpen ? session.world.ids : [];
  const args = new Arguments(line, ids, verb.usage);
  try {
    verb.run(session, args);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    session.printer.print(`  ASSERTION ${error.message}`);
    session.failures.push(`line ${line.number}: ${line.text}: assertion: ${error.message}`);
  }
  if (line.verb !== 'inject') args.assertAllRead();
  session.printViolations();
  const printed = session.printer.take();
  if (!line.quiet) return printed;
  return printed.filter((each) => /^ {2}(VIOLATION|FAILED|ASSERTION|HALTED)/.test(each));
}

function judgeAtEnd(session: ScriptSession, lines: number): void {
  const [first] = session.checker.violations;
  if (first === undefined) return;
  session.failures.push(`end of the script (${lines} lines): ${first.id}: ${first.what}`);
}
