/** The bench as text, in the form that docs/BENCHMARKS.md keeps. */
import type { LoadFigures } from './measure-cluster.ts';
import type { MachineFacts } from './machine.ts';

export interface BenchRow {
  readonly protocol: string;
  readonly recording: boolean;
  readonly startupMs: number;
  readonly idleCpuShare: number;
  readonly rssMiBStart: number;
  readonly rssMiBEnd: number;
  readonly loads: readonly LoadFigures[];
}

export interface OutageRow {
  readonly protocol: string;
  readonly electionTimeoutMs: readonly [number, number];
  readonly killMedianMs: number;
  readonly killMaxMs: number;
  readonly pauseMedianMs: number;
  readonly pauseMaxMs: number;
}

/** 0 for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

export function printReport(
  machine: MachineFacts,
  rows: readonly BenchRow[],
  outages: readonly OutageRow[],
): void {
  const { date, cpu, cores, memoryGiB, system, node } = machine;
  process.stdout.write(
    `${date}, ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}, Node ${node}\n\n`,
  );
  process.stdout.write(loadTable(rows));
  process.stdout.write(`\n${costTable(rows)}`);
  if (outages.length > 0) process.stdout.write(`\n${outageTable(outages)}`);
}

function loadTable(rows: readonly BenchRow[]): string {
  const head = ['protocol', 'recording', 'outstanding', 'writes/s', 'p50 ms', 'p99 ms'].concat([
    'messages/op',
    'bytes/op',
    'syncs/op',
  ]);
  const cells = rows.flatMap(({ protocol, recording, loads }) =>
    loads.map((load) => [
      protocol,
      recording ? 'on' : 'off',
      String(load.outstanding),
      whole(load.opsPerSecond),
      load.p50Ms.toFixed(2),
      load.p99Ms.toFixed(2),
      load.messagesPerOp.toFixed(2),
      whole(load.bytesPerOp),
      load.syncsPerOp.toFixed(3),
    ]),
  );
  return table(head, cells);
}

function costTable(rows: readonly BenchRow[]): string {
  const head = ['protocol', 'recording', 'spawn to first commit ms', 'idle CPU per node %'].concat([
    'MiB per node, started',
    'MiB per node, after the load',
  ]);
  const cells = rows.map((row) => [
    row.protocol,
    row.recording ? 'on' : 'off',
    whole(row.startupMs),
    (row.idleCpuShare * 100).toFixed(1),
    whole(row.rssMiBStart),
    whole(row.rssMiBEnd),
  ]);
  return table(head, cells);
}

function outageTable(rows: readonly OutageRow[]): string {
  const head = ['protocol', 'election timeout ms', 'kill -9: median gap ms', 'longest'].concat([
    'pause: median gap ms',
    'longest',
  ]);
  const cells = rows.map((row) => [
    row.protocol,
    row.electionTimeoutMs.join(' to '),
    whole(row.killMedianMs),
    whole(row.killMaxMs),
    whole(row.pauseMedianMs),
    whole(row.pauseMaxMs),
  ]);
  return table(head, cells);
}
