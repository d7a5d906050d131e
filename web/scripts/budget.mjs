// Fails when the JavaScript of the first page is over its budget, compressed
// as it is sent. The first page is what the entry loads by itself together
// with the page behind "/".
import { readFileSync, rmSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const budget = 300_000;
const landing = /page\/overview\/index\.tsx$/;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
rmSync("dist/.vite", { recursive: true });

function reach(keys, seen = new Set()) {
  for (const key of keys) {
    if (!seen.has(key)) {
      seen.add(key);
      reach(manifest[key].imports ?? [], seen);
    }
  }
  return seen;
}

const first = Object.keys(manifest).filter((key) => manifest[key].isEntry || landing.test(key));
const files = [...reach(first)].map((key) => manifest[key].file).filter((file) => file.endsWith(".js"));
let gzip = 0;
let brotli = 0;
for (const file of files) {
  const code = readFileSync(`dist/${file}`);
  gzip += gzipSync(code, { level: 9 }).length;
  brotli += brotliCompressSync(code).length;
}
const kilo = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
console.log(`JavaScript of the first page: ${kilo(gzip)} with gzip, ${kilo(brotli)} with brotli, in ${files.length} files; the budget is ${kilo(budget)}`);
if (gzip > budget) {
  console.error("the first page is over its budget: load what it does not need at once with the page that needs it");
  process.exit(1);
}
