/** That there is an entry of the record, as the brief stream tells it. */
export interface LiveEvent {
  index: number;
  kind: string;
  subject: string;
  target?: string;
}

/** Takes the text of a stream of server-sent events apart, however it was cut. */
export class EventReader {
  #rest = "";

  /** The events that are whole with this piece. Heartbeats give none. */
  read(piece: string): LiveEvent[] {
    this.#rest += piece;
    const blocks = this.#rest.split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => event(block) ?? []);
  }
}

function event(block: string): LiveEvent | undefined {
  let data = "";
  let id = "";
  let kind = "";
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const value = line.slice(at + 1).replace(/^ /, "");
    switch (line.slice(0, at)) {
      case "id":
        id = value;
        break;
      case "event":
        kind = value;
        break;
      case "data":
        data += value;
        break;
      default:
    }
  }
  if (data === "" || id === "") {
    return undefined;
  }
  return { ...(JSON.parse(data) as Pick<LiveEvent, "subject" | "target">), index: Number(id), kind };
}
