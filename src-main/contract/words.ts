/** What the dashboard needs of the vocabulary: it may import the contract only. */
export { compareEras, eraLabel, ERA_ZERO, type Era } from '../vocabulary/era.ts';
export type { AdminRecord, AdminSpec } from '../vocabulary/admin.ts';
export { CRASH_POINTS, CRASH_POINT_NAMES, type CrashPoint } from '../vocabulary/crash-points.ts';
export {
  isDownFault,
  isRefused,
  onlyOf,
  REFUSED,
  SHAPE_NAMES,
  type Distribution,
  type FaultKindName,
  type FaultOrigin,
  type FaultRecord,
  type FaultSpec,
  type Link,
  type LinkEffect,
  type LinkFaultKind,
  type NodeEffect,
  type NodeFaultKind,
  type Only,
  type ShapeName,
} from '../vocabulary/fault.ts';
export type { ReadLevel } from '../vocabulary/read-level.ts';
export { compareIds, PROTOCOL_NAMES, type NodeId, type ProtocolName } from '../vocabulary/ids.ts';
export type { MessageKind, Role, TraceEvent } from '../vocabulary/trace.ts';
export {
  DEFAULT_WORKLOAD,
  OPERATION_KINDS,
  type OperationKind,
  type Workload,
} from '../vocabulary/workload.ts';
export { hasCentre, linksBetween, shapeLinks } from '../vocabulary/shapes.ts';
