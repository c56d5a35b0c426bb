// Where and when a photo was taken, read before anything leaves the phone (Exif 2.32, TIFF 6.0).
export interface Taken {
  place: { lat: number; lon: number } | null;
  /** By the clock of the place, "2026-11-20T14:05", as a form's field of date and time writes it. */
  time: string | null;
}

const HEAD_BYTES = 256 * 1024;
const APP1 = 0xffe1;
const START_OF_SCAN = 0xffda;
const EXIF = 0x45786966;
const GPS_POINTER = 0x8825;
const EXIF_POINTER = 0x8769;
const TAKEN = 0x9003;
const MOMENT = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):\d\d$/;
const A_DAY_MS = 86_400_000;
const [LAT_REF, LAT, LON_REF, LON] = [1, 2, 3, 4] as const;

/** Return what a JPEG's Exif block tells; nulls where it tells nothing. */
export async function takenAt(file: Blob): Promise<Taken> {
  const view = new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const told = <T>(read: (view: DataView, start: number) => T | null): T | null => {
    try {
      const start = exifBlock(view);
      return start === null ? null : read(view, start);
    } catch {
      // A block that lies about its lengths tells nothing.
      return null;
    }
  };
  return { place: told(place), time: told(moment) };
}

function exifBlock(view: DataView): number | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === START_OF_SCAN) return null;
    if (marker === APP1 && view.getUint32(at + 4) === EXIF) return at + 10;
  }
  return null;
}

/** Return where a directory begins that the first one points to, and the order of the bytes. */
function directory(view: DataView, start: number, tag: number): [number | null, boolean] {
  const little = view.getUint16(start) === 0x4949;
  const first = start + view.getUint32(start + 4, little);
  const pointer = entry(view, first, tag, little);
  return [pointer === null ? null : start + view.getUint32(pointer + 8, little), little];
}

function moment(view: DataView, start: number): string | null {
  const [exif, little] = directory(view, start, EXIF_POINTER);
  const at = exif === null ? null : entry(view, exif, TAKEN, little);
  if (at === null) return null;
  const from = start + view.getUint32(at + 8, little);
  let text = "";
  for (let n = 0; n < 19; n += 1) text += String.fromCharCode(view.getUint8(from + n));
  const [, year = "", month, day, hour, minute] = MOMENT.exec(text) ?? [];
  const written = `${year}-${month}-${day}T${hour}:${minute}`;
  const ms = Date.parse(written);
  // A camera whose clock was never set, or runs ahead, tells nothing.
  return Number(year) >= 2000 && ms < Date.now() + A_DAY_MS ? written : null;
}

function place(view: DataView, start: number): Taken["place"] {
  const [gps, little] = directory(view, start, GPS_POINTER);
  if (gps === null) return null;
  const read = (value: number, reference: number, negative: string): number | null => {
    const at = entry(view, gps, value, little);
    const sign = entry(view, gps, reference, little);
    if (at === null || sign === null) return null;
    const degrees = degreesAt(view, start + view.getUint32(at + 8, little), little);
    return String.fromCharCode(view.getUint8(sign + 8)) === negative ? -degrees : degrees;
  };
  const lat = read(LAT, LAT_REF, "S");
  const lon = read(LON, LON_REF, "W");
  if (lat === null || lon === null) return null;
  const good = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
  return good ? { lat, lon } : null;
}

function entry(view: DataView, directory: number, tag: number, little: boolean): number | null {
  const count = view.getUint16(directory, little);
  for (let n = 0; n < count; n += 1) {
    const at = directory + 2 + n * 12;
    if (view.getUint16(at, little) === tag) return at;
  }
  return null;
}

function degreesAt(view: DataView, at: number, little: boolean): number {
  const part = (n: number): number =>
    view.getUint32(at + n * 8, little) / view.getUint32(at + n * 8 + 4, little);
  return part(0) + part(1) / 60 + part(2) / 3600;
}
