/** Hatched fills for canvases, made once per colour and form. */

export type HatchForm = 'diagonal' | 'fine';

const TILE = { diagonal: 7, fine: 5 } as const;
const made = new Map<string, CanvasPattern>();

/** A diagonal hatch of `ink`; the colour itself where patterns cannot be made. */
export function hatch(
  ctx: CanvasRenderingContext2D,
  ink: string,
  form: HatchForm,
): CanvasPattern | string {
  const key = `${form} ${ink}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const size = TILE[form];
  const tile = new OffscreenCanvas(size, size);
  const pen = tile.getContext('2d');
  if (pen === null) return ink;
  pen.strokeStyle = ink;
  pen.lineWidth = form === 'fine' ? 1.2 : 2;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
    pen.stroke();
  }
  const pattern = ctx.createPattern(tile, 'repeat');
  if (pattern === null) return ink;
  made.set(key, pattern);
  return pattern;
}
