/** A moment of an address as the server wants it: a date begins with its day, as an end it takes in the whole day. */
export function momentOf(said: string | undefined, end: boolean): string | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(said ?? "");
  const at = day === null ? new Date(said ?? Number.NaN) : new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]) + (end ? 1 : 0));
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
