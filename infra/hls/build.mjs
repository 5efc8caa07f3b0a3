// Builds dashboard/player/hls.min.js from the sources in hls.js's package: `npm ci && npm run build`, when it is upgraded.
//
// What our playlists hold is fragmented MP4 with sound beside it. All else is left out: MPEG-TS and its codecs, DRM,
// subtitles inside a stream, interstitials, content steering, CMCD. A weak link gets its first picture the sooner.

import { build } from "esbuild";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, "node_modules", "hls.js");
const { version } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8"));

const without = ["CMCD", "CONTENT_STEERING", "EME_DRM", "IFRAMES", "INTERSTITIALS", "M2TS_ADVANCED_CODECS",
  "MEDIA_CAPABILITIES", "SUBTITLES", "VARIABLE_SUBSTITUTION"];
const flags = Object.fromEntries(without.map((name) => [`__USE_${name}__`, "false"]));

// hls.js asks each demuxer in turn whether it knows a segment; these say no.
const demuxers = /\/(tsdemuxer|aacdemuxer|mp3demuxer|ac3-demuxer)$/;
const ignorant = {
  name: "only fragmented MP4",
  setup(building) {
    building.onResolve({ filter: demuxers }, ({ path: name }) => ({ path: name, namespace: "ignorant" }));
    building.onLoad({ filter: /./, namespace: "ignorant" }, () => ({
      contents: "export default class { static probe() { return false; } }",
    }));
  },
};

await build({
  stdin: { contents: 'import Hls from "./src/hls"; globalThis.Hls = Hls;', resolveDir: source },
  outfile: path.join(here, "..", "..", "dashboard", "player", "hls.min.js"),
  banner: { js: `/* hls.js ${version}, built by infra/hls for fragmented MP4 alone; see LICENSE-hls.js. */` },
  define: { ...flags, __USE_ALT_AUDIO__: "true", __VERSION__: JSON.stringify(version), __IN_WORKER__: "false",
    __HLS_WORKER_BUNDLE__: "undefined" },
  plugins: [ignorant],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
});
