/** The message types of each protocol, and the kind that all protocols have a name for. */
import { protocolDefinition } from '../protocols/index.ts';
import { PROTOCOL_NAMES } from '../vocabulary/ids.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';
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
