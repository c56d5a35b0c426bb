// Choosing a place by tapping the map; the two fields beside it say the same in numbers.
import L from "leaflet";
import { asked, baseMap } from "./canvas";

const NEAR = 17;

export function pickPlace(root: HTMLElement): void {
  const form = root.closest("form");
  const lat = form?.querySelector<HTMLInputElement>('[name="lat"]');
  const lon = form?.querySelector<HTMLInputElement>('[name="lon"]');
  if (!form || !lat || !lon) return;
  root.hidden = false;
  const map = baseMap(root, root.dataset, { sight: asked(root.dataset["home"]) });
  const icon = L.divIcon({ className: "map-chosen", iconSize: [32, 32] });
  const title = root.dataset["labelMap"] ?? "";
  const marker = L.marker(map.getCenter(), { icon, draggable: true, title });

  const choose = (at: L.LatLng): void => {
    marker.setLatLng(at).addTo(map);
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
    form.dispatchEvent(new Event("change"));
  };
  const read = (): void => {
    const at: [number, number] = [Number.parseFloat(lat.value), Number.parseFloat(lon.value)];
    if (!at.every(Number.isFinite)) return;
    if (marker.getLatLng().equals(at) && map.hasLayer(marker)) return;
    marker.setLatLng(at).addTo(map);
    map.setView(at, Math.max(map.getZoom(), NEAR));
  };
  map.on("click", (event: L.LeafletMouseEvent) => choose(event.latlng));
  marker.on("dragend", () => choose(marker.getLatLng()));
  for (const field of [lat, lon]) field.addEventListener("input", read);
  form.addEventListener("change", read);
  read();
}
