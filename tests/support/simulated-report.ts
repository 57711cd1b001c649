/** A scenario on the simulator, reported on without a database. */
import { SimulatedScenario } from '../../src-main/lab/simulated-scenario.ts';
import { settingsFor } from '../../src-main/lab/scenario-settings.ts';
import type { RunReport } from '../../src-main/contract/report.ts';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { RecordedLine } from '../../src-main/verification/reports/recorded-lines.ts';
import { RunReportBuilder } from '../../src-main/verification/reports/run-report.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { JournalHeader } from '../../src-main/vocabulary/journal.ts';
import type { ScenarioSpec } from '../../src-main/vocabulary/scenario.ts';
import { timingFromMs } from '../../src-main/vocabulary/timing.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';

export function simulatedReport(spec: ScenarioSpec, protocol: ProtocolName): RunReport {
  const lines: RecordedLine[] = [];
  const events: ViewEvent[] = [];
  const operations: OperationRecord[] = [];
  const lives = new Map<string, number>();
  const scenario = new SimulatedScenario(spec, protocol, spec.seed, {
    journal: (node, text) => {
      const incarnation = lives.get(node) ?? 1;
      for (const line of text.split('\n')) {
        if (line !== '') lines.push({ node, incarnation, ...parsed(line) });
      }
    },
    event: (event) => {
      events.push(event);
      if (event.k === 'up') lives.set(event.node, event.incarnation);
    },
    operation: (record) => void operations.push(record),
    note: () => undefined,
  });
  scenario.run();
  const builder = builderOf(spec, protocol, Math.round(scenario.simulation.nowUs));
  lines.sort((a, b) => a.header.us - b.header.us);
  for (const event of events.sort((a, b) => a.us - b.us)) {
    while ((lines[0]?.header.us ?? Infinity) < event.us) {
      builder.handleLine(lines.shift() as RecordedLine);
    }
    builder.handleLabEvent(event);
  }
  for (const line of lines) builder.handleLine(line);
  for (const operation of operations) builder.handleOperation(operation);
  return builder.finish();
}

function parsed(line: string): { header: JournalHeader; inputText: string | null } {
  const [header = '', input = ''] = line.split('\t');
  return { header: JSON.parse(header) as JournalHeader, inputText: input === '' ? null : input };
}

function builderOf(spec: ScenarioSpec, protocol: ProtocolName, endUs: number): RunReportBuilder {
  const run = {
    ...{ id: 1, groupId: 1, name: spec.title, scenario: spec.name, protocol, nodes: spec.nodes },
    ...{ seed: spec.seed, mutants: [], startedAt: '', durationMs: endUs / 1_000, events: 0 },
    ...{ verdict: null, violations: [], metrics: null, note: null },
  };
  return new RunReportBuilder(
    { ...run, status: 'finished' },
    {
      members: Array.from({ length: spec.nodes }, (_, i) => ({ nodeId: `n${i + 1}` })),
      timing: timingFromMs(spec.timing),
      options: settingsFor(spec, protocol).options,
      workload: spec.workload,
      labVersion: '',
      host: 'simulated',
    },
  );
}
