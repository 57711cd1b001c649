/** What a verb of the script language is. */
import type { Arguments } from './arguments.ts';
import type { ScriptSession } from './session.ts';

export interface Verb {
  readonly usage: string;
  readonly what: string;
  readonly example: string;
  run(session: ScriptSession, args: Arguments): void;
}
