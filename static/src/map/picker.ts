// Choosing a place by tapping the map; the two fields beside it say the same in numbers.
import L from "leaflet";
import { baseMap } from "./base";

export function pickPlace(root: HTMLElement): void {
  const form = root.closest("form");
  const lat = form?.querySelector<HTMLInputElement>('[name="lat"]');
  const lon = form?.querySelector<HTMLInputElement>('[name="lon"]');
  if (!lat || !lon) return;
  root.hidden = false;
  root.classList.add("map-pick");
  const map = baseMap(root, root.dataset["tiles"] ?? "", root.dataset);
  const icon = L.divIcon({ className: "map-chosen", iconSize: [32, 32] });
  const marker = L.marker(map.getCenter(), { icon, draggable: true, alt: root.dataset["labelMap"] ?? "" });

  const choose = (at: L.LatLng): void => {
    marker.setLatLng(at).addTo(map);
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
  };
  const read = (): void => {
    const at: [number, number] = [Number.parseFloat(lat.value), Number.parseFloat(lon.value)];
    if (!at.every(Number.isFinite)) return;
    marker.setLatLng(at).addTo(map);
    map.setView(at);
  };
  map.on("click", (event: L.LeafletMouseEvent) => choose(event.latlng));
  marker.on("dragend", () => choose(marker.getLatLng()));
  for (const field of [lat, lon]) field.addEventListener("input", read);
  // A step that was hidden has no size until it is shown.
  new ResizeObserver(() => map.invalidateSize()).observe(root);
  read();
}
