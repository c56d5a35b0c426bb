// Bundles static/src into static/dist with hashed names and writes static/dist/assets.json,
// the map from the name a template asks for to the file that holds it.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const SOURCE = "static/src";
const DIST = "static/dist";
// Built beside and then moved: a running server never finds half a build.
const MAKING = `${DIST}.making`;
const ICONS = "static/icons";
const SHELL_BUDGET = 60 * 1024;
// Files of the first visit; each must be fetched before the worker counts as installed.
const SHELL = ["core.js", "core.css", "sprite.svg"];

// What stands before the report form's first question can be answered.
const FIRST = ["core.js", "form.js"];

const digest = (bytes) => createHash("sha256").update(bytes).digest("base64url").slice(0, 8);

// Old browsers know no light-dark(). The token file holds bare declarations, `light-dark(a | b);`,
// and is unfolded here into one block for each scheme and one for the reader's own setting. Paper is
// white whatever was chosen: the night is for screens.
function unfoldSchemes(css) {
  const pick = (index) =>
    css.replace(/light-dark\(([^|;]+)\|([^;]+)\);/g, (...match) => `${match[index].trim()};`);
  const block = (selector, scheme, body) => `${selector}{color-scheme:${scheme};${body}}`;
  const [light, dark] = [pick(1), pick(2)];
  const reader = block(":root:not([data-color-scheme=light])", "dark", dark);
  return [
    block(":root,[data-color-scheme=light]", "light", light),
    `@media screen and (prefers-color-scheme:dark){${reader}}`,
    `@media screen{${block("[data-color-scheme=dark]", "dark", dark)}}`,
  ].join("\n");
}

const schemes = {
  name: "schemes",
  setup(bundler) {
    bundler.onLoad({ filter: /\.scheme\.css$/ }, async ({ path: file }) => ({
      contents: unfoldSchemes(await readFile(file, "utf8")),
      loader: "css",
    }));
  },
};

// A cascade's numbers stand with sixteen digits where six decide the same, and half the weight goes.
const fewerDigits = {
  name: "fewer-digits",
  setup(bundler) {
    bundler.onLoad({ filter: /jsfeat\/cascades\/.*\.js$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(/\d+\.\d{6,}(e[-+]\d+)?/gi, (one) => `${+(+one).toPrecision(6)}`),
      loader: "js",
    }));
  },
};

async function bundlePages() {
  const entries = ["core/core.ts", "core/core.css", "map/map.ts", "push.ts", "reports/faces.ts", "core/tables.css", "core/dialogs.css", "console/desk.css", "console/stickers.css", "alerts/follow.ts"]
    .filter((name) => existsSync(path.join(SOURCE, name)))
    .map((name) => ({ in: path.join(SOURCE, name), out: path.parse(name).name }));
  const result = await build({
    entryPoints: entries,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    metafile: true,
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    entryNames: "[name]-[hash]",
    chunkNames: "part-[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".png": "dataurl", ".svg": "dataurl" },
    outdir: MAKING,
    plugins: [schemes, fewerDigits],
    logLevel: "warning",
  });
  const assets = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    if (!output.entryPoint) continue;
    const stem = path.parse(output.entryPoint).name;
    assets[stem + path.extname(file)] = path.basename(file);
    if (output.cssBundle) assets[`${stem}.css`] = path.basename(output.cssBundle);
  }
  await dropEmptyImports(result.metafile);
  return { assets, offline: formFiles(result.metafile) };
}

// esbuild has every file ask for its own small runtime, also those that take nothing of it: on a slow
// line that is one more file to wait for.
async function dropEmptyImports({ outputs }) {
  const scripts = Object.keys(outputs).filter((file) => file.endsWith(".js"));
  const runtime = scripts.find((file) => !outputs[file].entryPoint && Object.keys(outputs[file].inputs).length === 0);
  if (!runtime) return;
  const asked = `import"./${path.basename(runtime)}";`;
  for (const file of scripts) {
    const text = await readFile(file, "utf8");
    if (!text.includes(asked)) continue;
    await writeFile(file, text.replace(asked, ""));
    outputs[file].imports = outputs[file].imports.filter((one) => one.path !== runtime);
  }
}

// What the report form needs of the bundle, so that it also works without a line.
function formFiles(metafile) {
  const { outputs } = metafile;
  const wanted = ["core/core.ts", "reports/form.ts", "reports/later.ts", "reports/unsent.ts", "reports/boxes-photo.ts", "reports/faces.ts"].map((n) => path.join(SOURCE, n));
  const found = Object.keys(outputs).filter((file) => wanted.includes(outputs[file].entryPoint));
  for (const file of found) {
    for (const { path: needed, kind } of outputs[file].imports) {
      if (kind === "import-statement" && !found.includes(needed)) found.push(needed);
    }
  }
  return found.map((file) => path.basename(file));
}

// folium's sheets run classic inline scripts: what they lean on must be there before them.
async function bundleSheet(assets) {
  const result = await build({
    entryPoints: [{ in: path.join(SOURCE, "analysis/analysis.ts"), out: "analysis" }],
    bundle: true,
    format: "iife",
    minify: true,
    metafile: true,
    target: ["es2022"],
    entryNames: "[name]-[hash]",
    loader: { ".png": "dataurl" },
    outdir: MAKING,
    logLevel: "warning",
  });
  for (const file of Object.keys(result.metafile.outputs)) {
    assets[`analysis${path.extname(file)}`] = path.basename(file);
  }
}

async function copySprite(assets) {
  const source = path.join(ICONS, "sprite.svg");
  const name = `sprite-${digest(await readFile(source))}.svg`;
  await cp(source, path.join(MAKING, name));
  assets["sprite.svg"] = name;
}

// The worker's address may not change, so its own text carries the version instead.
async function bundleWorker(assets, offline) {
  const source = path.join(SOURCE, "sw.ts");
  if (!existsSync(source)) return;
  const names = new Set([...SHELL.map((name) => assets[name]), ...offline]);
  const everything = JSON.stringify(assets) + (await readFile(source, "utf8"));
  await build({
    entryPoints: [source],
    bundle: true,
    format: "iife",
    minify: true,
    target: ["es2022"],
    outfile: path.join(MAKING, "sw.js"),
    charset: "utf8",
    define: {
      __PRECACHE__: JSON.stringify([...names]),
      __VERSION__: JSON.stringify(digest(everything)),
    },
    logLevel: "warning",
  });
}

// A script that asks for others is a chain, and each link a turn of the line more before it runs.
async function refuseChains(assets) {
  for (const name of FIRST) {
    const text = await readFile(path.join(MAKING, assets[name]), "utf8");
    if (/\bimport\s*["{]/.test(text)) throw new Error(`${name} waits for another file`);
  }
}

async function weighShell(assets) {
  let total = 0;
  for (const name of SHELL) {
    total += gzipSync(await readFile(path.join(MAKING, assets[name]))).length;
  }
  const line = `shell ${(total / 1024).toFixed(1)} kB gzip of ${SHELL_BUDGET / 1024}`;
  if (total > SHELL_BUDGET) throw new Error(`${line}: over budget`);
  return line;
}

// Servers send these as they are to browsers that take them.
async function compressAll() {
  for (const name of await readdir(MAKING)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const bytes = await readFile(path.join(MAKING, name));
    await writeFile(path.join(MAKING, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    await writeFile(path.join(MAKING, `${name}.br`), brotliCompressSync(bytes));
  }
}

async function putInPlace() {
  const old = `${DIST}.old`;
  await rm(old, { recursive: true, force: true });
  if (existsSync(DIST)) await rename(DIST, old);
  await rename(MAKING, DIST);
  await rm(old, { recursive: true, force: true });
}

async function main() {
  const started = performance.now();
  await rm(MAKING, { recursive: true, force: true });
  await mkdir(MAKING, { recursive: true });
  const { assets, offline } = await bundlePages();
  await bundleSheet(assets);
  await copySprite(assets);
  await bundleWorker(assets, offline);
  await writeFile(path.join(MAKING, "assets.json"), `${JSON.stringify(assets, null, 2)}\n`);
  await refuseChains(assets);
  const weight = await weighShell(assets);
  await compressAll();
  await putInPlace();
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  console.log(`front end built in ${seconds} s, ${weight}`);
}

await main();
