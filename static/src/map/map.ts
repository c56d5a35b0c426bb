// The city's map of reports: numbers in rings from afar, single reports near by, live.
import "leaflet/dist/leaflet.css";
import "./map.css";
import L from "leaflet";
import { join } from "../core/live";
import { baseMap } from "./base";
import { pickPlace } from "./picker";

interface Cluster {
  lat: number;
  lon: number;
  n: number;
}
interface Point {
  id: string;
  lat: number;
  lon: number;
  category: string;
  status: string;
  title: string;
}
interface View {
  clusters: Cluster[];
  points: Point[];
}

const ROOM_ZOOM = 13;
const MOST_ROOMS = 40;

function rooms(map: L.Map): string[] {
  const bounds = map.getBounds();
  const side = 256;
  const low = map.project(bounds.getNorthWest(), ROOM_ZOOM).divideBy(side).floor();
  const high = map.project(bounds.getSouthEast(), ROOM_ZOOM).divideBy(side).floor();
  const found: string[] = [];
  for (let x = low.x; x <= high.x; x += 1) {
    for (let y = low.y; y <= high.y; y += 1) found.push(`tile:${ROOM_ZOOM}/${x}/${y}`);
  }
  return found.length > MOST_ROOMS ? [] : found;
}

class ReportMap {
  private readonly layer = L.layerGroup();
  private readonly heard = new Map<string, () => void>();
  private known = new Set<string>();

  constructor(
    private readonly map: L.Map,
    private readonly root: HTMLElement,
  ) {
    this.layer.addTo(map);
    map.on("moveend", () => this.moved());
    this.moved();
  }

  private moved(): void {
    const at = this.map.getCenter();
    const query = new URLSearchParams(location.search);
    query.set("lat", at.lat.toFixed(5));
    query.set("lon", at.lng.toFixed(5));
    query.set("z", String(this.map.getZoom()));
    history.replaceState(history.state, "", `?${query}`);
    this.listen();
    this.known = new Set();
    void this.show();
  }

  private listen(): void {
    const wanted = new Set(rooms(this.map));
    for (const [room, stop] of this.heard) {
      if (wanted.has(room)) continue;
      stop();
      this.heard.delete(room);
    }
    for (const room of wanted) {
      if (!this.heard.has(room)) this.heard.set(room, join(room, () => void this.show()));
    }
  }

  private async show(): Promise<void> {
    const b = this.map.getBounds();
    const box = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
    const category = this.root.dataset["category"] ?? "";
    const query = new URLSearchParams({
      box: box.map((part) => part.toFixed(6)).join(","),
      zoom: String(Math.round(this.map.getZoom())),
      category,
    });
    const answer = await fetch(`${this.root.dataset["view"]}?${query}`);
    if (answer.ok) this.draw((await answer.json()) as View);
  }

  private draw(view: View): void {
    this.layer.clearLayers();
    for (const cluster of view.clusters) this.layer.addLayer(this.ring(cluster));
    const first = this.known.size === 0;
    for (const point of view.points) this.layer.addLayer(this.pin(point, !first));
    this.known = new Set(view.points.map((point) => point.id));
  }

  private ring(cluster: Cluster): L.Marker {
    const label = this.root.dataset["labelCluster"] ?? "{count}";
    const text = document.createElement("span");
    text.textContent = String(cluster.n);
    const size = 40 + Math.min(24, Math.log2(cluster.n) * 3);
    const icon = L.divIcon({ className: "map-ring", html: text, iconSize: [size, size] });
    const title = label.replace("{count}", String(cluster.n));
    const marker = L.marker([cluster.lat, cluster.lon], { icon, title, alt: title });
    return marker.on("click", () => {
      this.map.setView([cluster.lat, cluster.lon], this.map.getZoom() + 2);
    });
  }

  private pin(point: Point, glows: boolean): L.Marker {
    const link = document.createElement("span");
    const fresh = glows && !this.known.has(point.id);
    const className = `map-pin map-pin-${point.category}${fresh ? " map-pin-fresh" : ""}`;
    const icon = L.divIcon({ className, html: link, iconSize: [28, 28] });
    const marker = L.marker([point.lat, point.lon], { icon, title: point.title, alt: point.title });
    return marker.on("click", () => location.assign(`/reports/${point.id}`));
  }
}

for (const root of document.querySelectorAll<HTMLElement>('[data-module="map"]')) {
  const canvas = root.querySelector<HTMLElement>("[data-map-canvas]");
  if (canvas) new ReportMap(baseMap(canvas, root.dataset["tiles"] ?? "", root.dataset), root);
}
for (const root of document.querySelectorAll<HTMLElement>('[data-module="map-picker"]')) {
  pickPlace(root);
}
