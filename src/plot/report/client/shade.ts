/** @file Shows a unit's mask on the pixels of a crop. Runs inside the page: no outside references. */

/** mask: dim what is outside and draw the contour. outline: the contour alone. plain: the crop as it is. */
export type MaskView = "mask" | "outline" | "plain";

/**
 * Changes `pixels` [height, width, RGBA] in place. The mask is where `field` [height, width] is above `level`; its edge is
 * placed to a fraction of a pixel by the distance (field − level) / |∇field|, so that the contour is smooth.
 *
 * @param line - width of the contour in pixels of the drawing
 */
export function shadeMask(
  pixels: Uint8ClampedArray,
  field: Float32Array,
  width: number,
  height: number,
  level: number,
  view: MaskView,
  line: number,
): void {
  if (view === "plain") return;
  const brightness = 0.35; // of what is outside the mask
  const colour = 0.55; // share of its saturation that is kept
  const contour = [255, 221, 64]; // light yellow: seen beside dimmed and beside bright pixels by every kind of colour vision
  const share = (value: number) => Math.min(Math.max(value, 0), 1);

  for (let y = 0; y < height; y++) {
    const up = Math.max(y - 1, 0);
    const down = Math.min(y + 1, height - 1);
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const before = Math.max(x - 1, 0);
      const after = Math.min(x + 1, width - 1);
      const value = field[at] ?? 0;
      const slopeX = ((field[y * width + after] ?? 0) - (field[y * width + before] ?? 0)) / Math.max(after - before, 1);
      const slopeY = ((field[down * width + x] ?? 0) - (field[up * width + x] ?? 0)) / Math.max(down - up, 1);
      const slope = Math.hypot(slopeX, slopeY);
      const flat = value > level ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      const distance = slope > 1e-6 ? (value - level) / slope : flat; // pixels from the edge, positive inside

      const outside = view === "mask" ? share(0.5 - distance) : 0;
      const stroke = share((line + 1) / 2 - Math.abs(distance));
      const halo = view === "outline" ? 0.6 * share((line + 3) / 2 - Math.abs(distance)) : 0;
      if (outside === 0 && stroke === 0 && halo === 0) continue;

      const pixel = 4 * at;
      const grey = 0.299 * (pixels[pixel] ?? 0) + 0.587 * (pixels[pixel + 1] ?? 0) + 0.114 * (pixels[pixel + 2] ?? 0);
      for (let channel = 0; channel < 3; channel++) {
        const own = pixels[pixel + channel] ?? 0;
        const dimmed = brightness * (grey + colour * (own - grey));
        const shaded = (own + outside * (dimmed - own)) * (1 - halo);
        pixels[pixel + channel] = shaded + stroke * ((contour[channel] ?? 0) - shaded);
      }
    }
  }
}
