/** Class of each message type of a protocol, as the screen and the cost split know it. */
import { protocolDefinition } from '../protocols/index.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { MessageKinds } from './view-events.ts';

export function messageKindsOf(protocol: ProtocolName): MessageKinds {
  return new Map(Object.entries(protocolDefinition(protocol).messageKinds));
}
