/** The message types of each protocol, and the kind that all protocols have a name for. */
import { LabError } from '../contract/errors.ts';
import { protocolDefinition } from '../protocols/index.ts';
import { PROTOCOL_NAMES } from '../vocabulary/ids.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';
import { onlyOf } from '../vocabulary/fault.ts';
import type { ScenarioStep } from '../vocabulary/scenario.ts';
import type { MessageKind } from '../vocabulary/trace.ts';

export interface MessageType {
  readonly type: string;
  readonly kind: MessageKind;
}

/** What a fault of one message type can name. */
export function messageTypes(): Record<ProtocolName, MessageType[]> {
  const entries = PROTOCOL_NAMES.map((name) => {
    const kinds = Object.entries(protocolDefinition(name).messageKinds);
    return [name, kinds.map(([type, kind]) => ({ type, kind }))] as const;
  });
  return Object.fromEntries(entries) as Record<ProtocolName, MessageType[]>;
}

/** What is wrong with the types that a fault names, or null. A fault that means messages nobody
 *  ever sends would look as if it did something. */
export function whyNotTypes(protocol: ProtocolName, types: readonly string[]): string | null {
  const { messageKinds } = protocolDefinition(protocol);
  const names = Object.keys(messageKinds);
  const kinds = [...new Set(Object.values(messageKinds))];
  const unknown = types.find((type) => !names.includes(type) && !kinds.some((k) => k === type));
  if (unknown === undefined) return null;
  const allowed = `allowed: ${names.join(', ')}, or a kind: ${kinds.join(', ')}`;
  return `${protocol} has no message type "${unknown}"; ${allowed}`;
}

/** @throws LabError naming the line of the first step whose message types the protocol lacks. */
export function ensureMessageTypes(
  protocol: ProtocolName,
  name: string,
  steps: readonly ScenarioStep[],
): void {
  for (const { action, line } of steps) {
    if (action.do !== 'break-link') continue;
    const problem = whyNotTypes(protocol, onlyOf(action.effect).types ?? []);
    if (problem === null) continue;
    throw new LabError('bad-scenario', `${name}:${line}: ${problem}`);
  }
}
