/** Something that has a name. Acts of the page have the most weight. */
interface Named {
  word: string;
  weight?: number;
}

/** How well a name fits words: 0 not at all; more where it begins with them, or one of its parts does. */
function fit(name: string, words: readonly string[]): number {
  const low = name.toLowerCase();
  let sum = 1;
  for (const word of words) {
    const at = low.indexOf(word);
    if (at === -1) {
      return 0;
    }
    sum += at === 0 ? 3 : /[^\p{L}\p{N}]/u.test(low.charAt(at - 1)) ? 2 : 1;
  }
  return sum;
}

/** Those whose names have all that is typed, the best first. */
export function rank<T extends Named>(all: readonly T[], typed: string): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return all
    .map((one, i) => ({ one, i, fit: fit(one.word, words) }))
    .filter((scored) => scored.fit > 0)
    .sort((a, b) => (b.one.weight ?? 0) - (a.one.weight ?? 0) || b.fit - a.fit || a.i - b.i)
    .map((scored) => scored.one);
}

/** Pieces of a name, those that were typed marked. */
export function marked(name: string, typed: string): { text: string; hit: boolean }[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const low = name.toLowerCase();
  const on = Array.from({ length: name.length }, () => false);
  if (low.length === name.length) {
    for (const word of words) {
      const at = low.indexOf(word);
      if (at !== -1) {
        on.fill(true, at, at + word.length);
      }
    }
  }
  const pieces: { text: string; hit: boolean }[] = [];
  for (let i = 0; i < name.length; i++) {
    const last = pieces.at(-1);
    if (last !== undefined && last.hit === on[i]) {
      last.text += name.charAt(i);
    } else {
      pieces.push({ text: name.charAt(i), hit: on[i] === true });
    }
  }
  return pieces;
}
