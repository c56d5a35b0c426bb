// What is drawn over the base map: numbers in rings from afar, single reports near by.
import L from "leaflet";
import { mark } from "../core/say";
import { gathered, ringSize } from "./gather";

export interface Cluster {
  lat: number;
  lon: number;
  n: number;
}
export interface Point {
  id: string;
  lat: number;
  lon: number;
  category: string;
  status: string;
  title: string;
}
export interface View {
  clusters: Cluster[];
  points: Point[];
}
/** As the server tells it: a report is an array, its id in hex digits with or without hyphens. */
export interface ToldView {
  clusters: Cluster[];
  points: [id: string, lat: number, lon: number, category: string, status: string, title: string][];
}

export function viewOf(told: ToldView): View {
  const points = told.points.map(([id, lat, lon, category, status, title]) =>
    ({ id: hyphened(id), lat, lon, category, status, title }));
  return { clusters: told.clusters, points };
}

function hyphened(id: string): string {
  return id.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, "$1-$2-$3-$4-$5");
}

const CLOSER = 2;
/** What is left of a mark must be this wide or high, in pixels, to be touched (WCAG 2.5.8). */
const LEAST = 24;
const SVG = "http://www.w3.org/2000/svg";

export function glyph(sprite: string, name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function covers(over: DOMRect, mark: DOMRect): boolean {
  const wide = Math.min(over.right, mark.right) - Math.max(over.left, mark.left);
  const high = Math.min(over.bottom, mark.bottom) - Math.max(over.top, mark.top);
  return wide > 0 && high > 0 && Math.max(mark.width - wide, mark.height - high) < LEAST;
}

export class ReportLayer {
  private readonly layer = L.layerGroup();
  private readonly drawn = new Map<string, L.Marker>();
  private calm = true;

  constructor(
    private readonly map: L.Map,
    private readonly labels: DOMStringMap,
  ) {
    this.layer.addTo(map);
  }

  /** The next view is another part of the city: nothing in it is news. */
  moved(): void {
    this.calm = true;
  }

  // Markers that stay are left alone, so that a focused one keeps its focus.
  show(found: View): void {
    const view = gathered(found, this.map);
    const wanted = new Map<string, () => L.Marker>();
    for (const c of view.clusters) {
      wanted.set(`${c.lat.toFixed(5)} ${c.lon.toFixed(5)} ${c.n}`, () => this.ring(c));
    }
    for (const p of view.points) wanted.set(`${p.id} ${p.status}`, () => this.pin(p));
    for (const [key, marker] of this.drawn) {
      if (wanted.has(key)) continue;
      this.layer.removeLayer(marker);
      this.drawn.delete(key);
    }
    for (const [key, make] of wanted) {
      if (!this.drawn.has(key)) this.drawn.set(key, make().addTo(this.layer));
    }
    this.calm = false;
  }

  /** Hide each mark of which what lies over the map leaves too little; the list names it all the same. */
  clear(over: DOMRect[]): void {
    const marks = [...this.drawn.values()].flatMap((marker) => marker.getElement() ?? []);
    const under = marks.map((mark) => over.some((one) => covers(one, mark.getBoundingClientRect())));
    marks.forEach((mark, n) => mark.classList.toggle("map-under", under[n]));
  }

  private ring(cluster: Cluster): L.Marker {
    const title = (this.labels["labelCluster"] ?? "{count}").replace("{count}", String(cluster.n));
    const text = document.createElement("span");
    text.textContent = String(cluster.n);
    const size = ringSize(cluster.n);
    const className = `map-ring${this.calm ? "" : " map-fresh"}`;
    const icon = L.divIcon({ className, html: text, iconSize: [size, size] });
    const marker = L.marker([cluster.lat, cluster.lon], { icon, title });
    // Its number alone would be its name.
    marker.on("add", () => marker.getElement()?.setAttribute("aria-label", title));
    return marker.on("click", () => {
      // What lies at one spot never comes apart on the map; the list tells it apart.
      if (this.map.getZoom() < this.map.getMaxZoom()) {
        this.map.setView([cluster.lat, cluster.lon], this.map.getZoom() + CLOSER);
      } else this.map.fire("inseparable");
    });
  }

  private pin(point: Point): L.Marker {
    const html = document.createElement("span");
    html.append(glyph(this.labels["sprite"] ?? "", `cat-${point.category}`));
    const settled = ["fixed", "closed"].includes(point.status) ? " map-pin-settled" : "";
    const className = `map-pin cat-${point.category}${settled}${this.calm ? "" : " map-fresh"}`;
    const icon = L.divIcon({ className, html, iconSize: [36, 36], iconAnchor: [18, 36] });
    // On a map that stands still the report is the page one is on: there is nowhere to go.
    const leads = this.map.options.dragging !== false;
    const marker = L.marker([point.lat, point.lon], { icon, title: point.title, interactive: leads, keyboard: leads });
    marker.on("add", () => {
      const drawn = marker.getElement();
      if (drawn) mark(drawn, point.title);
    });
    return leads ? marker.on("click", () => location.assign(`/reports/${point.id}`)) : marker;
  }
}
