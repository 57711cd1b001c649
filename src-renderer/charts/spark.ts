/** The path of a sparkline from operation buckets. */
import { bucketIndexAt, type OpsBucket } from '../timeline/history.ts';

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

/** `value` null breaks the line: there was nothing to measure. */
export function sparkOf(
  ops: readonly OpsBucket[],
  box: SparkBox,
  value: (bucket: OpsBucket) => number | null,
): Spark {
  const points: { x: number; v: number | null }[] = [];
  let top = 0;
  for (let i = bucketIndexAt(ops, box.fromUs); i < ops.length; i += 1) {
    const bucket = ops[i] as OpsBucket;
    if (bucket.us > box.toUs) break;
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
