// Writes x.br and x.gz beside each text file x of a directory, where that
// saves a tenth at least. The page itself is filled in by the server and stays.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const text = /\.(css|html|js|json|map|mjs|svg|txt|webmanifest)$/;
const [directory] = process.argv.slice(2);
let before = 0;
let after = 0;

for (const name of readdirSync(directory, { recursive: true })) {
  if (!text.test(name) || name === 'index.html') continue;
  const path = join(directory, name);
  const content = readFileSync(path);
  if (content.length < 1024) continue;
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  const gzip = gzipSync(content, { level: 9 });
  if (brotli.length < content.length * 0.9) writeFileSync(`${path}.br`, brotli);
  if (gzip.length < content.length * 0.9) writeFileSync(`${path}.gz`, gzip);
  before += content.length;
  after += brotli.length;
}
console.log(`web interface: ${Math.round(before / 1024)} kB of text, ${Math.round(after / 1024)} kB as it is sent`);
