/** The line of Multi-Paxos in the registry of protocols. */
import type { ProtocolDefinition } from '../kernel/core.ts';
import { clusterProblem } from './cluster-problem.ts';
import { MESSAGE_KINDS } from './messages.ts';
import { MUTANTS } from './mutants.ts';
import { DEFAULT_OPTIONS } from './options.ts';
import { PaxosNode } from './paxos-node.ts';

export const paxosDefinition: ProtocolDefinition = {
  name: 'paxos',
  overSessions: false,
  readLevels: ['index', 'quorum', 'lease', 'local'],
  messageKinds: MESSAGE_KINDS,
  defaultOptions: { ...DEFAULT_OPTIONS },
  mutants: MUTANTS,
  clusterProblem,
  create: () => new PaxosNode(),
  restore: (saved) => PaxosNode.restore(saved),
};
