// How the base map is drawn: our own rules for our own layers, by day and by night.
import {
  CenteredTextSymbolizer,
  LineLabelSymbolizer,
  LineSymbolizer,
  PolygonSymbolizer,
  type LabelRule,
  type PaintRule,
} from "protomaps-leaflet";

interface Palette {
  ground: string;
  water: string;
  park: string;
  house: string;
  road: string;
  avenue: string;
  ink: string;
  halo: string;
}

const DAY: Palette = {
  ground: "#f5f1e8",
  water: "#c9dfe6",
  park: "#d9e8cf",
  house: "#e6dfd1",
  road: "#ffffff",
  avenue: "#fbe6b8",
  ink: "#4b4f57",
  halo: "#fbf9f4",
};
const NIGHT: Palette = {
  ground: "#181b21",
  water: "#1b3440",
  park: "#1d3127",
  house: "#23272f",
  road: "#343a45",
  avenue: "#4a4636",
  ink: "#c3c7cf",
  halo: "#14171c",
};

const AVENUES = new Set(["motorway", "trunk", "primary", "secondary", "tertiary"]);

export function isNight(): boolean {
  const chosen = document.documentElement.dataset["colorScheme"];
  if (chosen) return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export function paint(): { ground: string; paintRules: PaintRule[]; labelRules: LabelRule[] } {
  const p = isNight() ? NIGHT : DAY;
  const wide = (zoom: number): number => Math.max(1, (zoom - 11) * 2.2);
  const narrow = (zoom: number): number => Math.max(0.6, (zoom - 12.5) * 1.8);
  const names = document.documentElement.lang === "ko" ? ["name:ko", "name"] : ["name:en", "name"];
  const paintRules: PaintRule[] = [
    { dataLayer: "landuse", symbolizer: new PolygonSymbolizer({ fill: p.park }) },
    { dataLayer: "water", symbolizer: new PolygonSymbolizer({ fill: p.water }) },
    { dataLayer: "buildings", symbolizer: new PolygonSymbolizer({ fill: p.house }), minzoom: 14 },
    {
      dataLayer: "roads",
      symbolizer: new LineSymbolizer({ color: p.road, width: narrow }),
      filter: (_zoom, feature) => !AVENUES.has(String(feature.props["kind"])),
    },
    {
      dataLayer: "roads",
      symbolizer: new LineSymbolizer({ color: p.avenue, width: wide }),
      filter: (_zoom, feature) => AVENUES.has(String(feature.props["kind"])),
    },
  ];
  const text = { labelProps: names, fill: p.ink, stroke: p.halo, width: 2 };
  const font = 'system-ui, "Apple SD Gothic Neo", "Noto Sans KR", sans-serif';
  const labelRules: LabelRule[] = [
    {
      dataLayer: "places",
      symbolizer: new CenteredTextSymbolizer({ ...text, font: `600 14px ${font}` }),
    },
    {
      dataLayer: "roads",
      symbolizer: new LineLabelSymbolizer({ ...text, font: `12px ${font}` }),
      minzoom: 15,
    },
  ];
  return { ground: p.ground, paintRules, labelRules };
}
