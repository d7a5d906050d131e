import { piecesOf, stated } from "./said";
import { Time } from "./Time";

/** Words of the server as a sentence: each time in the viewer's zone, and in UTC to who hovers; what is typed as it is typed. */
export function Said({ words, plain = false }: { words: string; /** Part of a sentence: nothing is made large, no stop is put behind. */ plain?: boolean }) {
  return piecesOf(plain ? words : stated(words)).map((piece, i) => ("at" in piece ? <Time key={i} at={piece.at} /> : "line" in piece ? <code key={i}>{piece.line}</code> : piece.text));
}
