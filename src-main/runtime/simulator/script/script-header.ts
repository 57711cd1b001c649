/** What a script says of itself before its first verb. */
import { PROTOCOL_NAMES, type ProtocolName } from '../../../vocabulary/ids.ts';

/** The protocols that `# protocols: raft, zab` names; all three when there is no such line. */
export function scriptProtocols(text: string): readonly ProtocolName[] {
  const named = /^# protocols: (.*)$/m.exec(text)?.[1]?.split(',') ?? [];
  const known = PROTOCOL_NAMES.filter((name) => named.some((word) => word.trim() === name));
  return known.length === 0 ? PROTOCOL_NAMES : known;
}
