/** One line of two texts put beside each other. */
export interface Line {
  kind: "same" | "added" | "removed";
  text: string;
  before?: number;
  after?: number;
}

/** The lines of two texts, with what was added and removed; the longest common part stays. */
export function compareLines(before: string, after: string): Line[] {
  const a = before.replace(/\n$/, "").split("\n");
  const b = after.replace(/\n$/, "").split("\n");
  // What is equal at both ends is left out of the table.
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    head++;
  }
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
  }
  const lines: Line[] = [];
  const same = (i: number, j: number) => lines.push({ kind: "same", text: a[i] ?? "", before: i + 1, after: j + 1 });
  for (let i = 0; i < head; i++) {
    same(i, i);
  }
  middle(a, b, head, a.length - tail, b.length - tail, lines);
  for (let k = tail; k > 0; k--) {
    same(a.length - k, b.length - k);
  }
  return lines;
}

function middle(a: readonly string[], b: readonly string[], from: number, aEnd: number, bEnd: number, lines: Line[]) {
  const n = aEnd - from;
  const m = bEnd - from;
  const width = m + 1;
  const common = new Uint32Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      common[i * width + j] = a[from + i] === b[from + j] ? (common[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && a[from + i] === b[from + j]) {
      lines.push({ kind: "same", text: a[from + i] ?? "", before: from + i + 1, after: from + j + 1 });
      i++;
      j++;
    } else if (j >= m || (i < n && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      lines.push({ kind: "removed", text: a[from + i] ?? "", before: from + i + 1 });
      i++;
    } else {
      lines.push({ kind: "added", text: b[from + j] ?? "", after: from + j + 1 });
      j++;
    }
  }
}

/** How many lines were added and removed. */
export function countLines(lines: readonly Line[]): { added: number; removed: number } {
  return { added: lines.filter((line) => line.kind === "added").length, removed: lines.filter((line) => line.kind === "removed").length };
}

/** The lines that changed with some around them; a gap stands for what was left out. */
export function withContext(lines: readonly Line[], around = 3): (Line | "gap")[] {
  const near = new Set<number>();
  lines.forEach((line, i) => {
    if (line.kind !== "same") {
      for (let k = i - around; k <= i + around; k++) {
        near.add(k);
      }
    }
  });
  const shown: (Line | "gap")[] = [];
  lines.forEach((line, i) => {
    if (near.has(i)) {
      shown.push(line);
    } else if (shown.at(-1) !== "gap") {
      shown.push("gap");
    }
  });
  return shown;
}
