/** Raft's line of the protocol registry. */
import type { Json } from '../../vocabulary/json.ts';
import type { ProtocolDefinition } from '../kernel/core.ts';
import { MESSAGE_KINDS } from './messages.ts';
import { MUTANTS } from './mutants.ts';
import { DEFAULT_OPTIONS } from './options.ts';
import { RaftCore } from './step.ts';

export const raftDefinition: ProtocolDefinition = {
  name: 'raft',
  overSessions: false,
  readLevels: ['index', 'lease', 'local'],
  messageKinds: MESSAGE_KINDS,
  defaultOptions: { ...DEFAULT_OPTIONS },
  mutants: MUTANTS,
  create: () => new RaftCore(),
  restore: (saved: Json) => RaftCore.restore(saved),
};
