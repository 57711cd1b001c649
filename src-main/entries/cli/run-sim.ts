/** `qlab run --sim`: a scenario on the simulator, recorded like a live run. */
import fs from 'node:fs';
import path from 'node:path';
import type { Run } from '../../contract/model.ts';
import type { LabEvent, Recorder } from '../../lab/ports.ts';
import { scenarioOf } from '../../lab/scenario-of-protocol.ts';
import { withNemesis } from '../../lab/nemesis-schedule.ts';
import { undoneText } from '../../lab/scenario-runner.ts';
import { settingsFor } from '../../lab/scenario-settings.ts';
import { SimulatedScenario } from '../../lab/simulated-scenario.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import { openRecorder } from '../../storage/recorder.ts';
import type { NodeId, ProtocolName } from '../../vocabulary/ids.ts';
import { journalFileName, type EndHeader, type NodeCounters } from '../../vocabulary/journal.ts';
import type { ScenarioSpec } from '../../vocabulary/scenario.ts';
import { timingFromMs } from '../../vocabulary/timing.ts';
import type { OperationRecord } from '../../vocabulary/workload.ts';
import type { DataPlaces } from '../data-places.ts';
import { LAB_VERSION } from '../version.ts';

/** What one life of a node wrote, and what it cost. */
interface Life {
  readonly node: NodeId;
  readonly incarnation: number;
  lines: string[];
  readonly messages: { [kind: string]: number };
  bytes: number;
  frames: number;
  steps: number;
}

export interface SimulatedRunOptions {
  readonly protocols: readonly ProtocolName[];
  /** One trial each, on every protocol. */
  readonly seeds: readonly number[];
  readonly places: DataPlaces;
  readonly onNote: (text: string) => void;
}

/** Runs the scenario in virtual time, on each protocol with each seed, and records it. */
export async function runSimulated(
  spec: ScenarioSpec,
  { protocols, seeds, places, onNote }: SimulatedRunOptions,
): Promise<Run[]> {
  const recorder = await openRecorder({ database: places.database });
  try {
    const groupId = await recorder.beginGroup();
    const runs: Run[] = [];
    for (const seed of seeds) {
      const planned = { spec: withNemesis(spec, seed), seed, recorder, onNote };
      for (const protocol of protocols) {
        const directory = makeRunDirectory(places.dataDir, protocol);
        try {
          const own = { ...planned, spec: scenarioOf(protocol, planned.spec), protocol, directory };
          runs.push(await recordScenario(own, groupId));
        } finally {
          fs.rmSync(directory, { recursive: true, force: true });
        }
      }
    }
    return runs;
  } finally {
    await recorder.close();
  }
}

function beginRun({ spec, protocol, seed, recorder, directory }: Planned, groupId: number) {
  return recorder.beginRun({
    groupId,
    name: `${spec.title} (simulated)`,
    scenario: spec.name,
    scenarioSource: spec.source,
    protocol,
    service: spec.service,
    members: Array.from({ length: spec.nodes }, (_, i) => {
      return { nodeId: `n${i + 1}`, storageId: `disk-n${i + 1}` };
    }),
    seed,
    timing: timingFromMs(spec.timing),
    ...settingsFor(spec, protocol),
    workload: spec.workload,
    startedAt: new Date().toISOString(),
    labVersion: LAB_VERSION,
    directory,
  });
}

function makeRunDirectory(dataDir: string, protocol: ProtocolName): string {
  const runs = path.join(dataDir, 'runs');
  fs.mkdirSync(runs, { recursive: true, mode: 0o700 });
  return fs.mkdtempSync(path.join(runs, `${protocol}-sim-`));
}

interface Planned {
  readonly spec: ScenarioSpec;
  readonly protocol: ProtocolName;
  readonly seed: number;
  readonly recorder: Recorder;
  readonly directory: string;
  readonly onNote: (text: string) => void;
}

async function recordScenario(planned: Planned, groupId: number): Promise<Run> {
  const { spec, protocol, seed, recorder, onNote } = planned;
  const runId = await beginRun(planned, groupId);
  const events: LabEvent[] = [];
  const operations: OperationRecord[] = [];
  const lives: Life[] = [];
  const current = new Map<NodeId, Life>();
  const kinds = protocolDefinition(protocol).messageKinds;
  const scenario = new SimulatedScenario(spec, protocol, seed, {
    journal: (node, lines) => void current.get(node)?.lines.push(lines),
    event: (event) => {
      events.push(event);
      if (event.k !== 'up') return;
      const life = newLife(event.node, event.incarnation);
      lives.push(life);
      current.set(event.node, life);
    },
    operation: (record) => void operations.push(record),
    note: onNote,
  });
  const { simulation } = scenario;
  simulation.world.observe({
    stepped: ({ id }) => void ((current.get(id) ?? newLife(id, 0)).steps += 1),
    sending: ({ id }, _to, msg) => countMessage(current.get(id), kinds[msg.type], msg),
  });
  const { undone, ...found } = scenario.run();
  const us = Math.round(simulation.nowUs);
  endLives(lives, current, us, (node) => simulation.world.node(node).disk.syncs);
  recorder.recordEvents(runId, events);
  recorder.recordOperations(runId, operations);
  for (const life of lives) followLife(planned, runId, life);
  const end = {
    us,
    status: 'finished',
    note: null,
    ...found,
    unknownBecause: undoneText(undone),
  } as const;
  return recorder.endRun(runId, end);
}

function newLife(node: NodeId, incarnation: number): Life {
  return { node, incarnation, lines: [], messages: {}, bytes: 0, frames: 0, steps: 0 };
}

function countMessage(life: Life | undefined, kind: string | undefined, msg: object): void {
  if (life === undefined) return;
  const name = kind ?? 'replicate';
  life.messages[name] = (life.messages[name] ?? 0) + 1;
  life.bytes += JSON.stringify(msg).length;
  life.frames += 1;
}

/** Those that were up to the end stop cleanly; a killed one leaves nothing. */
function endLives(
  lives: readonly Life[],
  current: ReadonlyMap<NodeId, Life>,
  us: number,
  syncsOf: (node: NodeId) => number,
): void {
  for (const life of lives) {
    if (current.get(life.node) !== life) continue;
    const { messages, bytes, frames, steps, node } = life;
    const costs = { messages, bytes, frames, steps, syncs: syncsOf(node) };
    const counters: NodeCounters = { ...costs, applied: 0, rssBytes: 0, cpuUs: 0 };
    life.lines.push(`${JSON.stringify({ k: 'c', us, counters })}\t\n`);
    const end: EndHeader = { k: 'x', us, why: 'stop' };
    life.lines.push(`${JSON.stringify(end)}\t\n`);
  }
}

function followLife({ recorder, directory }: Planned, runId: number, life: Life): void {
  const home = path.join(directory, life.node);
  fs.mkdirSync(home, { recursive: true });
  const file = path.join(home, journalFileName(life.incarnation));
  fs.writeFileSync(file, life.lines.join(''));
  recorder.followJournal(runId, life.node, life.incarnation, file);
}
