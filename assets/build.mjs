// Builds dist/ from scss/, ts/ and the drawings. Everything that comes from a package is copied at build
// time, so the repository holds nothing of anyone else's. Of GOV.UK Frontend only Sass is used: the package
// also ships the GDS Transport typeface and a crown, which are licensed for one website alone.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";
import * as sass from "sass";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const require = createRequire(import.meta.url);
const fontHome = path.dirname(require.resolve("@fontsource-variable/sofia-sans/package.json"));

// The scripts of the languages the screens are written in; italics are never used.
const subsets = ["cyrillic-ext", "cyrillic", "latin-ext", "latin"];

async function fonts() {
  const ranges = JSON.parse(await readFile(path.join(fontHome, "unicode.json"), "utf8"));
  await mkdir(path.join(dist, "fonts"), { recursive: true });
  const faces = [];
  for (const subset of subsets) {
    const file = `sofia-sans-${subset}-wght-normal.woff2`;
    await cp(path.join(fontHome, "files", file), path.join(dist, "fonts", file));
    faces.push(
      `@font-face{font-family:"Sofia Sans Variable";font-style:normal;font-display:swap;font-weight:1 1000;` +
        `src:url("fonts/${file}") format("woff2");unicode-range:${ranges[subset]}}`,
    );
  }
  await cp(path.join(fontHome, "LICENSE"), path.join(dist, "fonts", "OFL.txt"));
  return faces.join("");
}

async function styles(faces) {
  const out = sass.compile(path.join(here, "scss", "app.scss"), {
    loadPaths: [path.join(here, "node_modules")],
    style: "compressed",
    sourceMap: false,
    quietDeps: true,
  });
  // A stylesheet may have one byte-order mark, and only at its very start.
  const css = out.css.replace(/^\uFEFF/, "");
  if (/GDS Transport|crown/i.test(css)) {
    throw new Error("the stylesheet names the typeface or the crown of another house");
  }
  await writeFile(path.join(dist, "app.css"), `@charset "UTF-8";${faces}${css.replace(/^@charset "UTF-8";/, "")}`);
}

async function scripts() {
  await esbuild.build({
    entryPoints: [path.join(here, "ts", "app.ts")],
    outfile: path.join(dist, "app.js"),
    bundle: true,
    minify: true,
    sourcemap: false,
    format: "iife",
    target: ["es2022"],
    legalComments: "none",
    charset: "utf8",
  });
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const faces = await fonts();
await Promise.all([
  styles(faces),
  scripts(),
  ...["icons.svg", "mark.svg", "favicon.svg", "harbour.svg"].map((name) =>
    cp(path.join(here, "drawings", name), path.join(dist, name)),
  ),
]);
