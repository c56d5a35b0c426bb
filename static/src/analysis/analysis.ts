// What folium's map sheets need: Leaflet as a global, and the month slider. A classic script, so
// that it has run before folium's own inline parts.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import "./analysis.css";

interface Told {
  name: string;
  counts: number[];
}

interface Sheet {
  map: L.Map;
  hexagons: L.GeoJSON<Told>;
  months: string[];
  limits: number[];
  steps: string[];
  none: string;
  attribution: string;
}

type Shape = L.Polygon & { feature: { properties: Told } };

function show(sheet: Sheet): void {
  const slider = document.querySelector<HTMLInputElement>("#month");
  const shown = document.querySelector<HTMLOutputElement>("#shown");
  if (slider === null || shown === null) return;
  sheet.map.attributionControl.setPrefix(false).addAttribution(sheet.attribution);
  const colour = (count: number): string => {
    const step = sheet.limits.findIndex((limit) => count <= limit);
    return sheet.steps[step] ?? sheet.none;
  };
  const paint = (): void => {
    const month = slider.valueAsNumber;
    shown.textContent = sheet.months[month] ?? "";
    slider.setAttribute("aria-valuetext", shown.textContent);
    sheet.hexagons.eachLayer((layer) => {
      const shape = layer as Shape;
      const { name, counts } = shape.feature.properties;
      const count = counts[month] ?? 0;
      const fillColor = colour(count);
      shape.setStyle({ fillColor, fillOpacity: count > 0 ? 0.75 : 0, weight: count > 0 ? 1 : 0.5 });
      // An element, not markup: names were typed by people.
      const label = document.createElement("span");
      label.textContent = `${name}: ${count}`;
      shape.unbindTooltip().bindTooltip(label);
    });
  };
  slider.addEventListener("input", paint);
  paint();
}

Object.assign(window, { L, MadangSheet: { show } });
