// A Leaflet map with our base layer on it; no outside host, attribution always in sight.
import L from "leaflet";
import { leafletLayer } from "protomaps-leaflet";
import { paint } from "./paint";

const COPYRIGHT = "https://www.openstreetmap.org/copyright";

export interface Sight {
  lat: number;
  lon: number;
  zoom: number;
}

/** The place a deep link asks for, else the middle of the city: `data-home` is "lat,lon,zoom". */
export function asked(home: string | undefined): Sight {
  const [lat = 0, lon = 0, zoom = 14] = (home ?? "").split(",").map(Number);
  const query = new URLSearchParams(location.search);
  const read = (name: string, other: number): number => {
    const value = Number.parseFloat(query.get(name) ?? "");
    return Number.isFinite(value) ? value : other;
  };
  return { lat: read("lat", lat), lon: read("lon", lon), zoom: read("z", zoom) };
}

/** One tile a task, so that the page answers between two: who awaits this is given a turn. */
class Turns implements PromiseLike<void> {
  private last = Promise.resolve();

  then<A = void, B = never>(done?: ((value: void) => A | PromiseLike<A>) | null): Promise<A | B> {
    this.last = this.last.then(() => new Promise((resolve) => setTimeout(resolve)));
    return this.last.then(done) as Promise<A | B>;
  }
}

/** Whose data the map is drawn from; where that is OpenStreetMap, a link to what they ask for. */
function credit(said: string): string {
  const name = document.createElement(said.includes("OpenStreetMap") ? "a" : "span");
  name.textContent = said;
  if (name instanceof HTMLAnchorElement) {
    name.href = COPYRIGHT;
    name.rel = "noopener noreferrer";
  }
  return name.outerHTML;
}

function addBase(map: L.Map, tiles: string, said: string): L.Layer {
  const drawn = paint();
  const layer = leafletLayer({
    url: tiles,
    maxDataZoom: 15,
    attribution: credit(said),
    backgroundColor: drawn.ground,
    paintRules: drawn.paintRules,
    labelRules: drawn.labelRules,
    tasks: [new Turns() as unknown as Promise<never>],
  }) as unknown as L.Layer;
  layer.addTo(map);
  map.getContainer().style.setProperty("background", drawn.ground);
  return layer;
}

/** Draw the city by day or by night, and anew whenever the reader turns from one to the other. */
function drawBase(map: L.Map, tiles: string, said: string): void {
  let base = addBase(map, tiles, said);
  document.addEventListener("scheme", () => {
    base.remove();
    base = addBase(map, tiles, said);
  });
}

export interface Wish {
  sight: Sight;
  still?: boolean;
}

export function baseMap(canvas: HTMLElement, labels: DOMStringMap, wish: Wish): L.Map {
  const still = wish.still === true;
  const map = L.map(canvas, {
    zoomControl: false,
    minZoom: 9,
    maxZoom: 19,
    ...(still ? { dragging: false, keyboard: false, scrollWheelZoom: false, touchZoom: false,
      doubleClickZoom: false, boxZoom: false } : {}),
  });
  map.attributionControl.setPrefix(false);
  map.setView([wish.sight.lat, wish.sight.lon], wish.sight.zoom);
  if (!still) {
    const zoomInTitle = labels["labelZoomIn"] ?? "+";
    const zoomOutTitle = labels["labelZoomOut"] ?? "-";
    L.control.zoom({ position: "bottomright", zoomInTitle, zoomOutTitle }).addTo(map);
  }
  drawBase(map, labels["tiles"] ?? "", labels["credit"] ?? "");
  // A canvas that was hidden, or not yet laid out, has no size until later.
  new ResizeObserver(() => map.invalidateSize()).observe(canvas);
  return map;
}
