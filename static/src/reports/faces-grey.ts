// A picture as brightness, made smaller step by step, with sums over any rectangle in four look-ups.

/** Brightness 0..255, row by row. */
export interface Grey {
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** Return the brightness of RGBA points (ITU-R BT.601 weights). */
export function grey(rgba: Uint8ClampedArray, width: number, height: number): Grey {
  const pixels = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < pixels.length; i += 1, at += 4) {
    const [r = 0, g = 0, b = 0] = [rgba[at], rgba[at + 1], rgba[at + 2]];
    pixels[i] = (r * 77 + g * 150 + b * 29) >> 8;
  }
  return { pixels, width, height };
}

/** Return the picture `factor` times smaller, each point mixed of the four it falls between. */
export function smaller(from: Grey, factor: number): Grey {
  const width = Math.floor(from.width / factor);
  const height = Math.floor(from.height / factor);
  const pixels = new Uint8Array(width * height);
  const source = from.pixels;
  for (let y = 0; y < height; y += 1) {
    const fromY = Math.min(y * factor, from.height - 1.001);
    const row = Math.floor(fromY);
    const down = fromY - row;
    for (let x = 0; x < width; x += 1) {
      const fromX = Math.min(x * factor, from.width - 1.001);
      const column = Math.floor(fromX);
      const right = fromX - column;
      const at = row * from.width + column;
      const top = source[at]! * (1 - right) + source[at + 1]! * right;
      const low = source[at + from.width]! * (1 - right) + source[at + from.width + 1]! * right;
      pixels[y * width + x] = top * (1 - down) + low * down;
    }
  }
  return { pixels, width, height };
}

/** Sums of all points above and left of each; one row and one column wider than the picture. */
export interface Sums {
  plain: Int32Array;
  squares: Float64Array;
  stride: number;
}

export function sums({ pixels, width, height }: Grey): Sums {
  const stride = width + 1;
  const plain = new Int32Array(stride * (height + 1));
  const squares = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let [row, rowOfSquares] = [0, 0];
    for (let x = 0; x < width; x += 1) {
      const value = pixels[y * width + x]!;
      row += value;
      rowOfSquares += value * value;
      const at = (y + 1) * stride + x + 1;
      plain[at] = plain[at - stride]! + row;
      squares[at] = squares[at - stride]! + rowOfSquares;
    }
  }
  return { plain, squares, stride };
}

/** Return the sum over a rectangle. */
export function within(
  table: Int32Array | Float64Array, stride: number, x: number, y: number, w: number, h: number,
): number {
  const top = y * stride + x;
  const low = top + h * stride;
  return table[top]! - table[top + w]! - table[low]! + table[low + w]!;
}
