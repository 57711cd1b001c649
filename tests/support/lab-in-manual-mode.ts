/** A lab as a process of its own whose cluster is in manual mode: for tests that kill it. */
import { createLab } from '../../src-main/lab/lab.ts';
import { openRecorder } from '../../src-main/storage/recorder.ts';
import { DEFAULT_WORKLOAD } from '../../src-main/vocabulary/workload.ts';

const database = process.argv[2] ?? '';
const recorder = await openRecorder({ database });
const lab = createLab({ dataDir: `${database}.files`, recorder, version: 'test' });
const [started] = await lab.startClusters([
  { protocol: 'raft', nodes: 3, workload: DEFAULT_WORKLOAD },
]);
const cluster = lab.live(started?.id ?? '');
await cluster.manual.set(true);
await cluster.manual.act({ do: 'ask', op: 'write', key: 'k', value: 'v' });
const pids = cluster.nodeIds.map((node) => cluster.pidOf(node));
process.stdout.write(`${JSON.stringify({ pids, waiting: cluster.manual.state().waiting })}\n`);
