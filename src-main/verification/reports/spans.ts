/** Stretches of time as sorted, disjoint spans, and what is left when others are taken away. */

export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** `whole` without everything that `taken` covers; what is left is ascending and not empty. */
export function without(whole: Span, taken: readonly Span[]): Span[] {
  const left: Span[] = [];
  let fromUs = whole.fromUs;
  for (const hole of [...taken].sort((a, b) => a.fromUs - b.fromUs)) {
    if (hole.toUs <= fromUs) continue;
    if (hole.fromUs >= whole.toUs) break;
    if (hole.fromUs > fromUs) left.push({ fromUs, toUs: hole.fromUs });
    fromUs = hole.toUs;
  }
  if (fromUs < whole.toUs) left.push({ fromUs, toUs: whole.toUs });
  return left;
}

/** Whether the two have more than an edge in common. */
export function overlap(a: Span, b: Span): boolean {
  return a.fromUs < b.toUs && b.fromUs < a.toUs;
}
