// Drawn, not addressed: a picture of this browser's own needs no way past the page's safety rules.
const SIDE = 152;

/** Return the middle of a picture as a square; rejects what this browser cannot read. */
export async function thumb(picture: Blob): Promise<HTMLCanvasElement> {
  const whole = await createImageBitmap(picture);
  const canvas = document.createElement("canvas");
  canvas.className = "report-thumb";
  canvas.width = canvas.height = SIDE;
  const side = Math.min(whole.width, whole.height);
  const [left, top] = [(whole.width - side) / 2, (whole.height - side) / 2];
  canvas.getContext("2d")?.drawImage(whole, left, top, side, side, 0, 0, SIDE, SIDE);
  whole.close();
  return canvas;
}
