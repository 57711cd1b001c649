/** ZAB's line of the registry. */
import type { Json } from '../../vocabulary/json.ts';
import type { ProtocolDefinition } from '../kernel/core.ts';
import { MESSAGE_KINDS } from './messages.ts';
import { MUTANTS } from './mutants.ts';
import { DEFAULT_OPTIONS } from './settings.ts';
import { ZabCore } from './step.ts';

export const zabDefinition: ProtocolDefinition = {
  name: 'zab',
  overSessions: true,
  readLevels: ['local', 'sync'],
  messageKinds: MESSAGE_KINDS,
  defaultOptions: { ...DEFAULT_OPTIONS },
  mutants: MUTANTS,
  create: () => new ZabCore(),
  restore: (saved: Json) => ZabCore.restore(saved),
};
