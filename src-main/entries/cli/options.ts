/** Values of options, with an answer that says what is allowed. */
import { InvalidArgumentError } from 'commander';
import { PROTOCOL_NAMES, type ProtocolName } from '../../vocabulary/ids.ts';

/** As many as the dashboard compares. */
const REPORTED_RUNS_MAX = 8;
const ALL = PROTOCOL_NAMES.join(', ');

export function parseProtocol(text: string): ProtocolName {
  const name = PROTOCOL_NAMES.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`allowed: ${ALL}`);
  return name;
}

export function parseProtocols(text: string): ProtocolName[] {
  const names = text.split(',').map((part) => parseProtocol(part.trim()));
  if (new Set(names).size !== names.length) {
    throw new InvalidArgumentError(`allowed: each once of ${ALL}`);
  }
  return names;
}

export function parseSeed(text: string): number {
  return wholeNumber(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

export function parseTrials(text: string): number {
  return wholeNumber(text, 1, 100);
}

export function parseSimulatedNodes(text: string): number {
  return wholeNumber(text, 1, 9);
}

export function parseLimit(text: string): number {
  return wholeNumber(text, 1, 500);
}

export function parsePort(text: string): number {
  return wholeNumber(text, 0, 65_535);
}

export function parseRunId(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER);
}

/** One more of several. */
export function parseRunIds(text: string, before: readonly number[] = []): readonly number[] {
  const run = parseRunId(text);
  if (before.includes(run)) throw new InvalidArgumentError('allowed: each run once');
  if (before.length >= REPORTED_RUNS_MAX) {
    throw new InvalidArgumentError(`allowed: at most ${REPORTED_RUNS_MAX} runs`);
  }
  return [...before, run];
}

function wholeNumber(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`allowed: a whole number from ${min} to ${max}`);
  }
  return value;
}
