// A Leaflet map with our base layer on it; no outside host, attribution always in sight.
import L from "leaflet";
import { leafletLayer } from "protomaps-leaflet";
import { paint } from "./paint";

const HOME: [number, number] = [34.212, 127.915];
const HOME_ZOOM = 14;
const ATTRIBUTION = "© OpenStreetMap contributors";

export interface Sight {
  lat: number;
  lon: number;
  zoom: number;
}

/** The place a deep link asks for, else the middle of the city. */
export function asked(): Sight {
  const query = new URLSearchParams(location.search);
  const read = (name: string, other: number): number => {
    const value = Number.parseFloat(query.get(name) ?? "");
    return Number.isFinite(value) ? value : other;
  };
  return { lat: read("lat", HOME[0]), lon: read("lon", HOME[1]), zoom: read("z", HOME_ZOOM) };
}

export function baseMap(canvas: HTMLElement, tiles: string, labels: DOMStringMap): L.Map {
  const sight = asked();
  const map = L.map(canvas, { zoomControl: false, minZoom: 9, maxZoom: 19 });
  map.setView([sight.lat, sight.lon], sight.zoom);
  map.attributionControl.setPrefix(false).addAttribution(ATTRIBUTION);
  const zoomInTitle = labels["labelZoomIn"] ?? "+";
  const zoomOutTitle = labels["labelZoomOut"] ?? "-";
  L.control.zoom({ position: "topright", zoomInTitle, zoomOutTitle }).addTo(map);
  const drawn = paint();
  const layer = leafletLayer({
    url: tiles,
    maxDataZoom: 15,
    backgroundColor: drawn.ground,
    paintRules: drawn.paintRules,
    labelRules: drawn.labelRules,
  });
  (layer as unknown as L.Layer).addTo(map);
  return map;
}
