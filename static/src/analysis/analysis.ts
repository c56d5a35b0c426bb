// What folium's map sheets need: Leaflet as a global, and the month slider. A classic script, so
// that it has run before folium's own inline parts.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import "./analysis.css";

interface Told {
  name: string;
  counts: number[];
  spot: number;
  days: number | null;
}

interface Heat {
  west: number;
  south: number;
  east: number;
  north: number;
  wide: number;
  high: number;
  values: string;
}

interface Sheet {
  map: L.Map;
  hexagons: L.GeoJSON<Told>;
  months: string[];
  limits: number[];
  steps: string[];
  none: string;
  attribution: string;
  heat: Heat | null;
  ageLimits: number[];
}

type Shape = L.Polygon & { feature: { properties: Told } };

const SPOT = "#5b1fa6";
const FEW = [253, 231, 195] as const;
const MANY = [140, 42, 22] as const;

// The surface as a picture, from clear over sand to dark red.
function pictureOf(heat: Heat): string {
  const canvas = document.createElement("canvas");
  canvas.width = heat.wide;
  canvas.height = heat.high;
  const pen = canvas.getContext("2d");
  if (pen === null) return "";
  const drawn = pen.createImageData(heat.wide, heat.high);
  const values = atob(heat.values);
  for (let n = 0; n < values.length; n += 1) {
    const share = values.charCodeAt(n) / 255;
    for (const part of [0, 1, 2] as const) {
      drawn.data[4 * n + part] = FEW[part] + (MANY[part] - FEW[part]) * share;
    }
    drawn.data[4 * n + 3] = share < 0.04 ? 0 : 60 + 160 * share;
  }
  pen.putImageData(drawn, 0, 0);
  return canvas.toDataURL();
}

// A hot spot has an outline and its number, in every view.
function drawSpots(sheet: Sheet): void {
  sheet.hexagons.eachLayer((layer) => {
    const shape = layer as Shape;
    const { spot } = shape.feature.properties;
    if (spot === 0) return;
    L.polygon(shape.getLatLngs() as L.LatLng[][], { color: SPOT, weight: 3, fill: false, interactive: false }).addTo(sheet.map);
    const icon = L.divIcon({ className: "spot", html: String(spot), iconSize: [24, 24] });
    L.marker(shape.getBounds().getCenter(), { icon, interactive: false, keyboard: false }).addTo(sheet.map);
  });
}

function show(sheet: Sheet): void {
  const slider = document.querySelector<HTMLInputElement>("#month");
  const shown = document.querySelector<HTMLOutputElement>("#shown");
  if (slider === null || shown === null) return;
  sheet.map.attributionControl.setPrefix(false).addAttribution(sheet.attribution);
  const colour = (count: number, limits: number[]): string => {
    const step = limits.findIndex((limit) => count <= limit);
    return sheet.steps[step] ?? sheet.none;
  };
  const { heat } = sheet;
  const surface = heat && L.imageOverlay(pictureOf(heat), [[heat.south, heat.west], [heat.north, heat.east]]);
  let view = "months";
  const paint = (): void => {
    const month = slider.valueAsNumber;
    shown.textContent = sheet.months[month] ?? "";
    slider.setAttribute("aria-valuetext", shown.textContent);
    sheet.hexagons.eachLayer((layer) => {
      const shape = layer as Shape;
      const { name, counts, days } = shape.feature.properties;
      const all = counts.reduce((sum: number, one: number) => sum + one, 0);
      const count = view === "months" ? (counts[month] ?? 0) : view === "heat" ? all : (days ?? 0);
      const fillColor = colour(count, view === "ages" ? sheet.ageLimits : sheet.limits);
      const filled = view !== "heat" && count > 0;
      shape.setStyle({ fillColor, fillOpacity: filled ? 0.75 : 0, weight: filled ? 1 : 0.5, stroke: view !== "heat" });
      // An element, not markup: names were typed by people.
      const label = document.createElement("span");
      label.textContent = `${name}: ${count}`;
      shape.unbindTooltip().bindTooltip(label);
    });
  };
  slider.addEventListener("input", paint);
  const choose = (chosen: string): void => {
    view = chosen;
    for (const part of document.querySelectorAll<HTMLElement>("[data-view]")) part.hidden = part.dataset["view"] !== view;
    if (view === "heat") surface?.addTo(sheet.map);
    else surface?.remove();
    paint();
  };
  for (const choice of document.querySelectorAll<HTMLInputElement>("input[name=view]")) {
    choice.addEventListener("change", () => { choose(choice.value); });
  }
  drawSpots(sheet);
  paint();
}

Object.assign(window, { L, MadangSheet: { show } });
