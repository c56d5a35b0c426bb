// What would lie on top of another is shown as one ring: nothing on the map is too small to touch.
import L from "leaflet";
import type { Cluster, Point, View } from "./layer";

const PIN = 36;
const GAP = 4;

interface Spot {
  at: L.Point;
  lat: number;
  lon: number;
  n: number;
  point: Point | null;
}

/** How wide a ring of `n` reports is drawn, in pixels. */
export function ringSize(n: number): number {
  return Math.round(36 + Math.min(30, Math.log2(n) * 4));
}

function reach(spot: Spot): number {
  return (spot.n === 1 ? PIN : ringSize(spot.n)) / 2;
}

// A pin stands on its place, a ring lies around it.
function middle(spot: Spot): L.Point {
  return spot.point ? spot.at.subtract([0, PIN / 2]) : spot.at;
}

function touch(a: Spot, b: Spot): boolean {
  return middle(a).distanceTo(middle(b)) < reach(a) + reach(b) + GAP;
}

/** Return what stands apart; the greater keeps its place and counts what it covers. */
function apart(spots: Spot[]): Spot[] {
  const kept: Spot[] = [];
  for (const one of spots) {
    const near = kept.find((other) => touch(other, one));
    if (near) Object.assign(near, { n: near.n + one.n, point: null });
    else kept.push(one);
  }
  // A ring that counts more is wider, and may have come to touch its neighbour.
  return kept.length < spots.length ? apart(kept) : kept;
}

/** Join what overlaps at this zoom; distances are of the whole world's pixels, so panning keeps it. */
export function gathered(view: View, map: L.Map): View {
  const spot = (lat: number, lon: number, n: number, point: Point | null): Spot =>
    ({ at: map.project([lat, lon]), lat, lon, n, point });
  const spots = [
    ...view.clusters.map((c) => spot(c.lat, c.lon, c.n, null)),
    ...view.points.map((p) => spot(p.lat, p.lon, 1, p)),
  ].sort((a, b) => b.n - a.n || a.lat - b.lat || a.lon - b.lon);
  const clusters: Cluster[] = [];
  const points: Point[] = [];
  for (const one of apart(spots)) {
    if (one.point) points.push(one.point);
    else clusters.push({ lat: one.lat, lon: one.lon, n: one.n });
  }
  return { clusters, points };
}
