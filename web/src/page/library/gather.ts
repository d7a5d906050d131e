/*
 * What somebody dropped or chose, as files with the paths that they have in a
 * version. Pure but for reading directories.
 */
export interface Chosen {
  path: string;
  file: File;
}

/** The files of a choice; those of one directory lie below it, as when it is packed. */
export function chosen(list: Iterable<File>): Chosen[] {
  return unwrapped([...list].map((file) => ({ path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath, file })));
}

/** Where all lie in one directory, it is that directory that is meant, not one with it inside. */
export function unwrapped(files: readonly Chosen[]): Chosen[] {
  const [first] = files;
  const top = first?.path.split("/")[0];
  if (first === undefined || top === undefined || !files.every(({ path }) => path.startsWith(`${top}/`))) {
    return [...files];
  }
  return files.map(({ path, file }) => ({ path: path.slice(top.length + 1), file }));
}

/** The files of what was dropped, also those in directories. The entries must be taken before anything is waited for. */
export async function dropped(data: DataTransfer): Promise<{ files: Chosen[]; name: string }> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: Chosen[] = [];
  for (const entry of entries) {
    await walk(entry, "", found);
  }
  return { files: unwrapped(found), name: entries.length === 1 ? (entries[0]?.name ?? "") : "" };
}

async function walk(entry: FileSystemEntry, below: string, found: Chosen[]): Promise<void> {
  const path = `${below}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return;
    }
    for (const one of some) {
      await walk(one, `${path}/`, found);
    }
  }
}

/** What the source is called: the directory, the only file, or nothing where they are many. */
export function nameOf(list: readonly File[]): string {
  const [first] = list;
  if (first === undefined) {
    return "";
  }
  const top = first.webkitRelativePath.split("/")[0] ?? "";
  return top !== "" ? top : list.length === 1 ? first.name : "";
}

/** Whether a file is an archive that can be unpacked. */
export const isArchive = (path: string): boolean => /\.(tar|tgz|tar\.gz|zip)$/i.test(path);

/** The version that a name speaks of: "web-1.4.0.tar.gz" is 1.4.0. */
export function versionIn(name: string): string {
  return /(?:^|[-_v])(\d+(?:\.\d+)+(?:[-+][\w.]+?)?)(?=\.(?:tar|tgz|zip)|$)/i.exec(name)?.[1] ?? "";
}

/** Where a version was taken from, as far as it helps: of a path on somebody's machine its last name. */
export function sourceName(source: string): string {
  return source.includes("://") || !/^([/~]|[a-z]:[\\/])/i.test(source) ? source : (source.split(/[\\/]/).filter(Boolean).at(-1) ?? source);
}
