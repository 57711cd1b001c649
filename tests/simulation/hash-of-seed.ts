/** Prints the trace hash of one seed: run as a process of its own to compare two of them. */
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { SWARM_DEFAULTS } from '../../src-main/runtime/simulator/swarm/plan.ts';
import { runSeed } from '../../src-main/runtime/simulator/swarm/swarm-run.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';

const [name, seed] = process.argv.slice(2);
const protocol = protocolDefinition(name as ProtocolName);
const run = runSeed(Number(seed), { ...SWARM_DEFAULTS, protocol }, { hash: true });
process.stdout.write(`${run.hash} ${run.steps}\n`);
