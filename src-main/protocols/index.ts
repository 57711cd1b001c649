/** The registry: protocol name -> how to make its core. The one index of the protocols room. */
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { ProtocolDefinition } from './kernel/core.ts';
import { paxosDefinition } from './paxos/definition.ts';
import { raftDefinition } from './raft/definition.ts';
import { zabDefinition } from './zab/definition.ts';

const DEFINITIONS: Readonly<Record<ProtocolName, ProtocolDefinition>> = {
  paxos: paxosDefinition,
  raft: raftDefinition,
  zab: zabDefinition,
};

export function protocolDefinition(name: ProtocolName): ProtocolDefinition {
  return DEFINITIONS[name];
}
