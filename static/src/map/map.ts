// The city's map of reports, live; and the two smaller maps of the form and of a report's page.
import "leaflet/dist/leaflet.css";
import "./map.css";
import L from "leaflet";
import { join } from "../core/live";
import { isDown, owed } from "../core/owed";
import { askPlace } from "../core/locate";
import { asked, baseMap } from "./canvas";
import { glyph, ReportLayer, viewOf, type ToldView } from "./layer";
import { pickPlace } from "./picker";
import { Sheet } from "./sheet";

/** The zooms of the rooms there are (participation/reports/live.py); the map begins at zoom 9. */
const ROOM_ZOOMS = [13, 10, 7];
const MOST_ROOMS = 40;
const CALM_MS = 200;
const MY_ZOOM = 17;
/** What lies over the map and can be touched. */
const OVER = ".map-locate, .leaflet-bar a, [data-filter], [data-sheet]";
/** What narrows the map; each stands in the address and in the data of the page's own part. */
const FILTERS = ["category", "state", "time"] as const;

function tiles(map: L.Map, zoom: number): string[] {
  const bounds = map.getBounds();
  const side = 256;
  const last = 2 ** zoom - 1;
  const low = map.project(bounds.getNorthWest(), zoom).divideBy(side).floor();
  const high = map.project(bounds.getSouthEast(), zoom).divideBy(side).floor();
  const found: string[] = [];
  for (let x = Math.max(low.x, 0); x <= Math.min(high.x, last); x += 1) {
    for (let y = Math.max(low.y, 0); y <= Math.min(high.y, last); y += 1) found.push(`tile:${zoom}/${x}/${y}`);
  }
  return found;
}

/** The rooms of what is in view: of the finest tiles that are few enough, so that it is always live. */
function rooms(map: L.Map): string[] {
  const found = ROOM_ZOOMS.map((zoom) => tiles(map, zoom));
  return found.find(({ length }) => length <= MOST_ROOMS) ?? [];
}

class ReportMap {
  private readonly heard = new Map<string, () => void>();
  private readonly layer: ReportLayer;
  private readonly sheet: Sheet | null;
  private readonly soon = owed((late) => this.show(late), CALM_MS);
  private asking = new AbortController();

  constructor(
    private readonly map: L.Map,
    private readonly root: HTMLElement,
  ) {
    this.layer = new ReportLayer(map, root.dataset);
    const sheet = root.querySelector<HTMLElement>("[data-sheet]");
    this.sheet = sheet ? new Sheet(sheet) : null;
    // What is looked at is the part above the sheet, so that is what a link means by its place.
    map.panBy([0, this.hidden / 2], { animate: false });
    this.filters();
    this.locate();
    map.on("moveend resize", () => this.moved());
    map.on("inseparable", () => this.sheet?.read());
    if (sheet) new ResizeObserver(() => this.uncover()).observe(sheet);
    this.moved();
  }

  private uncover(): void {
    this.layer.clear([...this.root.querySelectorAll(OVER)].map((one) => one.getBoundingClientRect()));
  }

  private moved(): void {
    this.layer.moved();
    this.uncover();
    this.remember();
    this.listen();
    // What is read now lies elsewhere.
    this.asking.abort();
    this.soon();
  }

  private remember(): void {
    const size = this.map.getSize();
    const at = this.map.containerPointToLatLng([size.x / 2, (size.y - this.hidden) / 2]);
    const query = new URLSearchParams(location.search);
    query.set("lat", at.lat.toFixed(5));
    query.set("lon", at.lng.toFixed(5));
    query.set("z", String(this.map.getZoom()));
    this.narrow(query);
    history.replaceState(history.state, "", `?${query}`);
  }

  /** How many pixels of the map lie under the sheet. */
  private get hidden(): number {
    const sheet = this.root.querySelector<HTMLElement>("[data-sheet]");
    if (!sheet || sheet.offsetWidth < this.root.offsetWidth) return 0;
    return Math.min(sheet.offsetHeight, this.map.getSize().y / 2);
  }

  private narrow(query: URLSearchParams): void {
    for (const key of FILTERS) {
      const value = this.root.dataset[key];
      if (value) query.set(key, value);
      else query.delete(key);
    }
  }

  private listen(): void {
    const wanted = new Set(rooms(this.map));
    for (const [room, stop] of this.heard) {
      if (wanted.has(room)) continue;
      stop();
      this.heard.delete(room);
    }
    for (const room of wanted) {
      if (!this.heard.has(room)) this.heard.set(room, join(room, this.soon));
    }
  }

  private query(top: L.LatLng, bottom: L.LatLng): URLSearchParams {
    const box = [top.lng, bottom.lat, bottom.lng, top.lat].map((part) => part.toFixed(6)).join(",");
    const query = new URLSearchParams({ box, zoom: String(Math.round(this.map.getZoom())) });
    this.narrow(query);
    return query;
  }

  /** Read what lies in view and show it; rejects where a part of it cannot be read now. */
  private async show(late: AbortSignal): Promise<boolean> {
    const size = this.map.getSize();
    if (size.x === 0) return true;
    const corner = (x: number, y: number): L.LatLng => this.map.containerPointToLatLng([x, y]);
    const whole = this.query(corner(0, 0), corner(size.x, size.y));
    const seen = this.query(corner(0, 0), corner(size.x, size.y - this.hidden));
    const asking = (this.asking = new AbortController());
    late.addEventListener("abort", () => asking.abort());
    const { signal } = asking;
    const [view, list] = await Promise.all([
      fetch(`${this.root.dataset["view"]}?${whole}`, { signal }),
      fetch(`${this.root.dataset["list"]}?${seen}`, { signal }),
    ]);
    if (view.ok) this.layer.show(viewOf((await view.json()) as ToldView));
    this.uncover();
    if (list.ok) this.sheet?.fill(await list.text());
    if (isDown(view) || isDown(list)) throw new Error("down");
    return true;
  }

  // A chip changes what is shown without a new page; its link still works without script.
  private filters(): void {
    const chips = [...this.root.querySelectorAll<HTMLAnchorElement>("[data-filter]")];
    for (const chip of chips) {
      chip.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.root.dataset[chip.dataset["filter"] ?? ""] = this.meant(chip);
        for (const other of chips) this.mark(other);
        this.moved();
      });
    }
  }

  /** The value a chip's filter has after a tap: one that toggles takes itself back. */
  private meant(chip: HTMLAnchorElement): string {
    const { filter = "", value = "", toggles } = chip.dataset;
    return toggles !== undefined && this.root.dataset[filter] === value ? "" : value;
  }

  private mark(chip: HTMLAnchorElement): void {
    const { filter = "", value = "" } = chip.dataset;
    const meant = this.meant(chip);
    if ((this.root.dataset[filter] ?? "") === value) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
    const query = new URLSearchParams();
    this.narrow(query);
    if (meant) query.set(filter, meant);
    else query.delete(filter);
    chip.search = query.toString();
  }

  private locate(): void {
    const button = this.root.querySelector<HTMLButtonElement>("[data-locate]");
    if (!button || !("geolocation" in navigator)) return;
    button.hidden = false;
    const html = document.createElement("span");
    html.append(glyph(this.root.dataset["sprite"] ?? "", "person"));
    const icon = L.divIcon({ className: "map-me", html, iconSize: [40, 40] });
    const title = this.root.dataset["labelMe"] ?? "";
    const me = L.marker([0, 0], { icon, title, interactive: false, keyboard: false });
    button.addEventListener("click", () => {
      askPlace(button, button.dataset, (coords) => {
        me.setLatLng([coords.latitude, coords.longitude]).addTo(this.map);
        this.map.setView(me.getLatLng(), MY_ZOOM);
      });
    });
  }
}

function smallMap(root: HTMLElement): void {
  const [lat = 0, lon = 0] = (root.dataset["place"] ?? "").split(",").map(Number);
  root.hidden = false;
  const map = baseMap(root, root.dataset, { sight: { lat, lon, zoom: 16 }, still: true });
  const layer = new ReportLayer(map, root.dataset);
  const { id = "", category = "", status = "", title = "" } = root.dataset;
  layer.show({ clusters: [], points: [{ id, lat, lon, category, status, title }] });
}

for (const root of document.querySelectorAll<HTMLElement>('[data-module="map"]')) {
  const canvas = root.querySelector<HTMLElement>("[data-map-canvas]");
  const sight = asked(root.dataset["home"]);
  if (canvas) new ReportMap(baseMap(canvas, root.dataset, { sight }), root);
}
for (const root of document.querySelectorAll<HTMLElement>('[data-module="map-picker"]')) {
  pickPlace(root);
}
for (const root of document.querySelectorAll<HTMLElement>('[data-module="map-small"]')) {
  smallMap(root);
}
