/** The path of a sparkline from operation buckets. */
import { bucketIndexAt, type OpsBucket } from '../timeline/ops-buckets.ts';

export interface Spark {
  readonly path: string;
  readonly top: number;
}

export interface SparkBox {
  readonly fromUs: number;
  readonly toUs: number;
  readonly width: number;
  readonly height: number;
}

const STEP_PX = 2.5;

/** `value` null breaks the line: there was nothing to measure. */
export function sparkOf(
  ops: readonly OpsBucket[],
  box: SparkBox,
  value: (bucket: OpsBucket) => number | null,
): Spark {
  const points: { x: number; v: number | null }[] = [];
  let top = 0;
  for (const bucket of joinBuckets(ops, box)) {
    const v = value(bucket);
    if (v !== null && v > top) top = v;
    points.push({ x: ((bucket.us - box.fromUs) / (box.toUs - box.fromUs)) * box.width, v });
  }
  const scale = top === 0 ? 0 : (box.height - 2) / top;
  let path = '';
  let pen = 'M';
  for (const point of points) {
    if (point.v === null) {
      pen = 'M';
      continue;
    }
    path += `${pen}${point.x.toFixed(1)} ${(box.height - 1 - point.v * scale).toFixed(1)}`;
    pen = 'L';
  }
  return { path, top };
}

/** One point per STEP_PX or so: more would only be ink. The median of a joined one is its last. */
function joinBuckets(ops: readonly OpsBucket[], box: SparkBox): OpsBucket[] {
  const stepUs = ((box.toUs - box.fromUs) / box.width) * STEP_PX;
  const joined: OpsBucket[] = [];
  for (let i = bucketIndexAt(ops, box.fromUs); i < ops.length; i += 1) {
    const bucket = ops[i] as OpsBucket;
    if (bucket.us > box.toUs) break;
    const last = joined[joined.length - 1];
    if (last !== undefined && Math.floor(last.us / stepUs) === Math.floor(bucket.us / stepUs)) {
      joined[joined.length - 1] = {
        us: bucket.us,
        spanUs: last.spanUs + bucket.spanUs,
        ok: last.ok + bucket.ok,
        failed: last.failed + bucket.failed,
        unknown: last.unknown + bucket.unknown,
        p50Us: bucket.p50Us ?? last.p50Us,
      };
    } else {
      joined.push(bucket);
    }
  }
  return joined;
}
