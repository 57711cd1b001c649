/**
 * `npm run bench`: what a live cluster costs and yields on this machine. Every figure in
 * docs/BENCHMARKS.md was printed by this command. Trials of all protocols and of recording on and
 * off alternate, so that a noisy minute hits all alike; medians are printed.
 */
import { Command } from 'commander';
import { machineFacts } from './machine.ts';
import { checkerLines, measureChecker } from './measure-checker.ts';
import { liveCheckLines, measureLiveCheck } from './measure-live-check.ts';
import { measureCluster, type ClusterFigures } from './measure-cluster.ts';
import { measureOutage } from './measure-outage.ts';
import { measureSimulator, simulatorLines, type SimulatorRow } from './measure-simulator.ts';
import { median, printReport, type BenchRow, type OutageRow } from './report.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';

interface Options {
  readonly json: boolean;
  readonly trials: number;
  readonly seconds: number;
  readonly protocols: readonly ProtocolName[];
  readonly outage: boolean;
}

function protocolList(text: string): readonly ProtocolName[] {
  const names = text.split(',');
  for (const name of names) {
    if (!(PROTOCOL_NAMES as readonly string[]).includes(name)) {
      throw new Error(`no protocol ${name}; there are ${PROTOCOL_NAMES.join(', ')}`);
    }
  }
  return names as ProtocolName[];
}

const command = new Command('bench')
  .description('Throughput, latency, cost, start-up and outage of three-node clusters.')
  .argument('[what]', 'live clusters, the simulator, or the checker', 'live')
  .option('--json', 'one JSON object on standard output', false)
  .option('--trials <n>', 'clusters measured per protocol and recording', Number, 3)
  .option('--seconds <s>', 'length of each measurement', Number, 3)
  .option('--protocols <list>', 'comma-separated', protocolList, PROTOCOL_NAMES)
  .option('--no-outage', 'leave out the kill -9 of the leader')
  .parse();
const options = command.opts<Options>();

if (command.args[0] === 'simulator') {
  const results: SimulatorRow[] = [];
  for (const protocol of options.protocols) results.push(await measureSimulator(protocol));
  const machine = machineFacts();
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, results })}\n`);
  else process.stdout.write(`${simulatorLines(results).join('\n')}\n`);
  process.exit(0);
}

if (command.args[0] === 'checker') {
  const results = [...measureChecker()];
  const live = [...measureLiveCheck()];
  const machine = machineFacts();
  const lines = [...checkerLines(results), ...liveCheckLines(live)];
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, results, live })}\n`);
  else process.stdout.write(`${lines.join('\n')}\n`);
  process.exit(0);
}

const figures = new Map<string, ClusterFigures[]>();
for (let trial = 0; trial < options.trials; trial += 1) {
  for (const protocol of options.protocols) {
    // Which of the two comes first changes from trial to trial.
    for (const recording of trial % 2 === 0 ? [false, true] : [true, false]) {
      process.stderr.write(
        `trial ${trial + 1}: ${protocol}, recording ${recording ? 'on' : 'off'}\n`,
      );
      const measured = await measureCluster(protocol, recording, options.seconds);
      const key = `${protocol} ${recording}`;
      figures.set(key, [...(figures.get(key) ?? []), measured]);
    }
  }
}

const rows: BenchRow[] = options.protocols.flatMap((protocol) =>
  [false, true].map((recording) => {
    const trials = figures.get(`${protocol} ${recording}`) ?? [];
    const of = (pick: (one: ClusterFigures) => number): number => median(trials.map(pick));
    return {
      protocol,
      recording,
      startupMs: of((one) => one.startupMs),
      idleCpuShare: of((one) => one.idleCpuShare),
      rssMiBStart: of((one) => one.rssMiBStart),
      rssMiBEnd: of((one) => one.rssMiBEnd),
      loads: (trials[0]?.loads ?? []).map(({ outstanding }, index) => {
        const load = (pick: (one: ClusterFigures['loads'][number]) => number): number =>
          median(trials.flatMap((one) => (one.loads[index] ? [pick(one.loads[index])] : [])));
        return {
          outstanding,
          opsPerSecond: load((one) => one.opsPerSecond),
          p50Ms: load((one) => one.p50Ms),
          p99Ms: load((one) => one.p99Ms),
          messagesPerOp: load((one) => one.messagesPerOp),
          bytesPerOp: load((one) => one.bytesPerOp),
          syncsPerOp: load((one) => one.syncsPerOp),
        };
      }),
    };
  }),
);

const outages: OutageRow[] = [];
if (options.outage) {
  for (const protocol of options.protocols) {
    process.stderr.write(`outage: ${protocol}\n`);
    outages.push(await measureOutage(protocol, options.trials * 3));
  }
}

const machine = machineFacts();
if (options.json) {
  process.stdout.write(`${JSON.stringify({ machine, results: rows, outages })}\n`);
} else {
  printReport(machine, rows, outages);
}
