/** ZAB's line of the registry. */
import type { Core, ProtocolDefinition } from '../kernel/core.ts';
import { MESSAGE_KINDS } from './messages.ts';
import { MUTANTS } from './mutants.ts';
import { DEFAULT_OPTIONS } from './settings.ts';
import { ZabCore } from './step.ts';

export const zabDefinition: ProtocolDefinition = {
  name: 'zab',
  overSessions: true,
  messageKinds: MESSAGE_KINDS,
  defaultOptions: { ...DEFAULT_OPTIONS },
  mutants: MUTANTS,
  create: (): Core => new ZabCore() as Core,
  restore: (saved): Core => ZabCore.restore(saved) as Core,
};
